import { firstUnread } from "../catalog/validate.ts";
import { createGiveWay } from "../give-way.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast } from "../kibana/status.ts";
import { mapClassic } from "../map/classic.ts";
import { destinationOf } from "../map/destination.ts";
import type { MappedRule } from "../map/route.ts";
import { rulesOf, v2Pages } from "../map/run.ts";
import type { RouteFacts } from "../map/space.ts";
import { mapV2 } from "../map/v2.ts";
import { firstPage } from "../rules/rule-pages.ts";
import { modelsOf, seenOfRules } from "../usage/assistant-actions.ts";
import { endpointsAreModels } from "../usage/inference-endpoints.ts";
import { policiesOf, workflowOf } from "../usage/leading-to.ts";
import { lookAtWorkflows } from "../usage/look.ts";
import { rulesLeftOut } from "../usage/unaccounted.ts";
import type { Holder } from "../usage/use.ts";
import { misses, type Part, ruleRef, wantedParts } from "./check.ts";
import type { Deployment, Found } from "./deployment.ts";
import { doubtsOf } from "./doubts.ts";
import { withOffered } from "./entries.ts";
import type { ConnectorFacts, SpaceFacts, Usage, WorkflowFacts } from "./facts.ts";
import type { ConnectorHealth, NotChecked, SpaceSummary } from "./finding.ts";
import type { Protects } from "./fitting-calls.ts";
import { healthRow } from "./health.ts";
import { logOf } from "./log.ts";
import { cancelled, reason } from "./not-checked.ts";
import { silentWithout } from "./silent-without.ts";
import { countUntold, countUse, unusedSoFar } from "./usage.ts";
import { lookAtUsers } from "./users.ts";

export interface SpaceRead {
  found: Found[];
  notChecked: NotChecked[];
  summary: SpaceSummary;
  health: ConnectorHealth[];
  /** Why the space's connectors could not be read. */
  failure: unknown;
}

/** Milliseconds by which Kibana's clock and ours may differ. */
const skew = 600_000;

type Progress = (fraction: number, message: string) => void;

const logUnread = "The execution log could not be read";

/** Kibana lists no more (reference/kibana-api.md §1.6). */
const mostConnectors = 10_000;

/** Begins what needs nothing from before. */
export function beginSpace(reader: Reader, space: string, parts: ReadonlySet<Part>, from: string): void {
  reader.begin((ahead) => [
    ...(parts.has("connectors") ? [ahead.connectors(space)] : []),
    ...(parts.has("log") ? [ahead.executionCounts(space, from)] : []),
    ...(parts.has("rules") ? [firstPage(ahead, space)] : []),
  ]);
}

/** Reads one space once and runs the checks over it. What cannot be read becomes "not checked". */
export async function auditSpace(
  reader: Reader,
  space: string,
  deployment: Deployment,
  { progress, isProtected }: { progress: Progress; isProtected: Protects["rule"] },
): Promise<SpaceRead> {
  const { checks, signal, window, types, status, now } = deployment;
  const found: Found[] = [];
  const notChecked: NotChecked[] = [];
  const unread = new Set<Part>(types ? [] : ["types"]);
  const wanted = wantedParts(checks);
  const giveWay = createGiveWay();
  let failure: unknown;

  function skip(names: readonly string[], why: Pick<NotChecked, "why" | "fix">) {
    const asked = checks.map((check) => check.name).filter((name) => names.includes(name));
    if (asked.length > 0) notChecked.push({ space, checks: asked, ...why });
  }
  const missing = (name: Part) => checks.filter((check) => misses(check, name)).map((check) => check.name);
  /** One part of the space, undefined where it could not be read: then the checks that need it were not done. */
  async function part<T>(name: Part, what: string, read: () => Promise<T>): Promise<T | undefined> {
    if (!wanted.has(name) || unread.has(name)) return undefined;
    try {
      if (signal?.aborted) throw cancelled();
      return await read();
    } catch (error) {
      if (name === "connectors") failure = error;
      unread.add(name);
      skip(missing(name), reason(error, what));
      return undefined;
    }
  }

  beginSpace(reader, space, wanted, window.from);
  const hasV2 = status !== undefined && isAtLeast(status, "9.5") && checks.some(({ of }) => of === "mapped_rule");
  if (wanted.has("users") && status) {
    const reads = (ahead: Reader) => [lookAtWorkflows(ahead, space, status), policiesOf(ahead, space, status)];
    reader.begin((ahead) => [...reads(ahead), ...(hasV2 ? [ahead.v2Rules(space, 1)] : [])]);
  }
  const lately = new Date(Date.now() - skew).toISOString();
  const list = await part("connectors", "Connectors could not be read", () => reader.connectors(space));
  const connectors = new Map((list ?? []).filter((one) => !one.system).map((one) => [one.id, one]));
  const entries = await withOffered(deployment.entries, connectors.values());
  const usage = new Map<string, Usage>();
  const starting: WorkflowFacts["starting"][number][] = [];
  const models: Holder[] = [];
  const looking = part("users", "What uses connectors besides rules could not be read", () =>
    lookAtUsers(reader, space, deployment, connectors, now),
  );
  // It is awaited once the rules are read.
  looking.catch(() => undefined);
  const logged = logOf(reader, space, {
    connectors,
    window,
    ...{ runsOfShared: deployment.runsOfShared, isOwnRun: deployment.isOwnRun },
    skip: (name, why) => skip([name], { why }),
  });
  const failing = part("log", logUnread, () => logged.failures());
  failing.catch(() => undefined);
  const rules = await part("rules", "Rules could not be read to the end", () => readRules());
  const counted = { status, types: types?.values() ?? [], rules: (id: string) => usage.get(id)?.rules ?? 0, signal };
  const [log, leftOut] = await Promise.all([
    part("log", logUnread, async () => {
      const failed = await failing;
      return failed && logged.whoRan(failed, usage);
    }),
    part("rules", "Which rules there are", async () =>
      rulesLeftOut(reader, space, [...connectors.values()], { ...counted, cases: (await looking)?.cases }),
    ),
  ]);
  const users = await looking;
  for (const { checks: missed, ...why } of users?.notSeen ?? []) skip(missed, why);

  const asking = seenOfRules(models, leftOut?.why ?? (unread.has("rules") ? "They could not be read to the end" : undefined));
  const factsOf = (connector: Connector): ConnectorFacts => ({
    connector,
    type: types?.get(connector.type),
    entry: entries.get(connector.type),
    usage: usage.get(connector.id) ?? unusedSoFar,
    others: users?.of(connector, asking),
    written: deployment.own?.connector(space, connector.id),
    runs: log?.runs.get(connector.id),
    ran: log?.ran.get(connector.id),
  });
  const all: ConnectorFacts[] = [];
  for (const connector of connectors.values()) {
    await giveWay();
    all.push(factsOf(connector));
  }
  const saved = all.filter(({ connector }) => !connector.preconfigured);
  const workflows = users?.workflows && { ...users.workflows, starting: [...starting, ...users.workflows.starting] };
  const facts: SpaceFacts = {
    space,
    connectors: new Map(saved.map((one) => [one.connector.id, one])),
    rulesKnown: rules !== undefined,
    workflows,
    window,
    offers: types,
    secretHeaders: deployment.secretHeaders,
  };
  for (const check of checks) {
    if (check.needs.some((name) => unread.has(name))) continue;
    if (check.of === "space") found.push(...check.find(facts).map((draft) => ({ check, draft })));
    if (check.of === "rule" && workflows) found.push(...(check.findInWorkflows?.(workflows) ?? []).map((draft) => ({ check, draft })));
    if (check.of === "connector") {
      for (const one of saved) {
        const draft = check.find(one, facts);
        if (draft) found.push({ check, draft });
      }
    }
  }
  if (!status) unread.add("status");
  if (leftOut) unread.add("rules");
  const stopped = signal?.aborted ? reason(cancelled(), "") : undefined;
  if (leftOut) skip(missing("rules"), stopped ?? leftOut);
  for (const { names, why } of doubtsOf(checks, all, facts, unread)) skip(names, stopped ?? why);
  deployment.add(
    facts,
    all.filter(({ connector }) => connector.preconfigured),
  );
  return {
    found,
    notChecked,
    failure,
    health: saved.flatMap((one) => healthRow(one, space) ?? []),
    summary: { id: space, connectors: list?.length, rules, runs: log?.counts.runs, failures: log?.counts.failures },
  };

  /** @returns how many rules there are; each page is checked and dropped */
  async function readRules(): Promise<number> {
    let seen = 0;
    const dangling: Found[] = [];
    let savedOfLate = false;
    let unseenSnoozes = false;
    const judged = await routeFacts();
    for await (const { rules: page, total, seesSnoozes } of rulesOf(reader, space, {}, !status || isAtLeast(status, "8.2"))) {
      unseenSnoozes ||= !seesSnoozes;
      for (const rule of page) {
        await giveWay();
        countUse(rule, usage);
        if (judged) judge(mapClassic(rule, judged, true), judged);
        models.push(...modelsOf(rule, space));
        const workflows = new Set(rule.actions.flatMap((action) => workflowOf(action) ?? []));
        if (workflows.size > 0) starting.push({ user: { kind: "rule", ...ruleRef(rule) }, workflows: [...workflows] });
      }
      const ruleTypes = await part("rule_types", "Rule types could not be read", () =>
        deployment.ruleTypes(space, new Set(page.map((rule) => rule.rule_type_id))),
      );
      const context = {
        space,
        connectors,
        ruleTypes: ruleTypes ?? new Map(),
        entries,
        endpointsAreModels: status !== undefined && endpointsAreModels(status),
        mayKnowMore: !status || isAtLeast(status, firstUnread),
        actionFrequencies: deployment.actionFrequencies,
        saved: (rule: string) => deployment.own?.rule(space, rule),
        now,
      };
      for (const check of checks) {
        if (check.of !== "rule" || check.needs.some((name) => unread.has(name))) continue;
        const isDangling = check.name === "dangling_reference";
        for (const rule of page) {
          for (const { next, ...about } of check.find(rule, context)) {
            const draft = isProtected(rule) ? { ...about, tool: undefined } : { ...about, ...(next && { next }) };
            (isDangling ? dangling : found).push({ check, draft });
            savedOfLate ||= isDangling && (rule.updated_at ?? "9") >= lately;
          }
        }
      }
      seen += page.length;
      progress(seen / Math.max(total, 1), `Space ${space}: ${seen} of ${total} rules.`);
    }
    found.push(...(await stillDangling(dangling, savedOfLate)));
    if (unseenSnoozes) skip(["silent_for_long"], { why: "Kibana shows snoozes of rules over an internal route only, which it refused." });
    if (judged && hasV2) await readV2(judged);
    return seen;
  }

  /** What rules lead to: read before the first of them is judged. Undefined where a part is missing. */
  async function routeFacts(): Promise<RouteFacts | undefined> {
    const [users, failed] = await Promise.all([looking, failing]);
    if (!users || !types || !status || !list) return undefined;
    const failingNow = [...(failed?.runs ?? [])].flatMap(([id, runs]) => (runs.failing ? [[id, runs.failing] as const] : []));
    return {
      ...{ space, now, byTags: isAtLeast(status, "9.6"), windows: [] },
      connectors: {
        ...{ all: connectors, types, notSeen: undefined, failing: new Map(failingNow), entries },
        ...{ endpointsAreModels: endpointsAreModels(status), mayKnowMore: isAtLeast(status, firstUnread) },
      },
      ...users.leads,
    };
  }

  function judge(rule: MappedRule, facts: RouteFacts): void {
    for (const check of checks) {
      if (check.of !== "mapped_rule" || check.needs.some((name) => unread.has(name))) continue;
      const barred = isProtected(rule) ? { tool: undefined } : {};
      found.push(...check.find(rule).map((draft) => ({ check, draft: { ...draft, ...barred } })));
    }
    for (const { connector, routes } of silentWithout(rule)) {
      const broken = facts.connectors.all?.get(connector);
      const to = () => routes.flatMap((route) => (broken && destinationOf(route, broken, entries.get(broken.type))) ?? []);
      if (broken) countUntold(rule, broken.id, to, usage);
    }
  }

  async function readV2(facts: RouteFacts): Promise<void> {
    try {
      for await (const rules of v2Pages(reader, space))
        for (const rule of rules) {
          await giveWay();
          judge(mapV2(rule, facts), facts);
        }
    } catch (error) {
      skip(["notifies_nobody"], reason(error, "Rules of the new alerting could not be read"));
    }
  }

  /**
   * A connector may have been created after they were listed, with the rule that uses it: where such a rule was saved
   * recently, connectors are listed once more. Kibana saves no rule whose connector is gone.
   */
  async function stillDangling(drafts: readonly Found[], savedOfLate: boolean): Promise<readonly Found[]> {
    if ((list ?? []).length >= mostConnectors) {
      skip(["dangling_reference"], { why: `Kibana lists at most ${mostConnectors} connectors of a space, and there may be more.` });
      return [];
    }
    if (drafts.length === 0 || !savedOfLate) return drafts;
    const now = new Set((await reader.connectors(space)).map((one) => one.id));
    return drafts.filter(({ draft }) => draft.connector === undefined || !now.has(draft.connector.id));
  }
}
