import * as z from "zod";
import type { Dict } from "../types.ts";

/** The zod schema that a JSON Schema of Kibana's was made from. */
export function schemaOfJson(json: Dict): z.ZodType {
  const { oneOf, anyOf = oneOf, type, ...more } = json;
  if (Array.isArray(anyOf)) return eitherOf(anyOf);
  if ("const" in json) return z.literal(String(json.const));
  if (Array.isArray(json.enum)) return z.literal(json.enum);
  if (Array.isArray(type)) return z.union(type.map((one) => schemaOfJson({ ...more, type: one })));
  switch (type) {
    case "string": {
      const text = json.format === "uri" ? z.url() : z.string();
      return text.min(Number(json.minLength ?? 0)).max(Number(json.maxLength ?? Number.POSITIVE_INFINITY));
    }
    case "integer":
    case "number": {
      const number = z
        .number()
        .min(Number(json.minimum ?? Number.NEGATIVE_INFINITY))
        .max(Number(json.maximum ?? Number.POSITIVE_INFINITY));
      return type === "integer" ? number.int() : number;
    }
    case "boolean":
      return z.boolean();
    case "null":
      return z.null();
    case "array":
      return z.array(schemaOfJson(Object(json.items)));
    case "object":
      return objectOf(json);
    default:
      return z.unknown();
  }
}

function objectOf({ properties, required = [], additionalProperties: others }: Dict): z.ZodType {
  if (properties === undefined) return z.record(z.string(), schemaOfJson(Object(others)));
  const needed = Array.isArray(required) ? required : [];
  const fields = Object.entries<Dict>(Object(properties)).map(([name, field]) => {
    const made = schemaOfJson(field);
    if (field.default !== undefined) return [name, made.default(field.default)] as const;
    return [name, needed.includes(name) ? made : made.optional()] as const;
  });
  const shape = Object.fromEntries(fields);
  return others === false ? z.strictObject(shape) : z.looseObject(shape);
}

function eitherOf(schemas: readonly Dict[]): z.ZodType {
  const options = schemas.map(schemaOfJson);
  const objects = options.filter((option) => option instanceof z.ZodObject);
  const [first, ...others] = objects;
  const telling = Object.keys(first?.shape ?? {}).find((name) => objects.every(({ shape }) => shape[name] instanceof z.ZodLiteral));
  if (first && telling !== undefined && objects.length === options.length) return z.discriminatedUnion(telling, [first, ...others]);
  return z.union(options);
}
