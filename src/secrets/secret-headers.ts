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
