import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { firstRoute, publicRoute } from "./gate.ts";
import { workflowOf } from "./lookup.ts";
import { allSteps, type Definition, readYaml, type Step } from "./read-yaml.ts";
import { cannotRun, type Occasion, runWorkflow } from "./run.ts";
import { runDetail, runView } from "./view.ts";
import type { Workflow } from "./workflow.ts";

const inputs = z.record(z.string(), z.unknown());
const runBody = z.object({ inputs: inputs.default({}) });

/** Ends before it answers, so that the first look at the run sees how it went. */
async function run(call: Call, state: State): Promise<Reply> {
  const { inputs: given } = parseBody(runBody, call);
  const workflow = workflowOf(call, state);
  if (!workflow) throw new Refusal(404, "Workflow not found");
  const problem = cannotRun(workflow.id, workflow);
  if (problem !== undefined || !workflow.definition) throw new Refusal(400, problem ?? "");
  return started(workflow, workflow.definition, { ...manual(call), inputs: given }, state);
}

const testBody = z
  .strictObject({ inputs, workflowId: z.string().optional(), workflowYaml: z.string().optional() })
  .refine(
    ({ workflowId, workflowYaml }) => workflowId !== undefined || workflowYaml !== undefined,
    "workflowId or workflowYaml is required",
  );

/** For real, also where the workflow is switched off. */
async function test(call: Call, state: State): Promise<Reply> {
  const { inputs: given, workflowId, workflowYaml } = parseBody(testBody, call);
  const saved = workflowId === undefined ? undefined : workflowOf({ ...call, params: { id: workflowId } }, state);
  if (workflowYaml === undefined && !saved) throw new Refusal(404, "Workflow not found");
  const yaml = workflowYaml ?? saved?.yaml ?? "";
  const definition = validDefinition(yaml);
  const tested = { id: saved?.id ?? "test-workflow", name: definition.name, yaml };
  return started(tested, definition, { ...manual(call), inputs: given, isTestRun: true }, state);
}

const stepBody = z.strictObject({
  stepId: z.string(),
  contextOverride: z.record(z.string(), z.unknown()),
  workflowYaml: z.string(),
  workflowId: z.string().optional(),
  executionContext: z.record(z.string(), z.unknown()).optional(),
});

/** One step, for real. */
async function testStep(call: Call, state: State): Promise<Reply> {
  const { stepId, contextOverride, workflowYaml, workflowId = "test-workflow" } = parseBody(stepBody, call);
  const definition = validDefinition(workflowYaml);
  const found = allSteps({ steps: definition.steps }).find(({ step }) => step.name === stepId);
  if (!found) throw new Refusal(400, `Step not found: ${stepId}`);
  const { name, type, ...rest } = found.step;
  const step: Step = { ...rest, name: String(name), type: String(type) };
  const occasion = { ...manual(call), inputs: Object(contextOverride.inputs), event: contextOverride.event, isTestRun: true };
  return started({ id: workflowId, name: definition.name, yaml: workflowYaml }, { ...definition, steps: [step] }, occasion, state);
}

function validDefinition(yaml: string): Definition {
  const { definition, problems } = readYaml(yaml);
  if (definition) return definition;
  const validationErrors = problems.map(({ message }) => message);
  throw new Refusal(400, `Invalid workflow yaml: ${validationErrors[0]}`, { validationErrors });
}

function manual({ space, caller }: Call): Omit<Occasion, "inputs"> {
  return { space, caller, triggeredBy: "manual" };
}

async function started(workflow: Pick<Workflow, "id" | "name" | "yaml">, definition: Definition, occasion: Occasion, state: State) {
  const { id } = await runWorkflow(workflow, definition, occasion, state);
  return { status: 200, body: { workflowExecutionId: id } };
}

function getRun(call: Call, state: State): Reply {
  const found = state.workflowRuns.find(({ id, space }) => id === call.params.id && space === call.space);
  if (!found) throw new Refusal(404, "Workflow execution not found");
  return { status: 200, body: runDetail(found) };
}

const runsQuery = z.object({
  page: z.coerce.number().min(1).default(1),
  size: z.coerce.number().min(1).max(100).default(100),
});

function listRuns(call: Call, state: State): Reply {
  const { page, size } = parseQuery(runsQuery, call);
  const all = state.workflowRuns.filter(({ workflowId, space }) => workflowId === call.params.id && space === call.space).reverse();
  return { status: 200, body: { page, size, total: all.length, results: all.slice((page - 1) * size, page * size).map(runView) } };
}

const one = "/api/workflows/workflow/{id}";
export const workflowRunRoutes: readonly Route[] = [
  firstRoute("execute", { method: "POST", path: "/api/workflows/{id}/run", handler: run }),
  firstRoute("readExecution", { method: "GET", path: "/api/workflowExecutions/{id}", handler: getRun }),
  publicRoute("execute", { method: "POST", path: `${one}/run`, handler: run }),
  publicRoute("execute", { method: "POST", path: "/api/workflows/test", handler: test }),
  publicRoute("execute", { method: "POST", path: "/api/workflows/step/test", handler: testStep }),
  publicRoute("readExecution", { method: "GET", path: "/api/workflows/executions/{id}", handler: getRun }),
  publicRoute("readExecution", { method: "GET", path: `${one}/executions`, handler: listRuns }),
];
