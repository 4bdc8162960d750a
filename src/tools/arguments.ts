import * as z from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import { isDeeperThan } from "../json-depth.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { quoted } from "../plain-text.ts";
import { asList, meaningOfAbsence } from "./fields.ts";

/** What to say about an argument that the tool does not take; a function if the text repeats the given value in the right form. */
export type ArgumentHints = Record<string, string | ((given: unknown) => string)>;

/** Levels of nesting, limited because recursion over the arguments must not exhaust the stack. */
const deepest = 64;
/** Characters of one text in the arguments: certificates and documents are shorter, and Kibana accepts requests up to 1 MB. */
const longestText = 250_000;

/** Keys of one object, and keys and items in total: each costs work, and no connector has nearly as many. */
const [mostKeys, mostValues] = [1000, 10_000];

interface Problem {
  path: string;
  problem: string;
}

/**
 * The arguments as the schema wants them, however the client wrote them (corrections.md §7).
 * @throws ToolError invalid_arguments with every problem and its path
 */
export function readArguments<Input extends z.ZodObject>(schema: Input, args: unknown, argumentHints: ArgumentHints = {}): z.output<Input> {
  assertMeasured(args);
  const known = Object.keys(schema.shape);
  const empty: Problem[] = [];
  const meant = asMeant(schema, fromJson(schema, args ?? {}), "", empty);
  // Again: an object that came as JSON text has been parsed only now.
  assertMeasured(meant);
  const parsed = schema.safeParse(meant);
  const problems = [...empty, ...(parsed.success ? [] : misfits(parsed.error, meant, known, argumentHints))];
  if (parsed.success && problems.length === 0) return parsed.data;
  const said = problems.map(({ path, problem }) => `${path || "arguments"}: ${problem}`).join("; ");
  throw new ToolError(
    "invalid_arguments",
    `The arguments do not fit: ${said}${said.endsWith("?") ? "" : "."}`,
    `Correct them and call again. It takes: ${known.join(", ")}.`,
    { problems },
  );
}

/** @throws ToolError invalid_arguments for arguments that are deeper, longer or more than any real call has */
function assertMeasured(args: unknown): void {
  if (isDeeperThan(deepest, args))
    throw new ToolError(
      "invalid_arguments",
      `The arguments are nested more than ${deepest} levels deep.`,
      "Correct them and call again: no connector or rule is nested that deep.",
    );
  const much = tooMuch(args);
  if (much !== undefined)
    throw new ToolError(
      "invalid_arguments",
      `The arguments hold ${much}.`,
      "Give fewer: no connector has nearly as many. Send documents in several calls.",
    );
  const odd = prototypeKey(args);
  if (odd !== undefined)
    throw new ToolError("invalid_arguments", `The arguments hold a key "${odd}", which no connector has.`, "Leave it out.");
  const long = tooLongText(args, []);
  if (long !== undefined)
    throw new ToolError(
      "invalid_arguments",
      `${long || "The argument"} is longer than ${longestText} characters.`,
      "Shorten it: no connector needs a text that long.",
    );
}

/**
 * Some clients write `null` or "" for what they leave out, and objects, lists, numbers and booleans as JSON text. They are
 * read as the schema asks if only one reading is possible; in free objects (config, params, secrets) every value stays as it is.
 */
function asMeant(schema: z.core.$ZodType, given: unknown, path: string, empty: Problem[]): unknown {
  if (schema instanceof z.ZodUnion) {
    const fitting = schema.options.find((option) => (option instanceof z.ZodArray ? Array.isArray(given) : isPlainObject(given)));
    return fitting === undefined ? given : asMeant(fitting, given, path, empty);
  }
  if (!(schema instanceof z.ZodObject) || !isPlainObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, item]): [string, unknown][] => {
      const field: z.core.$ZodType | undefined = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
      if (!field) return [[key, item]];
      const at = path ? `${path}.${key}` : key;
      // First: a client that writes lists as JSON text writes an empty one as "[]".
      const meant = fromJson(inner(field), item);
      const absence = isEmpty(meant) ? meaningOfAbsence(field) : undefined;
      if (absence && !(item === null && absence.nullIsAbsent)) {
        empty.push({ path: at, problem: `is ${JSON.stringify(item)}; left out, it means ${absence.means}. Leave it out for that` });
        return [];
      }
      if ((item === null || item === "") && isOptional(field)) return [];
      return [[key, asMeant(inner(field), meant, at, empty)]];
    }),
  );
}

/** The value of a JSON text, if the schema takes no text but takes that value; anything else as it is. */
function fromJson(schema: z.core.$ZodType, text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (schema instanceof z.ZodUnion) {
    const read = schema.options.map((option) => fromJson(option, text));
    return read.find((value) => typeof value !== "string") ?? text;
  }
  const fits =
    schema instanceof z.ZodObject
      ? isPlainObject
      : schema instanceof z.ZodArray
        ? Array.isArray
        : schema instanceof z.ZodNumber
          ? Number.isFinite
          : schema instanceof z.ZodBoolean
            ? (value: unknown) => typeof value === "boolean"
            : undefined;
  if (!fits) return text;
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? value : text;
  } catch {
    // Not JSON: the schema says what is wrong with the text.
    return text;
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);
}

function isOptional(field: z.core.$ZodType): boolean {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault;
}

function inner(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault ? inner(field.unwrap()) : field;
}

function misfits(error: z.ZodError, args: unknown, known: string[], argumentHints: ArgumentHints): Problem[] {
  const issues = error.issues.flatMap(ofMeantOption);
  const ofWrongType = new Set(issues.flatMap(({ code, path }) => (code === "invalid_type" ? [path.join(".")] : [])));
  // If a text is given instead of a list, zod also complains about its length: that says nothing about the list.
  const telling = issues.filter(({ code, path }) => !/^too_(small|big)$/.test(code) || !ofWrongType.has(path.join(".")));
  return telling.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => {
          const instead = issue.path.length === 0 && Object.hasOwn(argumentHints, key) ? argumentHints[key] : undefined;
          if (instead !== undefined)
            return { path: key, problem: typeof instead === "string" ? instead : instead(valueAt(args, issue.path.concat(key))) };
          const meant = issue.path.length === 0 ? didYouMean(key, known) : undefined;
          return { path: [...issue.path, key].join("."), problem: `is not an argument${meant ? `: did you mean "${meant}"?` : ""}` };
        })
      : [{ path: issue.path.join("."), problem: inWords(issue, valueAt(args, issue.path)) }],
  );
}

/** Of what takes a list or an object: what is wrong with the one that was given; with neither, what is wrong with the first. */
function ofMeantOption(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((errors) => errors.every(({ path }) => path.length > 0)) ?? issue.errors[0] ?? [];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** The path of the first text that is longer than anything a connector takes. */
function tooLongText(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === "string") return value.length > longestText ? path.join(".") : undefined;
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (key.length > longestText) return `a key of ${path.join(".") || "the arguments"}`;
    const found = tooLongText(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Stops counting at the limit. */
function tooMuch(args: unknown): string | undefined {
  let values = 0;
  const walk = (value: unknown): string | undefined => {
    if (value === null || typeof value !== "object") return undefined;
    const inner = Object.values(value);
    if (!Array.isArray(value) && inner.length > mostKeys) return `an object of ${inner.length} keys, and one may have ${mostKeys}`;
    values += inner.length;
    if (values > mostValues) return `more than ${mostValues} keys and list items`;
    for (const item of inner) {
      const found = walk(item);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(args);
}

/** Such a key would get lost in copies, or change their prototype. */
function prototypeKey(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (Object.hasOwn(value, "__proto__")) return "__proto__";
  for (const item of Object.values(value)) {
    const found = prototypeKey(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inWords(issue: z.core.$ZodIssue, given: unknown): string {
  if (given === undefined) return "is required";
  if (given === null) return "must not be null";
  if (issue.code === "too_small" && issue.minimum === 1 && /^(?:string|array)$/.test(issue.origin)) return "must not be empty";
  if (issue.code === "invalid_type" && issue.expected === "array" && typeof given === "string") return `is a list: ${asList(given)}`;
  if (issue.code === "invalid_type" && issue.expected === "string" && isPlainObject(given) && typeof given.id === "string")
    return `is the id alone, as text: ${quoted(given.id, 80)}`;
  return issue.message;
}
