import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { firstRoute, publicRoute } from "./gate.ts";
import { visibleWorkflows, workflowOf } from "./lookup.ts";
import { changedWorkflow, newWorkflow } from "./save.ts";
import { workflowView } from "./view.ts";

const yaml = z.string().max(1_048_576);
const givenId = z
  .string()
  .min(3)
  .max(255)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .optional();
const createBody = z.strictObject({ yaml, id: givenId });
const updateBody = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  yaml: yaml.optional(),
});
const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");

function create(call: Call, state: State): Reply {
  const given = parseBody(createBody, call);
  // Also where it is in another space, or was deleted.
  if (given.id !== undefined && state.workflows.has(given.id)) throw new Refusal(409, `Workflow with id '${given.id}' already exists`);
  const workflow = newWorkflow(given.yaml, given.id, call.space, call.caller, state);
  state.workflows.set(workflow);
  return { status: 200, body: workflowView(workflow, state) };
}

/** Takes no version: the last writer wins (reference/workflows-and-policies.md §1.5). */
function update(call: Call, state: State): Reply {
  const change = parseBody(updateBody, call);
  const before = workflowOf(call, state, true);
  if (!before) throw unknown(call);
  if (before.managedBy !== undefined && Object.keys(change).some((key) => key !== "enabled")) {
    throw new Refusal(403, "Managed workflows cannot be edited. You can only enable or disable them.");
  }
  const { workflow, problems } = changedWorkflow(before, change, call.caller);
  state.workflows.set(workflow);
  const { id, lastUpdatedAt, lastUpdatedBy, enabled, definition } = workflow;
  return { status: 200, body: { id, lastUpdatedAt, lastUpdatedBy, enabled, valid: definition !== null, validationErrors: problems } };
}

/** An older Kibana does not expect it. */
function unknown({ params, version }: Call): Refusal {
  if (has(version, "missing workflows are not found")) return new Refusal(404, `Workflow with id ${params.id} not found`);
  return new Refusal(500, `Internal server error: Error: Workflow with id ${params.id} not found`);
}

const removeQuery = z.strictObject({ force: flag });

/** The id stays taken unless `force` is given. */
function remove(call: Call, state: State): Reply {
  const { force } = parseQuery(removeQuery, call);
  const workflow = workflowOf(call, state);
  if (!workflow) throw new Refusal(404, "Workflow not found");
  if (force) state.workflows.delete(workflow.id);
  else state.workflows.set({ ...workflow, deleted: true });
  return { status: 200 };
}

const removeManyBody = z.strictObject({ ids: z.array(z.string()).max(1000) });

function removeMany(call: Call, state: State): Reply {
  const { ids } = parseBody(removeManyBody, call);
  const { force } = parseQuery(removeQuery, call);
  const found = visibleWorkflows(call, state).filter(({ id }) => ids.includes(id));
  for (const workflow of found) {
    if (force) state.workflows.delete(workflow.id);
    else state.workflows.set({ ...workflow, deleted: true });
  }
  return { status: 200, body: { total: ids.length, deleted: found.length, failures: [] } };
}

const createManyBody = z.strictObject({ workflows: z.array(createBody).max(500) });
const createManyQuery = z.strictObject({ overwrite: flag, dryRun: flag });

function createMany(call: Call, state: State): Reply {
  const { workflows } = parseBody(createManyBody, call);
  const { overwrite, dryRun } = parseQuery(createManyQuery, call);
  const taken = workflows.flatMap(({ id }) => (id !== undefined && state.workflows.has(id) ? [id] : []));
  if (dryRun) return { status: 200, body: { existingIds: taken } };
  const created = [];
  const failed = [];
  for (const [index, given] of workflows.entries()) {
    const before = state.workflows.get(given.id ?? "");
    if (before && (!overwrite || before.space !== call.space)) {
      failed.push({ index, id: before.id, error: `Workflow with id '${before.id}' already exists` });
      continue;
    }
    const workflow = newWorkflow(given.yaml, given.id, call.space, call.caller, state);
    state.workflows.set(workflow);
    created.push(workflowView(workflow, state));
  }
  return { status: 200, body: { created, failed } };
}

const one = "/api/workflows/workflow/{id}";
export const workflowWriteRoutes: readonly Route[] = [
  firstRoute("create", { method: "POST", path: "/api/workflows", handler: create }),
  firstRoute("update", { method: "PUT", path: "/api/workflows/{id}", handler: update }),
  firstRoute("delete", { method: "DELETE", path: "/api/workflows/{id}", handler: remove }),
  publicRoute("create", { method: "POST", path: "/api/workflows/workflow", handler: create }),
  publicRoute("update", { method: "PUT", path: one, handler: update }),
  publicRoute("delete", { method: "DELETE", path: one, handler: remove }),
  publicRoute("create", { method: "POST", path: "/api/workflows", handler: createMany }),
  publicRoute("delete", { method: "DELETE", path: "/api/workflows", handler: removeMany }),
];
