import type { ConnectorType } from "../catalog/connector-type.ts";
import { connectorTypes as catalogue } from "../catalog/index.ts";
import { isCloudMail } from "../catalog/made-by-elastic.ts";
import { asOfVersion } from "../catalog/when.ts";
import type { Runs } from "../kibana/connector-runs.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { isElasticCloud } from "../kibana/elastic-cloud.ts";
import type { Run } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import type { RuleType } from "../kibana/rules.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";
import { type Check, type Draft, misses } from "./check.ts";
import type { ConnectorFacts, OwnWrite, SpaceFacts } from "./facts.ts";
import type { ConnectorHealth, NotChecked } from "./finding.ts";
import { healthRow } from "./health.ts";
import { reason } from "./not-checked.ts";
import { joinedUntold } from "./usage.ts";

interface Asked {
  spaces: readonly string[];
  checks: readonly Check[];
  from: string;
  days: number;
  now: number;
  url: string;
  isOwnRun(space: string, run: Run): boolean;
  own: Deployment["own"];
  signal?: AbortSignal;
}

/** A draft with the check that made it. */
export interface Found {
  check: Check;
  draft: Draft;
}

/** What all spaces share: read once, and what is only known when all are read. */
export interface Deployment {
  checks: readonly Check[];
  signal: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  now: number;
  window: SpaceFacts["window"];
  /** Undefined where it could not be read. */
  status: Status | undefined;
  /** Actions of rules have frequencies of their own: from 8.7 on. */
  actionFrequencies: boolean;
  /** Webhooks may have headers that nobody can read: from 9.2 on. */
  secretHeaders: boolean;
  entries: ReadonlyMap<string, ConnectorType>;
  /** Undefined where they could not be read. */
  types: ReadonlyMap<string, LiveType> | undefined;
  notChecked: readonly NotChecked[];
  /** The rule types that the key may use in a space, asked for once where two spaces show the same. @throws ToolError */
  ruleTypes(space: string, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, RuleType>>;
  /** Preconfigured connectors are in every space: their log is read once. */
  runsOfShared: Map<string, Promise<Runs>>;
  /** Whether a run was this server's own. */
  isOwnRun(space: string, run: Run): boolean;
  /** What this server wrote last of a connector or rule; undefined where that is not known. */
  own: Record<"connector" | "rule", (space: string, id: string) => OwnWrite | undefined> | undefined;
  /** Takes a space's connectors for the checks that look at all spaces. */
  add(space: SpaceFacts, shared: readonly ConnectorFacts[]): void;
  /** Findings on connectors that are in every space, and on all spaces together. */
  finish(): { found: Found[]; health: ConnectorHealth[] };
}

export async function createDeployment(reader: Reader, asked: Asked): Promise<Deployment> {
  const { checks, signal, spaces } = asked;
  const notChecked: NotChecked[] = [];
  const missing = (what: string, isMissed: (check: Check) => boolean) => (error: unknown) => {
    const why = reason(error, what);
    const missed = checks.filter(isMissed).map((check) => check.name);
    if (missed.length > 0) notChecked.push({ space: "*", checks: missed, ...why });
    return undefined;
  };
  const ruleTypes = new Map<string, RuleType>();
  const asking = new Map<string, Promise<void>>();
  const askIn = (space: string) => {
    const asked =
      asking.get(space) ??
      reader.ruleTypes(space).then((list) => {
        for (const type of list) ruleTypes.set(type.id, type);
      });
    asking.set(space, asked);
    return asked;
  };
  // Most spaces show the same, so that one answer is enough.
  const first = checks.some(({ needs }) => needs.includes("rule_types")) ? askIn(spaces[0] ?? "default").catch(() => undefined) : undefined;
  const [status, types, entries] = await Promise.all([
    reader
      .status()
      .catch(missing("The kind of deployment could not be read", (check) => misses(check, "status") || misses(check, "users"))),
    reader.connectorTypes(spaces[0] ?? "default").catch(missing("Connector types could not be read", (check) => misses(check, "types"))),
    catalogue(),
  ]);
  const shared = new Map<string, ConnectorFacts>();
  const saved: { space: string; connector: Connector; entry: ConnectorType | undefined }[] = [];
  let allRulesKnown = true;
  const window = { from: asked.from, days: asked.days };
  const secretHeaders = status === undefined || isAtLeast(status, "9.2");
  const offers = types && new Map(types.map((type) => [type.id, type]));
  return {
    status,
    checks,
    signal,
    now: asked.now,
    window,
    actionFrequencies: status === undefined || isAtLeast(status, "8.7"),
    secretHeaders,
    entries: new Map(
      entries.map((entry) => [entry.id, status === undefined ? entry : asOfVersion(entry, (since) => isAtLeast(status, since))]),
    ),
    types: offers,
    notChecked,
    ...{ runsOfShared: new Map(), isOwnRun: asked.isOwnRun, own: asked.own },
    async ruleTypes(space, wanted) {
      await first;
      if (![...wanted].every((id) => ruleTypes.has(id))) await askIn(space);
      return ruleTypes;
    },
    add({ space, connectors, rulesKnown }, inEverySpace) {
      allRulesKnown &&= rulesKnown;
      for (const { connector, entry } of connectors.values()) saved.push({ space, connector, entry });
      for (const facts of inEverySpace) {
        const known = shared.get(facts.connector.id);
        shared.set(facts.connector.id, known ? joined(known, facts) : facts);
      }
    },
    finish() {
      const everywhere: SpaceFacts = { space: "*", connectors: shared, rulesKnown: allRulesKnown, window, offers, secretHeaders };
      const self = isSelfManaged(status, asked.url, shared);
      const found = checks.flatMap((check): Found[] => {
        if (check.needs.includes("types") && !types) return [];
        if (check.of === "connector") {
          return [...shared.values()].flatMap((facts) => {
            const draft = check.find(facts, everywhere);
            // What a file defines no tool changes, but rules can be moved and tests made.
            const isFixed = check.tool === "update_connector" || check.tool === "safe_delete_connector";
            return draft ? [{ check, draft: { ...draft, ...(isFixed && { tool: undefined }) } }] : [];
          });
        }
        if (check.of !== "deployment") return [];
        return check.find({ selfManaged: self, connectors: saved }).map((draft) => ({ check, draft }));
      });
      return { found, health: [...shared.values()].flatMap((facts) => healthRow(facts, "*") ?? []) };
    },
  };
}

/** The facts of two spaces about one connector that both have. */
function joined(one: ConnectorFacts, other: ConnectorFacts): ConnectorFacts {
  const since = [one.usage.since, other.usage.since].filter((at) => at !== undefined).sort()[0];
  return {
    ...one,
    usage: {
      rules: one.usage.rules + other.usage.rules,
      enabled: one.usage.enabled + other.usage.enabled,
      since,
      untold: joinedUntold(one.usage.untold, other.usage.untold),
    },
    runs: one.runs ?? other.runs,
  };
}

/** Elastic Cloud brings a mail connector of its own, and its addresses are known. */
function isSelfManaged(status: Status | undefined, url: string, shared: ReadonlyMap<string, unknown>): boolean {
  if (status === undefined || status.flavour === "serverless" || [...shared.keys()].some(isCloudMail)) return false;
  return !isElasticCloud(url);
}
