import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";
import { plainText } from "../plain-text.ts";

interface Absence {
  /** What the call does when the field is left out: take all, say, or make the change instead of only showing it. */
  means: string;
  /** `null` counts as left out here; only an empty text or list is refused. */
  nullIsAbsent?: true;
}

const absences = z.registry<Absence>();

/** A field that, when left out, lets a call do or show more: empty values are refused instead of counting as left out. */
export function widens<Field extends z.ZodType>(field: Field, means: string, also: Omit<Absence, "means"> = {}): Field {
  absences.add(field, { means, ...also });
  return field;
}

/** What leaving out a field means, if that makes a call do or show more. */
export function meaningOfAbsence(field: z.core.$ZodType): Absence | undefined {
  return absences.get(field);
}

/** No id or name is nearly this long; like `atMost`, not in the published schema. */
const longest = 1000;

/** The id or name of something in Kibana. */
export const idOrName = z
  .string()
  .min(1)
  .refine((text) => text.length <= longest, `is too long: at most ${longest} characters`);

/** From here on: arguments and answer parts that several tools share. */
const anySpace = idOrName.optional().describe("Default: the configured one");
export const space = anySpace;
/** The same for tools that change something. */
export const changedSpace = widens(anySpace.clone(), "the configured space", { nullIsAbsent: true });
/** The same for tools that change one connector in several spaces at once. */
export const changedSpaces = widens(idOrName.optional().describe('Ids with commas, or "*"'), "the configured space", {
  nullIsAbsent: true,
});
export const typeFilter = widens(z.string().optional(), "all types");
export const textFilter = widens(z.string().optional().describe("Part of name or id"), "all names");
export const connector = idOrName.describe("Id or exact name");

/** The most spaces that one call may name; `*` means all. */
export const mostSpaces = 100;

/** A list that is refused when too long, before any request; the limit is not in the published schema, where it would cost tokens. */
export function atMost<Item extends z.ZodType>(most: number, list: z.ZodArray<Item>): z.ZodArray<Item> {
  return list.refine((items) => items.length <= most, `takes at most ${most}: make several calls`);
}

/** A connector's name without invisible characters. */
export const connectorName = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(1000, "is too long: at most 1,000 characters")
  .transform((name) => plainText(name, 1000))
  .refine((name) => name !== "", "has no visible characters");

export const next = z.array(z.looseObject({ tool: z.string(), args: z.looseObject({}), why: z.string() })).optional();
export const warnings = z.array(z.string()).optional();

/** Leaves out keys without content: undefined, empty lists, empty objects. */
export function compact<T extends Record<string, unknown>>(value: T): Partial<T> {
  const kept = Object.entries(value).filter(
    ([, item]) =>
      item !== undefined && !(Array.isArray(item) && item.length === 0) && !(isPlainObject(item) && Object.keys(item).length === 0),
  );
  return Object.fromEntries(kept) as Partial<T>;
}

/** One text as the list that a tool takes; only the form of such a list if the text names nothing or several items. */
export function asList(given: string): string {
  return /^\s*(?:null|none|undefined)?\s*$|^\s*[[{"]|,/i.test(given) ? '["…", "…"]' : JSON.stringify([plainText(given, 80)]);
}

/** What to say if one item is given for an argument that takes several: the argument, with that item. */
export function listedIn(argument: string) {
  return (given: unknown) => `is \`${argument}\` here: ${typeof given === "string" ? asList(given) : '["…"]'}`;
}

const isId = "is `id` here: an id or exact name";
/** What agents write instead of `id`. */
export const namedById = { connector: isId, connector_id: isId, name: isId };
