import { inWords, notLookedAt } from "../usage/look.ts";
import type { Use } from "../usage/use.ts";
import type { Check, Part } from "./check.ts";
import type { ConnectorFacts, SpaceFacts } from "./facts.ts";
import { isAtLeastAsSevere, type NotChecked } from "./finding.ts";
import { isIdle } from "./idle.ts";

type Why = Pick<NotChecked, "why" | "fix">;

/** What findings leave open where something of a space could not be read: the checks that may have more to say, with the reason. */
export function doubtsOf(
  checks: readonly Check[],
  all: readonly ConnectorFacts[],
  space: SpaceFacts,
  unread: ReadonlySet<Part>,
): { names: string[]; why: Why }[] {
  const mayBeWorse = (worse: (one: ConnectorFacts) => ConnectorFacts | undefined) =>
    checks.filter((check) => all.some((one) => isWorse(check, one, worse(one), space))).map(({ name }) => name);
  const severer = (what: string): Why => ({ why: `What was found may be more severe than stated: ${what} could not be read.` });
  const untold = (["types", "users", "status"] as const).some((part) => unread.has(part));
  return [
    ...(unread.has("rules") ? [{ names: mayBeWorse(usedByRule), why: severer("which rules use it") }] : []),
    { names: mayBeWorse((one) => (missesUsers(one) ? usedOtherwise(one) : undefined)), why: severer("what else uses it") },
    ...(untold ? [{ names: mayBeWorse(tellsAlone), why: severer("whether its rules tell somebody else") }] : []),
    ...unusedNotSeen(checks, all, space).map((why) => ({ names: ["unused"], why })),
  ];
}

function isWorse(check: Check, one: ConnectorFacts, ifSo: ConnectorFacts | undefined, space: SpaceFacts): boolean {
  if (check.of !== "connector" || !ifSo) return false;
  const [found, worse] = [check.find(one, space), check.find(ifSo, space)];
  return found !== undefined && worse !== undefined && !isAtLeastAsSevere(found.severity, worse.severity);
}

const usedByRule = (one: ConnectorFacts): ConnectorFacts => ({ ...one, usage: { rules: 1, enabled: 1, since: undefined } });

const somebody: Use = { kind: "workflow", id: "", name: "", space: "", enabled: true, how: "", can_be_moved: false };
const usedOtherwise = (one: ConnectorFacts): ConnectorFacts => ({ ...one, others: { uses: [somebody], sight: { seen: "all" } } });

const tellsAlone = (one: ConnectorFacts): ConnectorFacts => ({
  ...one,
  usage: one.usage.enabled > 0 ? { ...one.usage, untold: { rules: 1, ids: new Set(), names: [], to: [] } } : one.usage,
});

/** Whether something that another key could list may use it. */
function missesUsers({ others }: ConnectorFacts): boolean {
  return others === undefined || notListed(others.sight).length > 0;
}

function notListed(sight: NonNullable<ConnectorFacts["others"]>["sight"]) {
  return notLookedAt(sight).filter(({ listed }) => !listed);
}

/** What kept `unused` from deciding; where `unused_as_far_as_seen` is asked for, its findings say it. */
function unusedNotSeen(checks: readonly Check[], all: readonly ConnectorFacts[], space: SpaceFacts): Why[] {
  if (checks.some(({ name }) => name === "unused_as_far_as_seen")) return [];
  return all
    .filter((one) => isIdle(one, space) === "as far as seen")
    .flatMap(({ others }) => (others ? notListed(others.sight) : []))
    .map((one) => ({ why: `Not looked at: ${inWords(one)}.`, ...(one.fix === undefined ? {} : { fix: one.fix }) }));
}
