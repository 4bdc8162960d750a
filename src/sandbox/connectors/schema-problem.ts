import * as z from "zod";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Dict, State } from "../types.ts";
import { noneFits, sentence, valueAt } from "../wording/config-schema.ts";
import { describeIssues } from "../wording/index.ts";
import { olderProblems } from "./shape-by-version.ts";
import { typeRules } from "./type-rules/index.ts";
import type { Part } from "./type-rules/rule.ts";

type Issue = z.core.$ZodIssue;

/** What Kibana's schema of a part says of a value, in the words of this version; undefined if it fits. */
export function schemaProblem(type: ConnectorType, part: Part, input: Dict, { version, wording }: State): string | undefined {
  const old = wording === "config-schema";
  const value = old ? withEmptyObjects(type.schemas()[part], input) : input;
  const issues = issuesOf(type, part, value, version);
  if (issues.length === 0) return undefined;
  if (old && part === "params" && type.subActions) return anyOf(type, issues, value);
  return describeIssues(new z.ZodError(issues), value, wording);
}

/** The same for the params of one sub-action by themselves. */
export function subActionProblem(type: ConnectorType, params: Dict, { version, wording }: State): string | undefined {
  const old = wording === "config-schema";
  const value = old ? withEmptyObjects(type.schemas().params, params) : params;
  const issues = issuesOf(type, "params", value, version).map((issue) => ({ ...issue, path: issue.path.slice(1) }));
  return issues.length === 0 ? undefined : describeIssues(new z.ZodError(issues), value.subActionParams, wording);
}

/** The shape, or else what refines it. */
function issuesOf(type: ConnectorType, part: Part, input: Dict, version: string): Issue[] {
  const found = type.schemas()[part].safeParse(input).error?.issues ?? [];
  const shape = [...olderProblems(type.id, part, input, version), ...found.filter((issue) => !refines(issue))];
  if (shape.length > 0) return shape.map((issue) => (isUnknownName(issue) ? unknownName(type, input) : issue));
  const misfits = typeRules[type.id]?.refine?.[part]?.(input) ?? [];
  return misfits.map(({ path, message }) => ({ code: "custom", path: [...path], message, input }));
}

function refines(issue: Issue): boolean {
  return issue.code === "custom" || (issue.code === "invalid_format" && issue.format === "regex");
}

function isUnknownName({ code, path }: Issue): boolean {
  return code === "invalid_union" && path.join(".") === "subAction";
}

function unknownName(type: ConnectorType, input: Dict): Issue {
  const names = namesOf(type).map((name) => `'${name}'`);
  const message = typeRules[type.id]?.plainUnion ? "Invalid input" : `Invalid discriminator value. Expected ${names.join(" | ")}`;
  return { code: "custom", path: ["subAction"], message, input };
}

/** The sub-actions in Kibana's order. */
function namesOf(type: ConnectorType): string[] {
  const known = Object.keys(type.subActions ?? {});
  const { subActions = known } = typeRules[type.id] ?? {};
  return subActions.filter((name) => known.includes(name));
}

/** config-schema tries the params of each sub-action, and lists why none fits. */
function anyOf(type: ConnectorType, issues: readonly Issue[], params: Dict): string {
  const [first] = issues;
  const problems = namesOf(type).map((name, at) =>
    name === params.subAction && first
      ? sentence(first, params, [String(at)], true)
      : `[${at}.subAction]: expected value to equal [${name}]`,
  );
  return noneFits(problems);
}

/** config-schema takes a missing object for an empty one, so it names a field inside it. */
function withEmptyObjects(schema: z.ZodType, input: Dict): Dict {
  const value: Dict = structuredClone(input);
  for (;;) {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    const place = issue?.path.at(-1);
    if (issue?.code !== "invalid_type" || issue.expected !== "object" || place === undefined) return value;
    if (valueAt(value, issue.path) !== undefined) return value;
    Reflect.set(Object(valueAt(value, issue.path.slice(0, -1))), place, {});
  }
}
