import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { isPlainObject } from "../../plain-object.ts";
import { hasName, headersField, type Names } from "../../secrets/secret-headers.ts";
import { fieldOf, type StoredSecret } from "../../secrets/stored-secret.ts";

/**
 * The secret headers of a connector as Kibana lists them; undefined where it does not, or where it can have none.
 * @param may the fields that the connector may have
 */
export async function listedHeaders(
  may: { needed: readonly string[]; possible: readonly string[] },
  { id, missingSecrets }: Pick<Connector, "id" | "missingSecrets">,
  space: string,
  kibana: Reader,
): Promise<Names> {
  const isAsked = missingSecrets !== true && [...may.needed, ...may.possible].includes(headersField);
  return isAsked ? kibana.secretHeaderNames(space, id) : undefined;
}

/** The fields that are stored by the journal, with secret headers as they are known to be there or not. */
export function withHeaders(byJournal: readonly string[], names: Names): string[] {
  if (names === undefined) return [...byJournal];
  const others = byJournal.filter((field) => field !== headersField);
  return names.length > 0 ? [...others, headersField] : others;
}

/** The secret headers of a connector of which a change is undone, by name. */
export interface HeadersBack {
  /** To be given, since they were there before it and nobody took them out since. */
  before: string[];
  /** To be given, since they came after it. */
  since: string[];
  /** That it stored where nothing was. */
  out: string[];
}

/**
 * What the undo of a change does to secret headers; undefined where what was there before is not known.
 * @param listed as Kibana lists them now
 * @param before as Kibana listed them before the change
 * @param stored those that it stored
 * @param isFirst whether it stored them where none were
 * @param byJournal what this server stored in the connector before the change, or since
 */
export function headersBack(
  listed: Names,
  { before, stored, isFirst }: { before: Names; stored: readonly string[]; isFirst: boolean },
  byJournal: readonly StoredSecret[],
): HeadersBack | undefined {
  if (listed === undefined && before === undefined) return undefined;
  const ours = byJournal.filter((one) => fieldOf(one) === headersField);
  const since = ours.filter((one) => one.isSince).map(nameIn);
  const was = ours.filter((one) => !one.isSince).map(nameIn);
  const then = before ?? (isFirst || stored.length === 0 || was.length > 0 ? was : undefined);
  if (then === undefined || then.includes("")) return undefined;
  const back = then.filter((name) => !hasName(stored, name) || listed === undefined || hasName(listed, name));
  const isNew = (name: string) => !hasName(stored, name) || since.includes("") || hasName(since, name);
  const others = (listed ?? []).filter((name) => !hasName(back, name));
  return { before: back, since: others.filter(isNew), out: others.filter((name) => !isNew(name)) };
}

/** Empty for what a person typed: the journal has only its field. */
function nameIn({ path }: Pick<StoredSecret, "path">): string {
  return path.slice(headersField.length + 1);
}

/** Secrets as a call gives them, without the headers that have null in the place of their value, and the names of these: they are dropped. */
export function withoutDropped(given: Record<string, unknown>): { secrets: Record<string, unknown>; dropped: string[] } {
  const there = given[headersField];
  const dropped = isPlainObject(there) ? Object.keys(there).filter((name) => there[name] === null) : [];
  if (!isPlainObject(there) || dropped.length === 0) return { secrets: given, dropped };
  const rest = Object.entries(there).filter(([, value]) => value !== null);
  return { secrets: { ...given, [headersField]: Object.fromEntries(rest) }, dropped };
}

/** Of names those that a call does not drop. */
export function notDropped(names: Names, given: Record<string, unknown>): Names {
  const { dropped } = withoutDropped(given);
  return names?.filter((name) => !hasName(dropped, name));
}
