import type * as z from "zod";

/** The first problem in config-schema's words, `[where]: what`. `oldWords`: the old message for unknown keys. */
export function configSchemaMessage(error: z.ZodError, input: unknown, prefix: string, oldWords = prefix === ""): string {
  const issue = error.issues[0];
  if (!issue) return "";
  const unknownKey = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const where = [prefix, ...issue.path.map(String), ...(unknownKey === undefined ? [] : [unknownKey])].filter(Boolean).join(".");
  const what = words(issue, valueAt(input, issue.path), oldWords);
  return where ? `[${where}]: ${what}` : what;
}

function words(issue: z.core.$ZodIssue, value: unknown, oldWords: boolean): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "object") return `expected a plain object value, but found [${detectedType(value)}] instead.`;
      return `expected value of type [${issue.expected === "record" ? "object" : issue.expected}] but got [${detectedType(value)}]`;
    case "unrecognized_keys":
      return oldWords ? "definition for this key is missing" : `Additional properties are not allowed ('${issue.keys[0]}' was unexpected)`;
    case "invalid_value": {
      const lines = issue.values.map((option, at) => `- [${at}]: expected value to equal [${String(option)}]`);
      return lines.length === 1
        ? `expected value to equal [${String(issue.values[0])}]`
        : `types that failed validation:\n${lines.join("\n")}`;
    }
    case "too_small":
      return issue.origin === "string"
        ? `value has length [${String(value).length}] but it must have a minimum length of [${issue.minimum}].`
        : `Value must be equal to or greater than [${issue.minimum}].`;
    case "too_big":
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
