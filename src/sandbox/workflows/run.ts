import { randomUUID } from "node:crypto";
import { isPlainObject } from "../../plain-object.ts";
import type { Caller } from "../http/auth.ts";
import { fits, parseKql } from "../rules/kql.ts";
import type { Dict, State } from "../types.ts";
import type { Definition, Step } from "./read-yaml.ts";
import { runStep, StepFailure, Waiting } from "./steps.ts";
import { filled } from "./template.ts";
import type { StepRun, Workflow, WorkflowRun } from "./workflow.ts";

export interface Occasion {
  space: string;
  /** Whose privileges the run has. */
  caller: Caller;
  inputs: Dict;
  event?: unknown;
  triggeredBy: "manual" | "alert" | "scheduled" | "workflow";
  isTestRun?: boolean;
  /** How many workflows called each other up to here. */
  depth?: number;
}

/** A run on its way. */
export interface Running {
  occasion: Occasion;
  state: State;
  /** What templates may name. */
  context: Dict;
  steps: StepRun[];
  runWorkflow(id: string, inputs: Dict): Promise<WorkflowRun>;
}

/** Of a `while` without an end. */
const mostRounds = 100;
const deepest = 10;

/** Why a workflow cannot be started; undefined if it can: validate_workflow_for_execution.ts. */
export function cannotRun(id: string, workflow: Workflow | undefined): string | undefined {
  if (!workflow || workflow.deleted) return `Workflow not found: ${id}`;
  if (!workflow.definition) return `Workflow is not valid: ${id}`;
  return workflow.enabled ? undefined : `Workflow is disabled: ${id}. Enable the workflow to run it.`;
}

/** Runs a definition to its end, and keeps the run. */
export async function runWorkflow(
  workflow: Pick<Workflow, "id" | "name" | "yaml">,
  definition: Definition,
  occasion: Occasion,
  state: State,
): Promise<WorkflowRun> {
  const id = randomUUID();
  const startedAt = new Date().toISOString();
  const { space, caller, inputs, event, triggeredBy, isTestRun = false, depth = 0 } = occasion;
  const running: Running = {
    occasion,
    state,
    context: {
      ...{ inputs: { ...defaultInputs(definition), ...inputs }, event, consts: definition.consts ?? {}, steps: {} },
      workflow: { id: workflow.id, name: workflow.name, spaceId: space },
      execution: { id, startedAt },
    },
    steps: [],
    async runWorkflow(target, given) {
      const other = state.workflows.get(target);
      const found = other?.space === space ? other : undefined;
      const problem = cannotRun(target, found);
      if (problem !== undefined || !found?.definition) throw new StepFailure(problem ?? "");
      if (depth >= deepest) throw new StepFailure(`Workflow execution depth exceeds ${deepest}`);
      return runWorkflow(found, found.definition, { space, caller, inputs: given, triggeredBy: "workflow", depth: depth + 1 }, state);
    },
  };
  const ending = await untilTheEnd(definition, running);
  const run: WorkflowRun = {
    ...{ id, space, workflowId: workflow.id, workflowName: workflow.name, ...ending, isTestRun, startedAt },
    finishedAt: new Date().toISOString(),
    ...{ executedBy: caller.name, triggeredBy, steps: running.steps, yaml: workflow.yaml, definition },
  };
  state.workflowRuns.push(run);
  return run;
}

async function untilTheEnd({ steps, settings }: Definition, running: Running): Promise<Pick<WorkflowRun, "status" | "error">> {
  try {
    await runSteps(steps, running);
    return { status: "completed", error: null };
  } catch (error) {
    if (error instanceof Waiting) return { status: "waiting_for_input", error: null };
    if (!(error instanceof StepFailure)) throw error;
    const fallback = stepsIn(settings?.["on-failure"], "fallback");
    if (fallback.length > 0) await runSteps(fallback, running).catch(ignoreFailure);
    return { status: "failed", error: error.message };
  }
}

async function runSteps(steps: readonly Step[], running: Running): Promise<void> {
  for (const step of steps) await withFailure(step, running);
}

/** `on-failure` of a step: its fallback runs, and `continue` goes on after it. */
async function withFailure(step: Step, running: Running): Promise<void> {
  try {
    await flow(step, running);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const handling = Object(step["on-failure"]);
    const fallback = stepsIn(handling, "fallback");
    await runSteps(fallback, running);
    if (handling.continue !== true && fallback.length === 0) throw error;
  }
}

/** A step that holds others, or one that does something itself. */
async function flow(step: Step, running: Running): Promise<void> {
  const { context } = running;
  switch (step.type) {
    case "if":
      return runSteps(stepsIn(step, holds(step.condition, context) ? "steps" : "else"), running);
    case "foreach":
      return forEach(step, running, () => runSteps(stepsIn(step, "steps"), running));
    case "while": {
      for (let round = 0; round < mostRounds && holds(step.condition, context); round += 1) await runSteps(stepsIn(step, "steps"), running);
      return;
    }
    case "switch": {
      const value = String(filled(step.expression, context));
      const found = listOf(step.cases).find(({ match }) => String(match) === value);
      return runSteps(found ? stepsIn(found, "steps") : stepsIn(step, "default"), running);
    }
    case "parallel": {
      for (const branch of listOf(step.branches)) await runSteps(stepsIn(branch, "steps"), running);
      return runSteps(stepsIn(step, "steps"), running);
    }
    case "merge":
      return runSteps(stepsIn(step, "steps"), running);
    default:
      if (step.if !== undefined && !holds(step.if, context)) {
        running.steps.push({ stepId: step.name, stepType: step.type, status: "skipped" });
        return;
      }
      return step.foreach === undefined ? runStep(step, running) : forEach(step, running, () => runStep(step, running));
  }
}

async function forEach(step: Step, running: Running, work: () => Promise<void>): Promise<void> {
  const given = filled(step.foreach, running.context);
  const items: unknown = typeof given === "string" ? parsedList(given) : given;
  if (!Array.isArray(items)) throw new StepFailure(`Foreach expression must evaluate to an array: ${String(step.foreach)}`);
  for (const [index, item] of items.entries()) {
    running.context.foreach = { item, index, total: items.length };
    await work();
  }
}

function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A condition is a value, or KQL over what templates may name. */
function holds(condition: unknown, context: Dict): boolean {
  const value = filled(condition, context);
  if (typeof value !== "string") return Boolean(value);
  if (value === "true" || value === "false" || value === "") return value === "true";
  try {
    return fits(parseKql(value), (field) => [filled(`\${{${field}}}`, context)].flat());
  } catch {
    throw new StepFailure(`Invalid condition: ${value}`);
  }
}

/** Steps were checked when the workflow was saved; only their place is looked up here. */
function stepsIn(holder: unknown, key: string): Step[] {
  return listOf(Object(holder)[key]).filter(isStep);
}

function isStep(value: Dict): value is Step {
  return typeof value.name === "string" && typeof value.type === "string";
}

function listOf(value: unknown): Dict[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : [];
}

/** Inputs are a list with names, or, since newer versions, properties of a schema; they may stand in the manual trigger. */
function defaultInputs({ inputs, triggers }: Definition): Dict {
  const given = inputs ?? triggers.find(({ type }) => type === "manual")?.inputs;
  const named = isPlainObject(given)
    ? Object.entries(Object(given.properties)).map(([name, one]) => ({ name, ...Object(one) }))
    : listOf(given);
  return Object.fromEntries(named.flatMap(({ name, default: value }) => (value === undefined ? [] : [[String(name), value]])));
}

function ignoreFailure(error: unknown): void {
  if (!(error instanceof StepFailure) && !(error instanceof Waiting)) throw error;
}
