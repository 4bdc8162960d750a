import { isDeepStrictEqual } from "node:util";
import type { Connector } from "../../kibana/connectors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";

type Config = Record<string, unknown>;

/** The connector, or undefined where there is none by that id. */
export async function connectorOrNone(reader: Reader, space: string, id: string): Promise<Connector | undefined> {
  try {
    return await reader.connector(space, id);
  } catch (error) {
    if (error instanceof KibanaError && error.code === "connector_not_found") return undefined;
    throw error;
  }
}

/** Whether a stored config holds what was sent: Kibana adds defaults; every key that was sent must be there as it was sent. */
export function holds(stored: Config, sent: Config): boolean {
  return Object.entries(sent).every(
    ([key, value]) => isDeepStrictEqual(stored[key] ?? null, value ?? null) || sameNumber(stored[key], value),
  );
}

/** Whether two configs are the same but for keys without a value. */
export function sameConfig(one: Config, other: Config): boolean {
  return holds(one, other) && holds(other, one);
}

/** Kibana stores "587" as 587 where a type coerces numbers. */
function sameNumber(stored: unknown, sent: unknown): boolean {
  const number = (value: unknown) =>
    typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Number(value) : Number.NaN;
  return number(stored) === number(sent);
}
