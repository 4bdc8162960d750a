import { ToolError } from "../errors.ts";
import { createGiveWay } from "../give-way.ts";
import type { V2Rule } from "../kibana/alerting-v2.ts";
import type { Connector } from "../kibana/connectors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Rule } from "../kibana/rules.ts";
import { isAtLeast } from "../kibana/status.ts";
import { byText } from "../rules/find-rules.ts";
import { isMeant, type RuleFilter, roughly } from "../rules/rule-filter.ts";
import { rulePages } from "../rules/rule-pages.ts";
import { askingAssistant, assistantActions } from "../usage/assistant-actions.ts";
import { notAll, startingWorkflows } from "../usage/leading-to.ts";
import { whereOf } from "../usage/use.ts";
import { wholeList } from "../usage/whole-list.ts";
import { mapClassic } from "./classic.ts";
import { mostRead } from "./held-back.ts";
import { leftOutOf } from "./left-out.ts";
import { type MappedRule, mayLeadTo } from "./route.ts";
import { type Deployment, type NotSeen, readSpace, reasonOf, type SpaceFacts } from "./space.ts";
import { mapV2 } from "./v2.ts";
import { workflowsLeadingTo } from "./workflow-routes.ts";

/** A place in the order of rules: by space, classic ones first, oldest first. */
export interface Position {
  space: string;
  system: "classic" | "v2";
  /** When the rule was made, ISO; empty in the new alerting. */
  at: string;
  id: string;
}

export interface MapOptions {
  /** Space ids, which exist and may be read, in their order. */
  spaces: readonly string[];
  filter: RuleFilter;
  /** Begin after this rule. If it is gone, the rules made at the same time come again. */
  after?: Position | undefined;
  /** All other users of the connector that the filter names are read too. */
  withUsers?: boolean;
  /** Spaces that are read at the same time; 1 keeps their order. Default: 4. */
  spacesAtOnce?: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Ends the requests; what is missing is then in `notSeen`. */
  signal: AbortSignal;
  onProgress(done: number, total: number, message: string): void;
}

export interface Visitor {
  /** A space, before its rules. */
  space?(facts: SpaceFacts): Promise<void> | void;
  /** A rule that is meant. False: it needs no more. */
  rule(rule: MappedRule, position: Position): boolean;
}

/**
 * Goes through rules page by page and forgets each: memory does not grow with their number.
 * @returns what could not be read
 * @throws ToolError where no space can be read at all
 */
export async function mapRules(unbound: Reader, options: MapOptions, visitor: Visitor): Promise<NotSeen[]> {
  const { after, spacesAtOnce = 4, now, signal, onProgress } = options;
  const reader = unbound.until(signal);
  const notSeen: NotSeen[] = [];
  const spaces = after ? options.spaces.slice(Math.max(0, options.spaces.indexOf(after.space))) : [...options.spaces];
  const status = await reader.status();
  const types = await reader.connectorTypes(spaces[0] ?? "default").catch((error: unknown) => {
    notSeen.push({ space: "*", what: "connector types", why: reasonOf(error) });
    return undefined;
  });
  const deployment = { status, types: types && new Map(types.map((type) => [type.id, type])), now, left: { rules: mostRead } };
  const waiting = [...spaces];
  const failures: unknown[] = [];
  let done = 0;
  let wanted = true;
  async function work(): Promise<void> {
    for (let space = waiting.shift(); space !== undefined && wanted; space = waiting.shift()) {
      const from = after?.space === space ? after : undefined;
      try {
        wanted &&= await mapSpace(reader, space, deployment, { ...options, after: from }, visitor, notSeen);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        failures.push(error);
        notSeen.push({ space, what: "rules", why: error.message, fix: error.fix });
      }
      onProgress(++done, spaces.length, `Space ${space} is read: ${done} of ${spaces.length}.`);
    }
  }
  await Promise.all(Array.from({ length: Math.min(spacesAtOnce, spaces.length) }, work));
  const fatal = failures.find((error) => error instanceof ToolError && ["unauthorized", "kibana_unreachable"].includes(error.code));
  if (fatal !== undefined && failures.length === spaces.length) throw fatal;
  return merged(notSeen);
}

/** @returns whether the visitor wants more */
async function mapSpace(
  reader: Reader,
  space: string,
  deployment: Deployment,
  { filter, after, withUsers }: MapOptions,
  visitor: Visitor,
  notSeen: NotSeen[],
): Promise<boolean> {
  const { notified_by: name } = filter;
  const isNamed = ({ id, name: own }: Connector) => id === name || own === name;
  const facts = await readSpace(reader, space, deployment, notSeen, withUsers ? isNamed : undefined);
  await visitor.space?.(facts);
  const visit = (rule: MappedRule, position: Omit<Position, "space">) =>
    !isMeant(rule, filter) || !leadsThere(rule, filter) || visitor.rule(rule, { space, ...position });

  const giveWay = createGiveWay();
  async function part(what: string, read: () => Promise<boolean>): Promise<boolean> {
    try {
      return await read();
    } catch (error) {
      notSeen.push({ space, what, why: reasonOf(error), fix: error instanceof ToolError ? error.fix : undefined });
      return true;
    }
  }
  /** Visits the rules behind a place, or all again where that is not among them. */
  async function behind<T extends { id: string }>(
    read: () => AsyncIterable<T[]>,
    place: Position | undefined,
    see: (rule: T) => boolean,
  ): Promise<boolean> {
    let found = place === undefined;
    for await (const rules of read()) {
      for (const rule of rules) {
        await giveWay();
        if (found && !see(rule)) return false;
        found ||= rule.id === place?.id;
      }
    }
    return found || behind(read, undefined, see);
  }

  const using = new Map<string, number>();
  let seesSnoozes = true;
  async function* classic(): AsyncGenerator<Rule[]> {
    for (const way of waysTo(facts, filter, deployment)) {
      for await (const page of rulesOf(
        reader,
        space,
        { ...way, filter: both(way.filter, from(after)) },
        isAtLeast(deployment.status, "8.2"),
      )) {
        if (!page.seesSnoozes && seesSnoozes) {
          seesSnoozes = false;
          notSeen.push({ space, what: "snoozes of rules", why: "Kibana shows them over an internal route only, which it refused." });
        }
        const rules = page.rules.filter(way.also ?? (() => true));
        countUses(rules, using);
        await facts.notified?.read(rules.filter((rule) => isMeant({ ...rule, type: rule.rule_type_id }, filter)));
        yield rules;
      }
    }
  }
  const wantsClassic = filter.type === undefined || !filter.type.startsWith("v2");
  const goesOn =
    !wantsClassic ||
    after?.system === "v2" ||
    (await part("rules", () =>
      behind(classic, after, (rule) =>
        visit(mapClassic(rule, facts, seesSnoozes), { system: "classic", at: rule.created_at ?? "", id: rule.id }),
      ),
    ));
  const wereRead = !notSeen.some((one) => one.space === space && one.what === "rules");
  if (goesOn && wantsClassic && after === undefined && wereRead)
    await part("rules", async () => {
      const walked = { using, narrowed: roughly(filter) !== undefined, name };
      const leftOut = await leftOutOf(reader, deployment, facts, walked);
      if (leftOut) notSeen.push({ space, what: "rules", ...leftOut });
      return true;
    });
  const hasV2 = isAtLeast(deployment.status, "9.5") && (filter.type === undefined || filter.type.startsWith("v2"));
  if (!goesOn || !hasV2) return goesOn;
  return part("rules of the new alerting", () =>
    behind(
      () => v2Pages(reader, space),
      after?.system === "v2" ? after : undefined,
      (rule) => visit(mapV2(rule, facts), { system: "v2", at: "", id: rule.id }),
    ),
  );
}

function countUses(rules: readonly Rule[], using: Map<string, number>): void {
  const ids = rules.flatMap(({ actions }) => [...new Set(actions.map((action) => action.id))]);
  for (const id of ids) using.set(id, (using.get(id) ?? 0) + 1);
}

const from = (after: Position | undefined) =>
  after?.system === "classic" && after.at ? `alert.attributes.createdAt >= "${after.at}"` : undefined;
const both = (one: string | undefined, other: string | undefined) => [one && `(${one})`, other].filter(Boolean).join(" and ") || undefined;

interface Way {
  connector?: string | undefined;
  filter: string | undefined;
  /** What an earlier way did not find. */
  also?: (rule: Rule) => boolean;
}

/**
 * How Kibana is asked for the rules that are meant: those that lead to a connector by itself, and those that lead to it over
 * workflows or name it in the params of an action.
 */
function waysTo({ connectors, workflows }: SpaceFacts, filter: RuleFilter, { types, status }: Deployment): Way[] {
  const { notified_by: name } = filter;
  const rough = roughly(filter);
  const { all } = connectors;
  if (name === undefined || !all) return [{ filter: rough }];
  const found = [...all.values()].filter(({ id, name: own }) => id === name || own === name);
  if (found.length !== 1) return [{ filter: rough }];
  const [one = { id: name, type: "", preconfigured: false }] = found;
  const { id } = one;
  const direct = one.preconfigured ? { filter: both(rough, byText(id).filter) } : { connector: id, filter: rough };
  const indirect = [
    ...(workflowsLeadingTo(id, workflows, connectors).size > 0 ? [startingWorkflows] : []),
    ...(assistantActions.canHold(whereOf(one, types?.values() ?? [], status)) ? [askingAssistant] : []),
  ];
  if (indirect.length === 0) return [direct];
  const any = indirect.length === 1 ? indirect[0] : `(${indirect.join(" or ")})`;
  return [direct, { filter: both(rough, any), also: (rule) => rule.actions.every((action) => action.id !== id) }];
}

function leadsThere({ routes }: MappedRule, { notified_by: name, without_actions: none }: RuleFilter): boolean {
  if (none !== undefined && none !== (routes.length === 0)) return false;
  return name === undefined || mayLeadTo((route) => route.connector === name || route.name === name, routes);
}

/** Pages of rules, with their snoozes where Kibana lets a client see them. @param canSnooze from 8.2 on */
export async function* rulesOf(
  reader: Reader,
  space: string,
  { connector, filter }: Partial<Pick<Way, "connector" | "filter">>,
  canSnooze: boolean,
): AsyncGenerator<{ rules: Rule[]; total: number; seesSnoozes: boolean }> {
  const which = { ...(connector !== undefined && { connector }), ...(filter !== undefined && { filter }) };
  if (canSnooze) {
    let begun = false;
    try {
      for await (const page of rulePages(reader, space, { ...which, internal: true })) {
        begun = true;
        yield { ...page, seesSnoozes: true };
      }
      return;
    } catch (error) {
      if (begun || !(error instanceof KibanaError) || ![400, 403, 404].includes(error.status ?? 0)) throw error;
    }
  }
  for await (const page of rulePages(reader, space, which)) yield { ...page, seesSnoozes: !canSnooze };
}

/** Rules of the new alerting have no order that a later page could go on from: they are read as a whole. */
export async function* v2Pages(reader: Reader, space: string): AsyncGenerator<V2Rule[]> {
  const { items, total, complete } = await wholeList(async (at) => {
    const page = await reader.v2Rules(space, at);
    return page && { total: page.total, items: page.rules };
  });
  yield [...items.values()];
  if (!complete) throw notAll("rules", items.size, total);
}

/** The same cause in several spaces is one entry. */
function merged(all: readonly NotSeen[]): NotSeen[] {
  const byCause = new Map<string, NotSeen>();
  for (const one of all) {
    const key = JSON.stringify([one.what, one.why]);
    const known = byCause.get(key);
    const spaces = known ? [...new Set([...known.space.split(", "), one.space])].join(", ") : one.space;
    byCause.set(key, { ...one, space: spaces });
  }
  return [...byCause.values()];
}
