import * as z from "zod";
import { isRecord } from "./shared/fields.ts";

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
    at = isRecord(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined;
    level = fitting(
      level.map((each) => childOf(each, key)).filter((each) => each !== undefined),
      at,
    );
  }
  return new Map(level.flatMap((each) => Object.entries(each.properties ?? {}).map(([name, field]) => [name, asSchema(field)] as const)));
}

function childOf(schema: JsonSchema, key: PropertyKey): JsonSchema | undefined {
  if (typeof key === "number") return isRecord(schema.items) ? schema.items : undefined;
  const field = schema.properties?.[String(key)] ?? schema.additionalProperties;
  return isRecord(field) ? field : undefined;
}

/** Alternatives whose constants (the field that tells them apart) are those of the value. */
function fitting(schemas: JsonSchema[], value: unknown): JsonSchema[] {
  return schemas.flatMap(alternatives).filter((each) =>
    Object.entries(each.properties ?? {}).every(([name, field]) => {
      const { const: constant } = asSchema(field);
      return constant === undefined || !isRecord(value) || value[name] === undefined || value[name] === constant;
    }),
  );
}

/** JSON Schema has `true` and `false` for anything and nothing. */
export function asSchema(schema: JsonSchema | boolean): JsonSchema {
  return typeof schema === "boolean" ? {} : schema;
}
