import type { ConnectorType } from "./connector-type.ts";
import { alternatives, asSchema, inputSchema, type JsonSchema } from "./json-schema.ts";
import type { Part } from "./validate.ts";

/** One field, for an agent to read; keys with nothing to say are left out. `type` reads like TypeScript. */
export interface FieldRow {
  name: string;
  type: string;
  required?: true;
  default?: unknown;
  values?: string[];
  note?: string;
}

/**
 * The fields that a part of a type takes. For params in the form `{subAction, subActionParams}`: which sub-actions
 * there are, or with `subAction` the fields of that one's `subActionParams`.
 */
export function describeFields(type: ConnectorType, part: Part, subAction?: string): FieldRow[] {
  const shapes = alternatives(inputSchema(type.schemas()[part])).filter((each) => each.properties !== undefined);
  if (part === "params" && subAction !== undefined) {
    const chosen = shapes.find((shape) => asSchema(shape.properties?.subAction ?? {}).const === subAction);
    return rowsOf(alternatives(asSchema(chosen?.properties?.subActionParams ?? {})));
  }
  return rowsOf(shapes);
}

/** The sub-actions that the params of a type name; none where its params are flat. */
export function subActionsOf(type: ConnectorType): string[] {
  return alternatives(inputSchema(type.schemas().params)).flatMap((shape) => {
    const name = asSchema(shape.properties?.subAction ?? {}).const;
    return typeof name === "string" ? [name] : [];
  });
}

/** Each sub-action with its params in short: `{getIndicator: "{indicator: string}"}`. */
export function describeSubActions(type: ConnectorType): Record<string, string> {
  return Object.fromEntries(
    alternatives(inputSchema(type.schemas().params)).flatMap(({ properties = {} }) => {
      const name = asSchema(properties.subAction ?? {}).const;
      return typeof name === "string" ? [[name, typeOf(asSchema(properties.subActionParams ?? {}))]] : [];
    }),
  );
}

/** Rows of the fields that any of the shapes has; required is what all of them require. */
function rowsOf(shapes: readonly JsonSchema[]): FieldRow[] {
  const names = [...new Set(shapes.flatMap((shape) => Object.keys(shape.properties ?? {})))];
  return names.map((name) => {
    const fields = shapes.flatMap((shape) => (shape.properties?.[name] === undefined ? [] : [asSchema(shape.properties[name])]));
    const required = shapes.every((shape) => shape.required?.includes(name));
    return rowOf(name, fields, required);
  });
}

function rowOf(name: string, fields: readonly JsonSchema[], required: boolean): FieldRow {
  const values = fields.flatMap(alternatives).flatMap((each) => each.enum ?? (each.const == null ? [] : [each.const]));
  // Each sub-action has its own: `describeFields(type, part, subAction)`.
  const differ = name === "subActionParams" && fields.length > 1;
  const { default: standard, description } = fields.find((field) => field.default !== undefined || field.description !== undefined) ?? {};
  return {
    name,
    type: differ ? "object" : [...new Set(fields.map(typeOf))].join("|"),
    ...(required ? { required } : {}),
    ...(isTelling(standard) ? { default: standard } : {}),
    ...(values.length > 0 ? { values: [...new Set(values.map(String))] } : {}),
    ...(description === undefined ? {} : { note: description }),
  };
}

/** Defaults that go without saying: null, and nothing in a list or an object. */
function isTelling(value: unknown): boolean {
  return value != null && !(typeof value === "object" && Object.keys(value).length === 0);
}

function typeOf(schema: JsonSchema): string {
  const names = alternatives(schema).map(nameOf);
  return [...new Set(names)].join("|");
}

function nameOf(schema: JsonSchema): string {
  if (schema.format === "uri") return "url";
  if (schema.contentEncoding === "base64") return "base64";
  // zod writes a nullable text as one schema with two types.
  if (Array.isArray(schema.type)) return schema.type.join("|");
  switch (schema.type) {
    case "array":
      return listOf(typeOf(asSchema(typeof schema.items === "object" && !Array.isArray(schema.items) ? schema.items : {})));
    case "object":
      if (schema.properties !== undefined) return shapeOf(schema);
      return `record<${typeOf(asSchema(schema.additionalProperties ?? {}))}>`;
    case "integer":
      return "number";
    default:
      return schema.type ?? "any";
  }
}

function listOf(item: string): string {
  return item.includes("|") ? `(${item})[]` : `${item}[]`;
}

function shapeOf(schema: JsonSchema): string {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const type = typeOf(asSchema(field));
    // What may be left out may nearly always be null.
    return schema.required?.includes(name) ? `${name}: ${type}` : `${name}?: ${type.replace(/\|null$/, "")}`;
  });
  return `{${fields.join(", ")}}`;
}
