import * as z from "zod";
import { notFound, Refusal } from "../http/envelope.ts";
import { parsePart } from "../http/request-schema.ts";
import type { Reply, State } from "../types.ts";
import { cannotRun, runWorkflow } from "./run.ts";
import { runDetail } from "./view.ts";

const marks = z.strictObject({ managed_by: z.string().optional(), private_to: z.string().optional() });

/** Makes a workflow a plugin's, or one that a single caller sees: no public route does either. */
export function markWorkflow(id: string, body: unknown, state: State): Reply {
  const { managed_by: managedBy, private_to: privateTo } = parsePart(marks, body, "body", state.version);
  const workflow = state.workflows.get(id);
  if (!workflow) return notFound();
  state.workflows.set({ ...workflow, ...(managedBy !== undefined && { managedBy }), ...(privateTo !== undefined && { privateTo }) });
  return { status: 204 };
}

const order = z.strictObject({ event: z.unknown().optional(), inputs: z.record(z.string(), z.unknown()).default({}) });

/** As its schedule would, with the privileges of whoever saved it last. */
export async function fireWorkflow(id: string, body: unknown, state: State): Promise<Reply> {
  const given = parsePart(order, body ?? {}, "body", state.version);
  const workflow = state.workflows.get(id);
  const problem = cannotRun(id, workflow);
  if (problem !== undefined || !workflow?.definition) throw new Refusal(400, problem ?? "");
  const occasion = { space: workflow.space, caller: workflow.runsAs, triggeredBy: "scheduled", ...given } as const;
  return { status: 200, body: runDetail(await runWorkflow(workflow, workflow.definition, occasion, state)) };
}
