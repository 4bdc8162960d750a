import { parseDocument } from "yaml";
import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import type { Dict } from "../types.ts";
import { isStepType } from "./step-types.ts";

const step = z.looseObject({
  name: z.string().min(1),
  type: z.string().min(1),
  "connector-id": z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const settings = z.looseObject({ "on-failure": z.looseObject({ fallback: z.array(z.unknown()).optional() }).optional() });
/** Unknown keys of the document are dropped, defaults filled in: kbn-workflows/spec/schema.ts. */
const document = z.object({
  version: z.literal("1").default("1"),
  name: z.string().min(1),
  description: z.string().optional(),
  enabled: z.boolean().default(true),
  tags: z.array(z.string()).optional(),
  settings: settings.optional(),
  triggers: z.array(z.looseObject({ type: z.string().min(1), "connector-id": z.string().optional() })).min(1),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
  consts: z.record(z.string(), z.unknown()).optional(),
  steps: z.array(step).min(1),
});
export type Definition = z.infer<typeof document>;
export type Step = z.infer<typeof step>;

export interface Diagnostic {
  severity: "error" | "warning";
  message: string;
  source: string;
  ruleId: string;
  path?: string;
}

export interface ReadYaml {
  /** Undefined if the YAML is not valid. */
  definition?: Definition;
  /** What could be read of the document, valid or not. */
  loose: Dict;
  problems: Diagnostic[];
}

/** What Kibana makes of a workflow's YAML: a definition, or the problems for which it has none. */
export function readYaml(yaml: string): ReadYaml {
  const parsed = parsedYaml(yaml);
  if ("problem" in parsed) return { loose: {}, problems: [parsed.problem] };
  const loose = isPlainObject(parsed.value) ? parsed.value : {};
  const result = document.safeParse(parsed.value);
  if (!result.success) {
    return { loose, problems: result.error.issues.map(({ path, message }) => violation(path.map(String).join("."), message)) };
  }
  const problems = stepProblems(result.data);
  return problems.length > 0 ? { loose, problems } : { definition: result.data, loose, problems };
}

function parsedYaml(yaml: string): { value: unknown } | { problem: Diagnostic } {
  try {
    const parsed = parseDocument(yaml);
    const [error] = parsed.errors;
    if (error) return { problem: syntax(error.message) };
    return { value: parsed.toJS() };
  } catch (error) {
    // Too many aliases, or nested too deep.
    return { problem: syntax(error instanceof Error ? error.message : "unreadable") };
  }
}

/** Every step of a document, wherever it is nested: a step is what stands in a list under one of these keys. */
export function allSteps(value: unknown, at = ""): { step: Dict; path: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => allSteps(item, `${at}.${index}`));
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = at ? `${at}.${key}` : key;
    const below = key === "with" ? [] : allSteps(item, path);
    if (!stepLists.has(key) || !Array.isArray(item)) return below;
    return [...item.filter(isPlainObject).map((one, index) => ({ step: one, path: `${path}.${index}` })), ...below];
  });
}
const stepLists = new Set(["steps", "else", "default", "fallback"]);

function stepProblems(definition: Definition): Diagnostic[] {
  const seen = new Set<string>();
  return allSteps({ steps: definition.steps, settings: definition.settings }).flatMap(({ step: given, path }) => {
    const result = step.safeParse(given);
    if (!result.success) return result.error.issues.map((issue) => violation([path, ...issue.path].map(String).join("."), issue.message));
    const { name, type } = result.data;
    const found: Diagnostic[] = [];
    if (!isStepType(type)) found.push(violation(`${path}.type`, `Invalid step type: ${type}`));
    if (seen.has(name)) {
      const message = `Step name "${name}" is not unique. Found 2 steps with this name.`;
      found.push({ severity: "error", message, source: "step-name-validation", ruleId: "duplicateStepName", path });
    }
    seen.add(name);
    return found;
  });
}

function violation(path: string, message: string): Diagnostic {
  return { severity: "error", message: path ? `${path}: ${message}` : message, source: "schema", ruleId: "schemaViolation", path };
}

function syntax(message: string): Diagnostic {
  return { severity: "error", message: `Invalid YAML: ${message.split("\n")[0]}`, source: "yaml-parser", ruleId: "yamlSyntaxError" };
}
