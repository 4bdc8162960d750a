import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";
import { beginningRead, plainText, withoutKnown } from "../plain-text.ts";
import type { Config } from "./connector-type.ts";
import { parsedUrl } from "./shared/fields.ts";

/**
 * What a schema from outside may ask of this process. A reference counts each time that it is followed, so a schema that
 * refers to itself ends at the depth, and one that doubles itself at the number of schemas.
 */
const most = { depth: 8, schemas: 2_000, fields: 150, options: 50, types: 7, valuesInAll: 8_000, note: 160, name: 80, value: 120 };

/** What is left of it for the schemas that belong together. */
export interface SchemaBudget {
  schemas: number;
  /** Characters of values that fields may have. */
  values: number;
}

export function schemaBudget(): SchemaBudget {
  return { schemas: most.schemas, values: most.valuesInAll };
}

/**
 * Makes zod schemas from JSON Schema that somebody else wrote. Whatever it does not know, or what is beyond the limits, may be
 * anything: then only Kibana checks it. Patterns are never run.
 * @param root what `$ref` refers to
 */
export function schemaReader(root: unknown, budget: SchemaBudget) {
  /** The schema that a reference leads to, itself without one; undefined if there is none. */
  function followed(schema: unknown): Record<string, unknown> | undefined {
    let at = schema;
    for (let hops = 0; hops < most.depth && isPlainObject(at) && typeof at.$ref === "string"; hops++) at = referred(at.$ref);
    return isPlainObject(at) && typeof at.$ref !== "string" ? at : undefined;
  }

  function referred(reference: string): unknown {
    if (reference === "#") return root;
    const [hash, ...steps] = reference.slice(0, 200).split("/");
    if (hash !== "#") return undefined;
    return steps.reduce<unknown>((at, step) => {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      return (isPlainObject(at) || Array.isArray(at)) && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
    }, root);
  }

  function read(schema: unknown, depth = 0): z.ZodType {
    budget.schemas--;
    const known = budget.schemas < 0 || depth > most.depth ? undefined : followed(schema);
    if (!known) return z.unknown();
    const { made, nullable } = shape(known, depth);
    const note = [known.description, known.title, known.label].find((text) => typeof text === "string" && text !== "");
    const full = nullable ? made.nullable() : made;
    return typeof note === "string" ? full.describe(plainText(beginningRead(note, most.note, withoutKnown), most.note)) : full;
  }

  function shape(schema: Record<string, unknown>, depth: number): { made: z.ZodType; nullable: boolean } {
    const choices = optionsOf(schema);
    if (choices) {
      const options = choices.filter((option) => !isNull(option));
      return {
        made: anyOf(options.slice(0, most.options), depth, options.length > most.options),
        nullable: options.length < choices.length,
      };
    }
    const types = Array.isArray(schema.type) ? schema.type.slice(0, most.types) : [schema.type];
    const named = types.filter((type) => type !== "null");
    const [first = z.unknown(), second, ...others] = named.map((type) => ofType(type, schema, depth));
    const made = second === undefined ? first : z.union([first, second, ...others]);
    return { made, nullable: named.length < types.length };
  }

  function ofType(type: unknown, schema: Record<string, unknown>, depth: number): z.ZodType {
    if (isScalar(schema.const)) return isPlain(schema.const) ? z.literal(schema.const) : z.unknown();
    if (Array.isArray(schema.enum)) return oneOf(schema.enum, budget);
    switch (type) {
      case "string":
        return text(schema);
      case "number":
        return numbers(z.number(), schema);
      case "integer":
        return numbers(z.int(), schema);
      case "boolean":
        return z.boolean();
      case "array": {
        const list = z.array(isPlainObject(schema.items) ? read(schema.items, depth + 1) : z.unknown());
        const { minItems, maxItems } = schema;
        const longEnough = isSize(minItems) ? list.min(minItems) : list;
        return isSize(maxItems) ? longEnough.max(maxItems) : longEnough;
      }
      case "object":
        return object(schema, depth);
      default:
        return z.unknown();
    }
  }

  function object(schema: Record<string, unknown>, depth: number): z.ZodType {
    const { properties, additionalProperties: others } = schema;
    if (!isPlainObject(properties)) return z.record(z.string(), isPlainObject(others) ? read(others, depth + 1) : z.unknown());
    const names = Object.keys(properties);
    const fits = names.slice(0, most.fields).filter(isName);
    const required = new Set(Array.isArray(schema.required) ? schema.required.slice(0, names.length) : []);
    const fields = fits.map((name) => [name, field(properties[name], required.has(name), depth)] as const);
    const shape = Object.fromEntries(fields);
    // Kibana may know the fields that were left out here.
    return fits.length === names.length && others === false ? z.strictObject(shape) : z.looseObject(shape);
  }

  /** Zod's own JSON Schema calls a field with a default required: it describes what is stored. */
  function field(schema: unknown, required: boolean, depth: number): z.ZodType {
    const made = read(schema, depth + 1);
    const standard = followed(schema)?.default;
    if (isScalar(standard) && isPlain(standard) && made.safeParse(standard).success) return made.default(standard);
    return required && standard === undefined ? made : made.optional();
  }

  /** @param more there are others, which are not read */
  function anyOf(options: readonly unknown[], depth: number, more: boolean): z.ZodType {
    if (more || options.length === 0) return z.unknown();
    const made = options.map((option) => read(option, depth + 1));
    const objects = made.filter((one) => one instanceof z.ZodObject);
    if (objects.length === made.length) return together(objects);
    const [first = z.unknown(), second, ...others] = made;
    return second === undefined ? first : z.union([first, second, ...others]);
  }

  /** A schema whose values are objects: one object, or several of which one has to fit. */
  function readObject(schema: unknown): z.ZodType<Config> {
    const options = optionsOf(followed(schema) ?? {}) ?? [schema];
    const objects = options.slice(0, most.options).map((option) => read(option));
    const fits = objects.filter((one) => one instanceof z.ZodObject);
    return fits.length === options.length ? together(fits) : z.looseObject({});
  }

  return { read, readObject, followed };
}

/** The alternatives that a schema lists; undefined if it lists none. */
export function optionsOf({ oneOf, anyOf }: Record<string, unknown>): readonly unknown[] | undefined {
  return Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : undefined;
}

/** A name that can be shown and typed: others are left to Kibana. */
export function isName(name: string): boolean {
  return name.length <= most.name && /^[\w.:$@/-]+$/.test(name) && !["__proto__", "constructor", "prototype"].includes(name);
}

function together(objects: readonly z.ZodObject[]): z.ZodType<Config> {
  const [first, second, ...others] = objects;
  if (first === undefined) return z.looseObject({});
  const key = discriminator(objects);
  if (key !== undefined) return z.discriminatedUnion(key, [first, ...objects.slice(1)]);
  return second === undefined ? first : z.union([first, second, ...others]);
}

/** The field that has another constant in each of the objects. */
function discriminator(objects: readonly z.ZodObject[]): string | undefined {
  return Object.keys(objects[0]?.shape ?? {}).find((key) => {
    const values = objects.flatMap(({ shape }) => (shape[key] instanceof z.ZodLiteral ? [...shape[key].values] : []));
    return values.length === objects.length && new Set(values).size === values.length;
  });
}

/** The text that a field of an object has to be. */
export function constantOf(properties: Record<string, unknown>, key: string): string | undefined {
  const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isPlainObject(field) && typeof field.const === "string" && isPlain(field.const) ? field.const : undefined;
}

function text(schema: Record<string, unknown>): z.ZodType {
  if (schema.format === "uri" || schema.format === "url") return parsedUrl();
  const { minLength, maxLength } = schema;
  const longEnough = isSize(minLength) ? z.string().min(minLength) : z.string();
  return isSize(maxLength) ? longEnough.max(maxLength) : longEnough;
}

function numbers(made: z.ZodNumber | z.ZodInt, { minimum, maximum }: Record<string, unknown>): z.ZodType {
  const above = typeof minimum === "number" ? made.min(minimum) : made;
  return typeof maximum === "number" ? above.max(maximum) : above;
}

function oneOf(values: readonly unknown[], budget: SchemaBudget): z.ZodType {
  const plain: (string | number | boolean)[] = [];
  for (const value of values) {
    if (!isScalar(value) || !isPlain(value)) return z.unknown();
    budget.values -= String(value).length + 1;
    if (budget.values < 0) return z.unknown();
    plain.push(value);
  }
  return plain.length > 0 ? z.literal(plain) : z.unknown();
}

function isNull(schema: unknown): boolean {
  return isPlainObject(schema) && schema.type === "null";
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

/** Whether it reads as what it is, so that it may be shown among the values of a field. */
function isPlain(value: string | number | boolean): boolean {
  return typeof value !== "string" || (value.length <= most.value && plainText(value, most.value) === value);
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
