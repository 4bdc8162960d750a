import { Refusal } from "../http/envelope.ts";
import type { Call, State } from "../types.ts";
import type { Workflow } from "./workflow.ts";

/** What a caller finds in a space: not what was deleted, not what is private to somebody else. */
export function visibleWorkflows(call: Call, state: State): Workflow[] {
  return state.workflows.inSpace(call.space).filter((one) => !one.deleted && isFor(one, call));
}

/** The workflow of a path. A change finds one that was deleted, too: workflow_crud_service.ts. */
export function workflowOf(call: Call, state: State, deletedToo = false): Workflow | undefined {
  const { id = "" } = call.params;
  const workflow = state.workflows.get(id);
  if (workflow?.space !== call.space || (workflow.deleted && !deletedToo)) return undefined;
  if (!isFor(workflow, call)) throw new Refusal(403, "You do not have access to this workflow.");
  return workflow;
}

function isFor({ privateTo }: Workflow, { caller }: Call): boolean {
  return privateTo === undefined || privateTo === caller.name;
}
