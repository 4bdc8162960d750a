import { isPlainObject } from "../plain-object.ts";
import type { ConnectorType } from "./connector-type.ts";
import { inputSchema } from "./json-schema.ts";
import { optionsOf } from "./schema-reader.ts";

/** What Kibana fills in where a field is left out. */
export interface LeftOut {
  /** Dotted from the part; the places in lists count. */
  path: string;
  value: unknown;
  /** Whether its schema calls it an address. */
  isAddress: boolean;
}

/** Beyond these a default may be anything. */
const most = { depth: 24, schemas: 5_000 };

/**
 * The defaults of all fields that a config, or the secrets, leave out, at any depth; of alternatives those that no constant of the value
 * contradicts.
 * @returns undefined in the end where there is more than can be read
 */
export function leftOut(type: ConnectorType, part: "config" | "secrets", value: unknown): (LeftOut | undefined)[] {
  const { schema, followed } = type.described?.(part) ?? { schema: inputSchema(type.schemas()[part]), followed: asObject };
  const found: (LeftOut | undefined)[] = [];
  let schemas = most.schemas;

  function walk(each: unknown, at: unknown, path: readonly string[], depth: number): void {
    if (--schemas < 0 || depth > most.depth) {
      if (found.at(-1) !== undefined || found.length === 0) found.push(undefined);
      return;
    }
    const standard = at === undefined ? defaultOf(each, depth) : undefined;
    if (standard != null) found.push({ path: path.join("."), value: standard, isAddress: isUri(each, depth) });
    const known = followed(each);
    const full = at ?? standard;
    if (!known || full === null || typeof full !== "object") return;
    for (const option of within(known)) if (fits(option, full)) walk(option, full, path, depth + 1);
    const { properties, additionalProperties: others, patternProperties: patterns, items } = known;
    const own = isPlainObject(properties) ? properties : {};
    if (Array.isArray(full)) {
      for (const [index, item] of full.entries()) if (isPlainObject(items)) walk(items, item, [...path, String(index)], depth + 1);
      return;
    }
    for (const [name, field] of Object.entries(own))
      walk(field, Object.hasOwn(full, name) ? Reflect.get(full, name) : undefined, [...path, name], depth + 1);
    const more = [...(isPlainObject(others) ? [others] : []), ...(isPlainObject(patterns) ? Object.values(patterns) : [])];
    for (const [name, item] of more.length > 0 ? Object.entries(full) : []) {
      if (Object.hasOwn(own, name)) continue;
      for (const one of more) walk(one, item, [...path, name], depth + 1);
    }
  }

  /** Of the schema, or of what it leads to. */
  function defaultOf(each: unknown, depth: number): unknown {
    if (isPlainObject(each) && each.default != null) return each.default;
    const known = followed(each);
    if (!known || depth > most.depth) return undefined;
    if (known.default != null) return known.default;
    return within(known)
      .map((option) => defaultOf(option, depth + 1))
      .find((one) => one != null);
  }

  function isUri(each: unknown, depth: number): boolean {
    const known = depth > most.depth ? undefined : followed(each);
    if (!known) return false;
    return known.format === "uri" || known.format === "url" || within(known).some((option) => isUri(option, depth + 1));
  }

  function fits(option: unknown, value: object): boolean {
    const { properties } = followed(option) ?? {};
    if (!isPlainObject(properties)) return true;
    return Object.entries(properties).every(([name, field]) => {
      const constant = followed(field)?.const;
      const given = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
      return constant === undefined || given === undefined || given === constant;
    });
  }

  walk(schema, value, [], 0);
  return found;
}

/** The alternatives of a schema, and the parts that hold together. */
function within(schema: Record<string, unknown>): readonly unknown[] {
  return [...(optionsOf(schema) ?? []), ...(Array.isArray(schema.allOf) ? schema.allOf : [])];
}

function asObject(schema: unknown): Record<string, unknown> | undefined {
  return isPlainObject(schema) ? schema : undefined;
}
