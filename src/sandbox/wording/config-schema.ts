import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** The first problem in config-schema's words, `[where]: what`. `oldWords`: the old message for unknown keys. */
export function configSchemaMessage(error: z.ZodError, input: unknown, prefix: string, oldWords = prefix === ""): string {
  const issue = error.issues[0];
  return issue ? sentence(issue, input, prefix ? [prefix] : [], oldWords) : "";
}

/** What config-schema says of a value that fits none of several types, by the problem with each. */
export function noneFits(problems: readonly string[]): string {
  return `types that failed validation:\n${problems.map((problem) => `- ${problem}`).join("\n")}`;
}

/** `value`: what the path of the issue starts from. */
export function sentence(issue: Issue, value: unknown, base: readonly string[], oldWords: boolean): string {
  const place = [...base, ...fieldOf(issue)];
  const what = words(issue, valueAt(value, issue.path), place, oldWords);
  return place.length > 0 ? `[${place.join(".")}]: ${what}` : what;
}

/** The place has the number of the branch; what is listed below it has not, and is indented: union_type.ts. */
function ofBranch(issue: Issue, value: unknown, base: readonly string[], branch: number, oldWords: boolean): string {
  const field = fieldOf(issue);
  const what = words(issue, valueAt(value, issue.path), [...base, ...field], oldWords);
  return `[${[...base, branch, ...field].join(".")}]: ${what.replaceAll("\n", "\n ")}`;
}

function fieldOf(issue: Issue): string[] {
  const unknownKey = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  return [...issue.path.map(String), ...unknownKey];
}

function words(issue: Issue, value: unknown, place: readonly string[], oldWords: boolean): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "object") return `expected a plain object value, but found [${detectedType(value)}] instead.`;
      return `expected value of type [${issue.expected === "record" ? "object" : issue.expected}] but got [${detectedType(value)}]`;
    case "unrecognized_keys":
      return oldWords ? "definition for this key is missing" : `Additional properties are not allowed ('${issue.keys[0]}' was unexpected)`;
    case "invalid_value": {
      const equal = issue.values.map((option) => `expected value to equal [${String(option)}]`);
      return equal.length === 1 ? equal.join("") : noneFits(equal.map((what, at) => `[${[...place, at].join(".")}]: ${what}`));
    }
    case "invalid_union":
      return noneFits(issue.errors.map(([first], at) => (first ? ofBranch(first, value, place, at, oldWords) : "")));
    case "too_small":
      if (issue.origin === "array") return `array size is [${[value].flat().length}], but cannot be smaller than [${issue.minimum}]`;
      return issue.origin === "string"
        ? `value has length [${String(value).length}] but it must have a minimum length of [${issue.minimum}].`
        : `Value must be equal to or greater than [${issue.minimum}].`;
    case "too_big":
      if (issue.origin === "array") return `array size is [${[value].flat().length}], but cannot be greater than [${issue.maximum}]`;
      return issue.origin === "string"
        ? `value has length [${String(value).length}] but it must have a maximum length of [${issue.maximum}].`
        : `Value must be equal to or lower than [${issue.maximum}].`;
    default:
      return issue.message;
  }
}

function detectedType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "Array" : typeof value === "object" ? "Object" : typeof value;
}

export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value === null || value === undefined ? undefined : Reflect.get(Object(value), key)), input);
}
