import * as z from "zod";
import type { Wording } from "../types.ts";
import { has } from "../version-changes.ts";
import { configSchemaMessage, valueAt } from "./config-schema.ts";

type Issue = z.core.$ZodIssue;
interface Node {
  errors: string[];
  children: Map<string, Node>;
}

/** What a Kibana checks connectors with decides its words. */
export function wordingOf(version: string): Wording {
  if (has(version, "zod 4 checks connectors")) return "prettified";
  return has(version, "zod 3 checks connectors") ? "fields" : "config-schema";
}

/** Kibana lists five problems and counts the rest. */
const listed = 5;

/** The problems of a value as a Kibana of this wording reports them behind `error validating …: `. */
export function describeIssues(error: z.ZodError, input: unknown, wording: Wording): string {
  if (wording === "prettified") return z.prettifyError(error);
  if (wording === "config-schema") return configSchemaMessage(error, input, "");
  const root = newNode();
  for (const issue of error.issues) addIssue(root, issue, [], input);
  const messages = [...root.errors, ...fieldMessages(root, "")];
  if (messages.length === 1) return messages.join("");
  const shown = messages.slice(0, listed);
  if (messages.length > listed) shown.push(`and ${messages.length - listed} more`);
  return `${messages.length} errors:\n ${shown.map((message, at) => `[${at + 1}]: ${message}`).join(";\n ")}`;
}

function newNode(): Node {
  return { errors: [], children: new Map() };
}

/** A union reports what each branch found, at the place it found it: reference/kibana-api.md §1.4, format_zod_error.ts. */
function addIssue(root: Node, issue: Issue, base: readonly PropertyKey[], input: unknown): void {
  const path = [...base, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    for (const nested of issue.errors.flat()) addIssue(root, nested, path, input);
    return;
  }
  let node = root;
  for (const key of path.map(String)) {
    const child = node.children.get(key) ?? newNode();
    node.children.set(key, child);
    node = child;
  }
  node.errors.push(zod3Message(issue, valueAt(input, path)));
}

/** Nothing is listed below a field that has a problem itself. */
function fieldMessages(node: Node, prefix: string): string[] {
  return [...node.children].flatMap(([key, child]) => {
    const name = prefix ? `${prefix}.${key}` : key;
    return child.errors.length > 0 ? [`Field "${name}": ${child.errors.join(", ")}`] : fieldMessages(child, name);
  });
}

function zod3Message(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      // What zod coerced to a number.
      if (issue.message.endsWith("received NaN")) return "Expected number, received nan";
      return value === undefined ? "Required" : `Expected ${expectedName(issue.expected)}, received ${typeName(value)}`;
    case "unrecognized_keys":
      return `Unrecognized key(s) in object: ${issue.keys.map((key) => `'${key}'`).join(", ")}`;
    case "invalid_value": {
      if (value === undefined) return "Required";
      const options = issue.values.map((option) => `'${String(option)}'`).join(" | ");
      if (issue.values.length === 1) return `Invalid literal value, expected ${JSON.stringify(issue.values[0])}`;
      return typeof value === "string"
        ? `Invalid enum value. Expected ${options}, received '${value}'`
        : `Expected ${options}, received ${typeName(value)}`;
    }
    case "too_small":
      return sizeMessage(issue.origin, "at least", "greater than", issue.inclusive ?? true, issue.minimum);
    case "too_big":
      return sizeMessage(issue.origin, "at most", "less than", issue.inclusive ?? true, issue.maximum);
    case "invalid_format":
      return issue.format === "url" || issue.format === "email" || issue.format === "datetime" ? `Invalid ${issue.format}` : "Invalid";
    case "custom":
      return issue.message;
    default:
      return "Invalid input";
  }
}

function sizeMessage(origin: string, length: string, bound: string, inclusive: boolean, limit: number | bigint): string {
  if (origin === "string") return `String must contain ${length} ${limit} character(s)`;
  if (origin === "array") return `Array must contain ${length} ${limit} element(s)`;
  return `Number must be ${bound} ${inclusive ? "or equal to " : ""}${limit}`;
}

function expectedName(expected: string): string {
  return expected === "record" ? "object" : expected === "int" ? "integer" : expected;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : Number.isNaN(value) ? "nan" : typeof value;
}
