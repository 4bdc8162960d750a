import { parseArgs } from "node:util";
import * as z from "zod";
import { didYouMean } from "../did-you-mean.ts";

/** Makes the schema of a value that is given: most are not, and building every schema would lengthen each start. */
type MakeSchema<Schema extends z.ZodType = z.ZodType> = () => Schema;

/** A flag of one command, without a variable; its name is its key in kebab case. */
export interface Flag {
  /** The word for its value in help; "" for a switch. */
  value: string;
  about: string;
  schema: MakeSchema;
}

export type Flags = Record<string, Flag>;

/** The given values, as their schemas parse them. */
export type FlagValues<Rows extends Flags> = { [Name in keyof Rows]?: z.output<ReturnType<Rows[Name]["schema"]>> };

/** Whether a report is wanted as JSON, also where the rest of the command line cannot be read. */
export function asksForJson(argv: readonly string[]): boolean {
  return argv.some((word) => /^--json(=|$)/.test(word));
}

export const text = () => z.string().trim().min(1, "is empty");

/** A path as the system reads it: what only a shell takes away would be part of it. */
export const path = () => text().regex(/^[^~"'`]/, "must be a path without ~ or quotes in front, which only a shell takes away");

/** Comma-separated words. */
export const list = () =>
  text()
    .transform((value) =>
      value
        .split(",")
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.length > 0, "names nothing")
    .refine(
      (items) => !items.some((item) => /^["'`]|["'`]$|[;\r\n]/.test(item)),
      "must be separated by commas, and nothing stands in quotes (in a pattern ? stands for any character)",
    );

export const flag = () => z.stringbool({ error: "must be true or false" });

export const oneOf =
  <const T extends readonly [string, ...string[]]>(values: T) =>
  () =>
    z.enum(values, `must be one of ${values.join(", ")}`);

/** `--kebab-case` of a row's key. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Flags by name, switches as "true"; unknown ones are added to the problems.
 * @param rows the flags that the command takes
 * @param elsewhere keys of flags that exist, but not for this command
 */
export function readFlags(
  argv: readonly string[],
  rows: Record<string, Pick<Flag, "value">>,
  elsewhere: readonly string[],
  problems: string[],
): Record<string, string> {
  const options = Object.fromEntries(
    Object.entries(rows).map(([key, one]) => [flagName(key), { type: one.value ? ("string" as const) : ("boolean" as const) }]),
  );
  const others = elsewhere.map(flagName);
  const flags: Record<string, string> = {};
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const short = "There are no flags of one letter: see --help.";
  let before: string | undefined;
  for (const token of tokens) {
    // A word may be a secret that stands behind a mistyped flag: no message repeats one.
    if (token.kind === "positional") problems.push(`A word${before ? ` after ${before}` : ""} is not expected here: see --help.`);
    if (token.kind !== "option") continue;
    if (!token.rawName.startsWith("--")) {
      // `-p` before a secret is read as one such flag for each of its letters.
      if (!problems.includes(short)) problems.push(short);
      continue;
    }
    before = token.rawName;
    const option = options[token.name];
    const meant = option ? undefined : didYouMean(token.name, Object.keys(options));
    if (!option && others.includes(token.name)) problems.push(`${token.rawName} does not apply to this command: see --help.`);
    else if (!option)
      problems.push(`${token.rawName} is not a flag of this server${meant ? `: did you mean --${meant}?` : ": see --help."}`);
    else if (option.type === "boolean") flags[token.name] = token.value ?? "true";
    else if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
      problems.push(`${token.rawName} needs a value.`);
    else if (flags[token.name] !== undefined) problems.push(`${token.rawName} is given twice.`);
    else flags[token.name] = token.value;
  }
  return flags;
}

/** The flags with what they do, for `--help`. */
export function flagsHelp(rows: Record<string, Pick<Flag, "value" | "about"> & { env?: string }>): string {
  return Object.entries(rows)
    .map(([key, one]) => `  --${flagName(key)}${one.value ? ` ${one.value}` : ""}\n      ${one.about}.${one.env ? ` [${one.env}]` : ""}`)
    .join("\n");
}

/** One setting: its variable, the word for its value in help (empty for a switch), what it does, and what it takes. */
export function row<Schema extends z.ZodType>(env: string, value: string, about: string, schema: MakeSchema<Schema>) {
  return { env, value, about, schema };
}
