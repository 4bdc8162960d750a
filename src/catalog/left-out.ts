import { isPlainObject } from "../plain-object.ts";
import type { ConnectorType, Params } from "./connector-type.ts";
import { inputSchema } from "./json-schema.ts";
import { optionsOf } from "./schema-reader.ts";

/** What Kibana fills in where a field is left out. */
export interface LeftOut {
  /** From the part; the places in lists count. */
  path: readonly string[];
  value: unknown;
  /** Whether its schema calls it an address. */
  isAddress: boolean;
}

type Part = "config" | "secrets" | "params";

/** Beyond these a default may be anything. */
const most = { depth: 24, schemas: 10_000 };

/**
 * The defaults of all fields that a part leaves out, at any depth; of alternatives those that no constant of the value
 * contradicts.
 * @returns undefined in the end where there is more than can be read
 */
export function leftOut(type: ConnectorType, part: Part, value: unknown): (LeftOut | undefined)[] {
  const { schema, followed } = type.described?.(part, value) ?? { schema: inputSchema(type.schemas()[part]), followed: asObject };
  const found: LeftOut[] = [];
  let schemas = most.schemas;
  let isWhole = true;

  function walk(each: unknown, at: unknown, path: readonly string[], depth: number): void {
    if (!isWithin(depth)) return;
    const standard = at === undefined ? defaultOf(each, depth) : undefined;
    if (standard != null) found.push({ path, value: standard, isAddress: isUri(each, depth) });
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

  function isWithin(depth: number): boolean {
    schemas--;
    const isIn = schemas >= 0 && depth <= most.depth;
    isWhole &&= isIn;
    return isIn;
  }

  /** Of the schema, or of what it leads to. */
  function defaultOf(each: unknown, depth: number): unknown {
    if (isPlainObject(each) && each.default != null) return each.default;
    const known = followed(each);
    if (!known || !isWithin(depth)) return undefined;
    if (known.default != null) return known.default;
    return within(known)
      .map((option) => defaultOf(option, depth + 1))
      .find((one) => one != null);
  }

  function isUri(each: unknown, depth: number): boolean {
    const known = isWithin(depth) ? followed(each) : undefined;
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
  return isWhole ? found : [...found, undefined];
}

/** Params as they are run: of a type that Kibana describes, with what it fills in where they leave a field out; and whether that is all. */
export function asRun(type: ConnectorType | undefined, params: Params): { params: Params; isWhole: boolean } {
  const added = type?.described ? leftOut(type, "params", params) : [];
  const known = added.filter((one) => one !== undefined);
  const whole = known.reduce<unknown>((run, { path, value }) => put(run, path, value), params);
  return { params: isPlainObject(whole) ? whole : params, isWhole: known.length === added.length };
}

/** Of alternatives each may be meant. */
function put(value: unknown, [step, ...rest]: readonly string[], leaf: unknown): unknown {
  if (step === undefined) return value === undefined ? leaf : [value, leaf];
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === step ? put(item, rest, leaf) : item));
  const object = isPlainObject(value) ? value : {};
  return { ...object, [step]: put(Object.hasOwn(object, step) ? object[step] : undefined, rest, leaf) };
}

/** The alternatives of a schema, and the parts that hold together. */
function within(schema: Record<string, unknown>): readonly unknown[] {
  return [...(optionsOf(schema) ?? []), ...(Array.isArray(schema.allOf) ? schema.allOf : [])];
}

function asObject(schema: unknown): Record<string, unknown> | undefined {
  return isPlainObject(schema) ? schema : undefined;
}
