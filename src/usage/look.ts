import { isModel } from "../catalog/default-model.ts";
import { firstOfType } from "../catalog/first-by-name.ts";
import { ToolError } from "../errors.ts";
import { grouped } from "../grouped.ts";
import { isNoRoute, isUnlicensed } from "../kibana/absent.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText } from "../plain-text.ts";
import { type RuleUse, rulesUsing } from "../rules/find-rules.ts";
import { unlistedFor } from "./assistants.ts";
import { takingByDefault, unseenOf } from "./by-default.ts";
import { isEndpointOf } from "./inference-endpoints.ts";
import { type NamedAs, namedAs, namesEndpoint } from "./named.ts";
import { sources } from "./sources.ts";
import { type Found, type Sight, type Source, type Unseen, type Use, type Where, whereOf } from "./use.ts";
import { workflows } from "./workflows.ts";

/** Characters of why something could not be looked at. */
const longestReason = 160;

/** What was seen of one space, for all of its connectors. */
export interface Seen {
  space: string;
  looked: readonly { source: Source; found: Found }[];
}

/** What uses one connector, and how much of what could use it was seen. */
export interface Usage {
  /** Undefined where the key may not read rules. */
  rules: RuleUse[] | undefined;
  /** All others. */
  uses: Use[];
  sight: Sight;
}

/**
 * Reads each source of a space once.
 * @param all connectors that are asked about, by the features of their types
 * @throws ToolError where Kibana does not answer at all
 */
export async function lookAround(reader: Reader, space: string, all: readonly Where[], among = sources): Promise<Seen> {
  const [first] = all;
  if (!first) return { space, looked: [] };
  const able = among.filter((source) => all.some((where) => source.canHold(where)));
  const looked = await Promise.all(
    able.map(async (source) => ({ source, found: await lookOnce(source, () => source.look(reader, space, first.status), first.status) })),
  );
  return { space, looked };
}

/** The same where nothing may end the call, as after a write: a source from which no answer comes is unseen too. */
export async function lookAtEach(reader: Reader, space: string, where: Where, among = sources): Promise<Seen> {
  const each = among.map(async (source) => {
    try {
      return (await lookAround(reader, space, [where], [source])).looked;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [{ source, found: { holders: [], unseen: [{ what: source.what, why, permanent: false, whole: true }] } }];
    }
  });
  return { space, looked: (await Promise.all(each)).flat() };
}

/** Reads only the workflows of a space, which need no type: any connector may be used in one. */
export function lookAtWorkflows(reader: Reader, space: string, status: Where["status"]): Promise<Seen> {
  return lookAround(reader, space, [{ status, features: [] }], [workflows]);
}

/** The connectors of a space, as what decides whom a place means. */
export interface Present {
  /** An id comes before a name. */
  ids: ReadonlySet<string>;
  /** Undefined where it is not asked who takes one without naming it. */
  models?: readonly Connector[];
  /** Those of each type that are taken where none is named. */
  firsts?: ReadonlySet<string>;
}

export function presentIn(all: Iterable<Connector>): Present {
  const list = [...all];
  const firsts = [...grouped(list, ({ type }) => type)].flatMap(([type, same]) => firstOfType(same, type));
  return {
    ids: new Set(list.map(({ id }) => id)),
    models: list.filter(isModel),
    firsts: new Set(firsts.map(({ id }) => id)),
  };
}

/**
 * What was seen of the users of one connector besides rules.
 * @param wanted only those that name it so
 */
export function usersOf(
  connector: Connector,
  where: Where,
  { ids, models, firsts }: Present,
  { looked }: Seen,
  wanted?: NamedAs,
): Pick<Usage, "uses" | "sight"> {
  const able = looked.filter(({ source }) => source.canHold(where));
  const all = able.flatMap(({ found }) => usesIn(found, connector, (text) => ids.has(text)));
  const uses = all.filter(({ as }) => wanted === undefined || as === wanted).map(({ use }) => use);
  const taking = models === undefined || wanted !== undefined ? [] : takingByDefault(connector, models, looked, where.status);
  const unseen = [...able.flatMap(({ found }) => found.unseen), ...taking.map(unseenOf), ...unlistedFor(where, firsts?.has(connector.id))];
  return { uses, sight: sightOf(unseen.filter((one) => mayConcern(one, connector))) };
}

function usesIn({ holders, endpoints = [] }: Found, connector: Connector, isId: (text: string) => boolean): { use: Use; as: NamedAs }[] {
  const named = holders.flatMap((holder) => {
    const as = namedAs(holder, connector, isId);
    if (as === undefined) return [];
    const stays = as === "endpoint" && holder.use.can_be_moved;
    return [{ as, use: stays ? { ...holder.use, can_be_moved: false, why_not: namesEndpoint } : holder.use }];
  });
  const calls = endpoints.filter(({ call }) => isEndpointOf(connector.config, call));
  return [...named, ...calls.map(({ use }) => ({ as: "endpoint" as const, use }))];
}

function mayConcern({ concerns, decides }: Unseen, connector: Connector): boolean {
  return (concerns?.(connector) ?? true) && (decides?.mayTake(connector) ?? true);
}

/** What a caller has read of a space already. */
export interface Known {
  /** Every connector: a text that is an id means that one. */
  existing: readonly Connector[];
  types: readonly LiveType[];
  status: Where["status"];
}

/** What uses these connectors of a space besides rules: each source is read once for all of them. */
export async function othersUsing(
  reader: Reader,
  space: string,
  connectors: readonly Connector[],
  { existing, types, status }: Known,
): Promise<{ of(connector: Connector, wanted?: NamedAs, left?: Present): Pick<Usage, "uses" | "sight">; seen: Seen }> {
  const placeOf = (connector: Connector) => whereOf(connector, types, status);
  const seen = await lookAround(reader, space, connectors.map(placeOf));
  const present = presentIn(existing);
  return { of: (connector, wanted, left = present) => usersOf(connector, placeOf(connector), left, seen, wanted), seen };
}

/** The rules that use a connector; undefined where the key may not read rules. */
export async function visibleRules(
  reader: Reader,
  space: string,
  connector: { id: string; preconfigured: boolean },
): Promise<RuleUse[] | undefined> {
  try {
    return await rulesUsing(reader, space, connector);
  } catch (error) {
    if (error instanceof ToolError && error.code === "forbidden") return undefined;
    throw error;
  }
}

export function sightOf([first, ...rest]: readonly Unseen[]): Sight {
  if (!first) return { seen: "all" };
  return { seen: first.whole && rest.every(({ whole }) => whole) ? "none" : "part", unseen: [first, ...rest] };
}

/** What could not be looked at is unseen; what this Kibana cannot have is not. */
async function lookOnce(source: Source, look: () => Promise<Found>, { flavour }: Where["status"]): Promise<Found> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ToolError) || endsTheCall(error)) throw error;
    const missing = error instanceof KibanaError && isNoRoute(error);
    const cannotExist =
      (missing && (source.mayBeAbsent || (flavour === "serverless" && source.ofSolution))) ||
      (error instanceof KibanaError && isUnlicensed(error));
    const why = missing ? "This Kibana has no such route (404)." : error.message;
    const refused = error.code === "forbidden" && { refused: true as const };
    const unseen = { what: source.what, why, permanent: false, whole: true, ...refused, ...(missing ? {} : { fix: error.fix }) };
    return { holders: [], unseen: cannotExist ? [] : [unseen] };
  }
}

/** Nothing else could be read either. */
function endsTheCall(error: ToolError): boolean {
  if (error.code === "cancelled" || error.code === "unauthorized") return true;
  return error.code === "kibana_unreachable" && !(error instanceof KibanaError && error.status !== undefined);
}

/** `workflows (This key may not read them)` */
export function inWords({ what, why }: Pick<Unseen, "what" | "why">): string {
  return `${what} (${plainText(why, longestReason).replace(/\.$/, "")})`;
}

/** Those that somebody with another key could see. */
export function notLookedAt(sight: Sight): Unseen[] {
  return sight.seen === "all" ? [] : sight.unseen.filter(({ permanent }) => !permanent);
}

/** The same in words, each once; empty where there are none. */
export function notLookedAtInWords(...sights: readonly Sight[]): string {
  return [...new Set(sights.flatMap((sight) => notLookedAt(sight).map(inWords)))].join("; ");
}

/** What nobody can list, each once: `private workflows or private agents`; empty where there is nothing. */
export function neverSeenInWords(...sights: readonly Sight[]): string {
  const all = [...new Set(sights.flatMap((sight) => neverSeen(sight).map(({ what }) => what)))];
  return all.length > 1 ? `${all.slice(0, -1).join(", ")} or ${all.at(-1)}` : all.join("");
}

/** Whether something that names no connector takes this one. */
export function isTakenByDefault(sight: Sight): boolean {
  return sight.seen !== "all" && sight.unseen.some(({ byDefault }) => byDefault);
}

/** Those that nobody can list. */
export function neverSeen(sight: Sight): Unseen[] {
  return sight.seen === "all" ? [] : sight.unseen.filter(({ permanent }) => permanent);
}
