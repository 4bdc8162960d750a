import type { Call, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { knowsManaged, knowsPrivate } from "./gate.ts";
import type { Workflow, WorkflowRun } from "./workflow.ts";

/** A workflow as GET answers it: kbn-workflows/types/v1.ts. */
export function workflowView(workflow: Workflow, state: State) {
  const { id, name, description, enabled, createdAt, createdBy, lastUpdatedAt, lastUpdatedBy, definition, yaml, tags, version } = workflow;
  return {
    id,
    name,
    description,
    enabled,
    ...(knowsManaged(state) && { managed: workflow.managedBy !== undefined, managedBy: workflow.managedBy ?? null }),
    createdAt,
    createdBy,
    lastUpdatedAt,
    lastUpdatedBy,
    definition,
    yaml,
    valid: definition !== null,
    tags,
    ...(has(state.version, "managed workflows") && { version }),
  };
}

/** A row of the list: the same, with the last run, and since private workflows with what the caller may do. */
export function workflowRow(workflow: Workflow, call: Call, state: State) {
  const all = call.caller.may("workflows", "all", call.space);
  const last = state.workflowRuns.findLast((run) => run.workflowId === workflow.id);
  return {
    ...workflowView(workflow, state),
    history: last ? [historyOf(last)] : [],
    ...(knowsPrivate(state) && { permissions: { read: true, execute: all, edit: all, manage: false } }),
  };
}

function historyOf({ id, workflowId, workflowName, status, startedAt, finishedAt }: WorkflowRun) {
  return { id, workflowId, workflowName, status, startedAt, finishedAt, duration: Date.parse(finishedAt) - Date.parse(startedAt) };
}

export function runView(run: WorkflowRun) {
  const { id, workflowId, workflowName, status, isTestRun, startedAt, finishedAt, error, executedBy, triggeredBy } = run;
  return {
    ...{ id, workflowId, workflowName, status, isTestRun, startedAt, finishedAt, executedBy, triggeredBy },
    duration: Date.parse(finishedAt) - Date.parse(startedAt),
    error: error === null ? null : { type: "Error", message: error },
  };
}

export function runDetail(run: WorkflowRun) {
  const stepExecutions = run.steps.map(({ error, ...step }, at) => ({
    id: `${run.id}-${at}`,
    ...step,
    error: error === undefined ? null : { type: "Error", message: error },
  }));
  return { ...runView(run), stepExecutions, yaml: run.yaml, workflowDefinition: run.definition };
}
