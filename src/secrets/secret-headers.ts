import { isPlainObject } from "../plain-object.ts";
import { fieldsWithValue, Sealed, type SealedRecord } from "../sealed.ts";

/** The one field of secrets whose names Kibana tells. */
export const headersField = "secretHeaders";

/** Names of secret headers; undefined: not known. */
export type Names = readonly string[] | undefined;

/** Whether a name is among others: those of headers may differ in case. */
export function hasName(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}

/** The names of the secret headers that are given. */
export function headersIn(secrets: SealedRecord): string[] {
  const there = secrets[headersField];
  const isMap = there !== null && typeof there === "object" && !Array.isArray(there) && !(there instanceof Sealed);
  return isMap ? fieldsWithValue({ ...there }) : [];
}

/** Those of which a reference was stored, by its path. */
export function headersAmong(sources: Readonly<Record<string, string>>): string[] {
  const start = `${headersField}.`;
  return Object.keys(sources).flatMap((path) => (path.startsWith(start) ? [path.slice(start.length)] : []));
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
