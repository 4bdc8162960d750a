import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { isPlainObject } from "../../plain-object.ts";

type Config = Record<string, unknown>;

/**
 * A merge patch on a config: objects merge; `null` removes, or is set if the type has null as a value; header names
 * merge regardless of case. Nothing else changes.
 */
export function mergeConfig(entry: ConnectorType | undefined, current: Config, patch: Config): Config {
  const nullable = new Set(
    entry
      ? describeFields(entry, "config")
          .filter(({ type }) => type.split("|").includes("null"))
          .map(({ name }) => name)
      : [],
  );
  const merged: Config = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null && !nullable.has(key)) delete merged[key];
    else merged[key] = isPlainObject(value) ? mergeObject(current[key], value, /headers$/i.test(key)) : value;
  }
  return merged;
}

function mergeObject(current: unknown, patch: Config, headers: boolean): Config {
  const merged: Config = isPlainObject(current) ? { ...current } : {};
  /** Keys by their lower-case name. A map, since there may be many. */
  const alike = new Map<string, string[]>();
  const remember = (key: string) => alike.set(key.toLowerCase(), [...(alike.get(key.toLowerCase()) ?? []), key]);
  if (headers) for (const key of Object.keys(merged)) remember(key);
  for (const [key, value] of Object.entries(patch)) {
    for (const one of alike.get(key.toLowerCase()) ?? []) if (one !== key) delete merged[one];
    if (headers) remember(key);
    if (value === null) delete merged[key];
    else merged[key] = isPlainObject(value) ? mergeObject(merged[key], value, false) : value;
  }
  return merged;
}
