import type * as z from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import type { Config, ConnectorType, Problem } from "./connector-type.ts";
import { hostProblems } from "./host-problems.ts";
import { fieldsAt, hasFormat, inputSchema, type JsonSchema } from "./json-schema.ts";
import { withDefaults } from "./shared/fields.ts";
import { handedOn } from "./shared/rendering.ts";
import { type KnownFields, suggestField } from "./suggest-field.ts";

export type Part = "config" | "secrets" | "params";

/** Errors: Kibana refuses it. Warnings: Kibana may refuse it, or it will not work. */
export interface Verdict {
  errors: Problem[];
  warnings: Problem[];
}

interface PartVerdict extends Verdict {
  unknownKeys?: string[];
  undecided?: Problem[];
}

/** The first Kibana whose schemas were not looked at: it may know more fields. */
export const firstUnread = "9.7";

/**
 * Checks the value of one part against its type. Paths start with the part: `config.url`. All problems at once.
 * Never quotes a value from `secrets`.
 * @param byRule a rule runs it: templates in params are filled in, and some fields dropped, before Kibana checks them
 * @param byStep a step of a workflow does: templates are filled in, and no field is dropped
 * @param onlyErrors nobody asks for warnings: what somebody may have meant takes longer to find than what is wrong
 * @returns beside what is wrong the paths of keys that the versions known here refuse, which a later one may know, and what a
 * template has to become where only some values fit
 */
export function checkPart(
  type: ConnectorType,
  part: Part,
  value: unknown,
  { byRule = false, byStep = false, onlyErrors = false } = {},
): PartVerdict {
  const schema = type.schemas()[part];
  // A part that is left out is {} to Kibana; null it refuses (K§1.1).
  const whole = value === undefined ? {} : value;
  const given = byRule && type.rendering && isPlainObject(whole) ? handedOn(type.rendering, whole) : whole;
  const issues = (schema.safeParse(given).error?.issues ?? []).flatMap((issue) => leaves(issue, given));
  const verdict: PartVerdict = { errors: [], warnings: [] };
  const missing = issues.filter((issue) => issue.path.length === 1 && isAbsent(issue, given)).map((issue) => String(issue.path[0]));
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      verdict.unknownKeys = [...(verdict.unknownKeys ?? []), ...issue.keys.map((key) => dotted(part, [...issue.path, key]))];
      if (onlyErrors) continue;
      verdict.warnings.push(...issue.keys.map((key) => unknownKey(type, part, given, issue.path, key, missing)));
    } else if (part === "params" && holdsTemplate(valueAt(given, issue.path))) {
      if (allowedValues(issue).length > 0) verdict.undecided = [...(verdict.undecided ?? []), asProblem(issue, part, given)];
      if (byRule || byStep) continue;
      verdict.warnings.push({
        path: dotted(part, issue.path),
        problem: "holds a template, which is filled in only when a rule runs the action; as it is it would be refused",
      });
    } else {
      verdict.errors.push(asProblem(issue, part, given));
    }
  }
  if (part === "params" && verdict.errors.length === 0 && isPlainObject(given)) {
    for (const { field, problem } of type.unrunnable?.(given) ?? []) verdict.errors.push({ path: `params.${field}`, problem });
  }
  if (part !== "params" && isPlainObject(given)) {
    refuseEmptyText(part, given, verdict);
    checkUrls(type, part, given, verdict);
    verdict.errors.push(...hostProblems(inputSchema(schema), part, given));
  }
  if (onlyErrors) return verdict;
  warnOfDroppedKeys(inputSchema(schema), part, given, missing, verdict);
  if (given !== whole) warnOfUnrendered(type, whole, given, missing, verdict);
  warnOfUnknownValues(type, part, given, verdict);
  if (part === "params" && isPlainObject(given)) {
    for (const { field, problem } of type.unused?.(given) ?? [])
      verdict.warnings.push({ path: `params.${field}`, problem: `is not used: ${problem}` });
  }
  return verdict;
}

/**
 * Checks config and secrets, as they will be sent, against each other; both are expected to have passed `checkPart`.
 * Kibana does so before it fills in defaults, and again with them at each run: what only then shows is an error too,
 * because such a connector is saved and never works. Never quotes a secret.
 */
export function checkTogether(type: ConnectorType, config: Config, secrets: Config): Verdict {
  const { connector, ...schemas } = type.schemas();
  if (!connector) return { errors: [], warnings: [] };
  const atSave = connector(config, secrets);
  const atRun = connector(withDefaults(schemas.config, config), withDefaults(schemas.secrets, secrets));
  const problems = atSave.length > 0 ? atSave : atRun.map((problem) => `${problem}: Kibana would save it, and every run would fail`);
  return { errors: problems.map((problem) => ({ path: "secrets", problem })), warnings: [] };
}

/** The issues of the alternative that fits best, instead of "no alternative fits". */
function leaves(issue: z.core.$ZodIssue, given: unknown): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const [best] = issue.errors
    .map((issues) => issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
    .filter((issues) => issues.length > 0)
    .toSorted(
      (a, b) => Math.max(...b.map((each) => each.path.length)) - Math.max(...a.map((each) => each.path.length)) || a.length - b.length,
    );
  return best ? best.flatMap((inner) => leaves(inner, given)) : [issue];
}

function asProblem(issue: z.core.$ZodIssue, part: Part, given: unknown): Problem {
  const problem: Problem = { path: dotted(part, issue.path), problem: inWords(issue, given) };
  const value = valueAt(given, issue.path);
  if (part !== "secrets" && typeof value === "string") {
    const near = didYouMean(value, allowedValues(issue));
    if (near !== undefined) problem.suggestion = `did you mean ${near}?`;
  }
  return problem;
}

/** Says what is wrong without quoting the value: it may be a secret. */
function inWords(issue: z.core.$ZodIssue, given: unknown): string {
  if (isAbsent(issue, given)) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${nouns[issue.expected] ?? issue.expected}, not ${nounOf(valueAt(given, issue.path))}`;
    case "invalid_value":
    case "invalid_union": {
      const values = allowedValues(issue);
      return values.length === 1 ? `must be ${values.join()}` : `must be one of: ${values.join(", ")}`;
    }
    case "too_big":
      return `must ${sizes(issue.origin)} at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    case "too_small":
      return `must ${sizes(issue.origin)} at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case "custom":
    case "invalid_format":
      return issue.message;
    default:
      return "does not fit";
  }
}

/** The values of an enum, a literal or the field that tells alternatives apart. */
function allowedValues(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" && "options" in issue ? (issue.options ?? []).map(String) : [];
}

const nouns: Record<string, string | undefined> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  null: "null",
};

function nounOf(value: unknown): string {
  if (value === null) return "null";
  if (Number.isNaN(value)) return "something else";
  return nouns[Array.isArray(value) ? "array" : typeof value] ?? "something else";
}

function sizes(origin: string): string {
  return origin === "number" || origin === "int" ? "be" : "have";
}

function unit(origin: string, size: number | bigint): string {
  const [one, many] =
    origin === "string" ? ["character", "characters"] : origin === "number" || origin === "int" ? ["", ""] : ["entry", "entries"];
  const word = Number(size) === 1 ? one : many;
  return word === "" ? "" : ` ${word}`;
}

/** Some versions know keys that others do not: the key is passed on and Kibana decides. */
function unknownKey(
  type: ConnectorType,
  part: Part,
  given: unknown,
  path: readonly PropertyKey[],
  key: string,
  missing: readonly string[],
): Problem {
  const schemas = type.schemas();
  const here = [...fieldsAt(inputSchema(schemas[part]), given, path).keys()];
  const others: readonly Part[] =
    path.length > 0 ? [] : part === "config" ? ["secrets", "params"] : part === "secrets" ? ["config"] : ["config"];
  const elsewhere: KnownFields[] = others.map((other) => ({ part: other, fields: [...fieldsAt(inputSchema(schemas[other]), {}).keys()] }));
  const taken = valueAt(given, path);
  const free = here.filter((field) => !isPlainObject(taken) || !Object.hasOwn(taken, field));
  const suggestion = suggestField(key, { part, fields: free }, elsewhere, path.length > 0 ? [] : missing);
  return {
    path: `${dotted(part, path)}.${key}`,
    problem: type.fromKibana
      ? `is not a field of ${type.id} ${part} as this Kibana describes it: it may drop or refuse it`
      : `is not a field of ${type.id} ${part} in the versions known here: Kibana may refuse it`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** The routes refuse blank text at any depth, whatever the type says (reference/corrections.md §3). */
function refuseEmptyText(part: Part, given: Config, verdict: Verdict): void {
  const paths = new Set(blankTexts(given, part));
  verdict.errors = verdict.errors.filter(({ path }) => !paths.has(path));
  for (const path of paths) verdict.errors.push({ path, problem: "must not be empty text: Kibana refuses it", suggestion: "leave it out" });
}

/** The paths of texts that hold nothing but space. */
function blankTexts(value: unknown, path: string): string[] {
  if (typeof value === "string") return value.trim() === "" ? [path] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => blankTexts(inner, `${path}.${key}`));
}

/** URLs that Kibana saves without reading them, schemes that it cannot call, and hosts that it cannot compare with the allowed ones. */
function checkUrls(type: ConnectorType, part: Part, given: Config, verdict: Verdict): void {
  for (const [field, fieldSchema] of fieldsAt(inputSchema(type.schemas()[part]), given)) {
    const value = given[field];
    const path = `${part}.${field}`;
    if (!hasFormat(fieldSchema, "uri") || typeof value !== "string" || value.trim() === "") continue;
    if (verdict.errors.some((error) => error.path === path)) continue;
    if (!readUrl(value) && value.includes("[") && type.allowedHosts.includes(path)) {
      verdict.errors.push({ path, problem: "must be a full URL such as https://host.example.com/path" });
    } else if (!readUrl(value)) {
      verdict.warnings.push({ path, problem: "is not a full URL such as https://host.example.com/path: requests will fail" });
    } else if (!/^https?:/i.test(value)) {
      verdict.warnings.push({ path, problem: "is neither an http nor an https URL: requests will fail" });
    }
  }
}

/** A few types take an object that is not strict: Kibana drops what it does not know. */
function warnOfDroppedKeys(schema: JsonSchema, part: Part, given: unknown, missing: readonly string[], verdict: Verdict): void {
  if (schema.properties === undefined || schema.additionalProperties !== undefined || !isPlainObject(given)) return;
  const fields = [...fieldsAt(schema, given).keys()];
  for (const key of Object.keys(given).filter((each) => !fields.includes(each))) {
    const suggestion = suggestField(key, { part, fields }, [], missing);
    verdict.warnings.push({ path: `${part}.${key}`, problem: "is dropped by Kibana", ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

/** Some types hand on nothing but what they fill in, where a rule runs them. */
function warnOfUnrendered(type: ConnectorType, whole: unknown, given: unknown, missing: readonly string[], verdict: Verdict): void {
  if (!isPlainObject(whole) || !isPlainObject(given)) return;
  for (const key of Object.keys(whole).filter((one) => !Object.hasOwn(given, one))) {
    const { path, suggestion } = unknownKey(type, "params", whole, [], key, missing);
    const problem = "is dropped by Kibana, which changes nothing else";
    verdict.warnings.push({ path, problem, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

function warnOfUnknownValues(type: ConnectorType, part: Part, given: unknown, verdict: Verdict): void {
  for (const [path, known] of Object.entries(type.knownValues ?? {})) {
    const [first, ...fields] = path.split(".");
    const value = valueAt(given, fields);
    if (first !== part || typeof value !== "string" || value === "" || known.includes(value)) continue;
    const near = didYouMean(value, known);
    verdict.warnings.push({
      path,
      problem: `is not one of the values known here (${known.join(", ")}): Kibana may refuse it`,
      ...(near === undefined ? {} : { suggestion: `did you mean ${near}?` }),
    });
  }
}

function isAbsent(issue: z.core.$ZodIssue, given: unknown): boolean {
  return (
    (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union") &&
    issue.path.length > 0 &&
    valueAt(given, issue.path) === undefined
  );
}

function holdsTemplate(value: unknown): boolean {
  return typeof value === "string" && value.includes("{{");
}

function dotted(part: Part, path: readonly PropertyKey[]): string {
  return [part, ...path.map(String)].join(".");
}
