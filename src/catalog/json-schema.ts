import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";

/** The part of JSON Schema that zod writes and we read. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

const made = new WeakMap<z.ZodType, JsonSchema>();

/** What may be sent, as JSON Schema: defaults are optional. Made once for each schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const json = made.get(schema) ?? z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  made.set(schema, json);
  return json;
}

/** The schema itself, or each of its alternatives, nested ones too. */
export function alternatives(schema: JsonSchema): JsonSchema[] {
  const inner = [schema.anyOf ?? [], schema.oneOf ?? [], schema.allOf ?? []].flat();
  return inner.length === 0 ? [schema] : inner.flatMap((each) => alternatives(asSchema(each)));
}

/** Fields of the object that the schema takes at a path, by name; alternatives that contradict the value are left out. */
export function fieldsAt(schema: JsonSchema, value: unknown, path: readonly PropertyKey[] = []): Map<string, JsonSchema> {
  let level = fitting([schema], value);
  let at = value;
  for (const key of path) {
    at = isPlainObject(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined;
    level = fitting(
      level.map((each) => childOf(each, key)).filter((each) => each !== undefined),
      at,
    );
  }
  return new Map(level.flatMap((each) => Object.entries(each.properties ?? {}).map(([name, field]) => [name, asSchema(field)] as const)));
}

/** Whether it is a text of a format, or may be null instead. */
export function hasFormat(schema: JsonSchema, format: string): boolean {
  return alternatives(schema).some((each) => each.format === format);
}

/**
 * What a value has beyond the fields that the schema knows, and whether it says that there may be more. Within a value that may hold
 * anything nothing is unknown.
 */
export function unknownParts(schema: JsonSchema, value: unknown): { path: string; value: unknown; isOpen: boolean }[] {
  const found: ReturnType<typeof unknownParts> = [];
  const walk = (schemas: JsonSchema[], at: unknown, path: string): void => {
    if (Array.isArray(at)) {
      const items = fitting(schemas, at)
        .map((each) => childOf(each, 0))
        .filter((each) => each !== undefined);
      for (const [index, item] of at.entries()) if (items.length > 0) walk(items, item, `${path}${index}.`);
    } else if (isPlainObject(at)) {
      const level = fitting(schemas, at).filter(({ type }) => type === undefined || type === "object");
      if (level.some(({ properties }) => properties === undefined)) return;
      const isOpen = level.some(({ additionalProperties: more }) => more === true || isPlainObject(more));
      for (const [name, item] of Object.entries(at)) {
        const known = level.flatMap(({ properties = {} }) => (Object.hasOwn(properties, name) ? [asSchema(properties[name] ?? true)] : []));
        if (known.length === 0) found.push({ path: path + name, value: item, isOpen });
        else walk(known, item, `${path}${name}.`);
      }
    }
  };
  walk([schema], value, "");
  return found;
}

function childOf(schema: JsonSchema, key: PropertyKey): JsonSchema | undefined {
  if (typeof key === "number") return isPlainObject(schema.items) ? schema.items : undefined;
  const field = schema.properties?.[String(key)] ?? schema.additionalProperties;
  return isPlainObject(field) ? field : undefined;
}

/** Alternatives whose constants (the field that tells them apart) are those of the value. */
function fitting(schemas: JsonSchema[], value: unknown): JsonSchema[] {
  return schemas.flatMap(alternatives).filter((each) =>
    Object.entries(each.properties ?? {}).every(([name, field]) => {
      const { const: constant } = asSchema(field);
      return constant === undefined || !isPlainObject(value) || value[name] === undefined || value[name] === constant;
    }),
  );
}

/** JSON Schema has `true` and `false` for anything and nothing. */
export function asSchema(schema: JsonSchema | boolean): JsonSchema {
  return typeof schema === "boolean" ? {} : schema;
}
