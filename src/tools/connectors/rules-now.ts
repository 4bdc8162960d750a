import { firstUnread } from "../../catalog/validate.ts";
import { ToolError } from "../../errors.ts";
import { createGiveWay } from "../../give-way.ts";
import type { Failing, Runs } from "../../kibana/connector-runs.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { mapClassic } from "../../map/classic.ts";
import { entriesOf } from "../../map/connectors.ts";
import { lastNotifications, mostRead } from "../../map/held-back.ts";
import { rulesOverWorkflows, wayTo } from "../../map/leading.ts";
import { isNotFollowed, type MappedRule, mayStop, type Verdict, verdictShown, verdicts } from "../../map/route.ts";
import { rulesOf } from "../../map/run.ts";
import { type RouteFacts, reasonOf, runningWindows, workflowsIn } from "../../map/space.ts";
import { plainText } from "../../plain-text.ts";
import { byText } from "../../rules/find-rules.ts";
import { endpointsAreModels } from "../../usage/inference-endpoints.ts";
import { policiesOf } from "../../usage/leading-to.ts";
import type { Seen } from "../../usage/look.ts";
import { compact } from "../fields.ts";
import { inTheWay } from "../map/mapped-row.ts";
import { orWhy } from "./or-why.ts";

/** Characters of why something could not be read. */
const longest = 200;

/** What a space's connectors and rules need to be judged, as far as a call has read it already. */
interface Known {
  space: string;
  connectors: readonly Connector[];
  types: readonly LiveType[];
  status: Status;
  /** Where connectors are used besides rules; undefined where that could not be read. */
  seen: Promise<Seen | undefined>;
  /** Of the connectors that are asked about, by id. */
  runs: ReadonlyMap<string, Promise<Runs>>;
}

/** What is in the way of a rule now; nothing where it tells somebody and nothing is to be said. */
export type RuleNow = { verdict?: Verdict | "recorded"; in_the_way?: string[] };

/** The rules of a space that use a connector, by name, with their snoozes where Kibana shows them. */
export async function rulesAt(reader: Reader, space: string, { id, preconfigured }: Pick<Connector, "id" | "preconfigured">) {
  const found: Rule[] = [];
  let seesSnoozes = true;
  for await (const page of rulesOf(reader, space, preconfigured ? byText(id) : { connector: id, filter: undefined }, true)) {
    seesSnoozes &&= page.seesSnoozes;
    found.push(...page.rules.filter(({ actions }) => actions.some((action) => action.id === id)));
  }
  return { rules: found.sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id)), seesSnoozes };
}

/** Judges the rules that reach a connector, by what stands in their way now. */
export async function rulesNow(reader: Reader, known: Known) {
  const { space, status } = known;
  const [windows, policies, failing, seen, entries] = await Promise.all([
    orWhy(runningWindows(reader, space, status), longest),
    orWhy(policiesOf(reader, space, status), longest),
    failingOf(known.runs),
    known.seen,
    entriesOf(known.connectors),
  ]);
  const facts: RouteFacts = {
    ...{ space, now: Date.now(), byTags: isAtLeast(status, "9.6") },
    connectors: {
      all: new Map(known.connectors.map((one) => [one.id, one])),
      types: new Map(known.types.map((one) => [one.id, one])),
      notSeen: undefined,
      failing,
      entries,
      endpointsAreModels: endpointsAreModels(status),
      mayKnowMore: isAtLeast(status, firstUnread),
    },
    workflows: workflowsIn(seen ?? { space, looked: [] }),
    policies: typeof policies === "string" ? { all: undefined, notSeen: policies } : { all: policies, notSeen: undefined },
    notified: lastNotifications(reader, space, { rules: mostRead }, reasonOf),
    windows: typeof windows === "string" ? [mayStop("not_seen", "maintenance windows could not be read")] : windows,
  };
  return {
    /** Of those that use the connector itself, by id. */
    async of(rules: readonly Rule[], connector: string, seesSnoozes: boolean): Promise<ReadonlyMap<string, RuleNow>> {
      await facts.notified?.read(rules);
      const seen = seesSnoozes || !isAtLeast(status, "8.2");
      const giveWay = createGiveWay();
      const found = new Map<string, RuleNow>();
      for (const rule of rules) {
        await giveWay();
        found.set(rule.id, nowOf(mapClassic(rule, facts, seen), connector));
      }
      return found;
    },
    /** Those that reach it over workflows alone, as rows of an answer, those that tell nobody first. @throws ToolError */
    async overWorkflows(connector: string): Promise<Record<string, unknown>[]> {
      const rules = await rulesOverWorkflows(reader, facts, connector, status);
      const rows = rules.map((rule) => ({
        ...{ kind: "rule", id: rule.id, name: plainText(rule.name, 120), space, enabled: rule.enabled },
        ...{ via: viaOf(rule, connector), ...nowOf(rule, connector) },
      }));
      return rows.sort(worstFirst);
    },
  };
}

/** Those that tell nobody before those that perhaps tell somebody. */
export function worstFirst(one: RuleNow, other: RuleNow): number {
  const place = ({ verdict = "told" }: RuleNow) => verdicts.indexOf(verdict === "recorded" ? "nobody" : verdict);
  return place(one) - place(other);
}

async function failingOf(runs: Known["runs"]): Promise<Map<string, Failing>> {
  const found = await Promise.all([...runs].map(async ([id, one]) => [id, (await orUnread(one))?.failing] as const));
  return new Map(found.flatMap(([id, failing]) => (failing ? [[id, failing] as const] : [])));
}

function nowOf(rule: MappedRule, connector: string): RuleNow {
  const obstacles = wayTo(rule, connector);
  const verdict = verdictShown(obstacles);
  return compact({ verdict: verdict === "told" ? undefined : verdict, in_the_way: inTheWay(obstacles) });
}

function viaOf({ routes }: MappedRule, connector: string): string[] {
  const way = routes.find((route) => route.connector === connector) ?? routes.find(isNotFollowed);
  return (way?.via ?? []).map(({ kind, id }) => `${kind.replaceAll("_", " ")} ${plainText(id, 60)}`);
}

/** The runs of a connector, undefined where the log could not be read. */
async function orUnread(reading: Promise<Runs>): Promise<Runs | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return undefined;
  }
}
