import * as z from "zod";
import { withAllPrivileges } from "../http/auth.ts";
import { notFound, Refusal } from "../http/envelope.ts";
import { parsePart } from "../http/request-schema.ts";
import { isInMaintenance } from "../maintenance-windows/window.ts";
import type { Dict, Reply, State } from "../types.ts";
import { cannotRun, runWorkflow } from "../workflows/run.ts";
import { scopesByTags } from "./gate.ts";
import { applies, isSilent } from "./match.ts";
import type { ActionPolicy } from "./policy.ts";

const order = z.strictObject({ alert: z.record(z.string(), z.unknown()).default({}) });

/** Makes a rule raise an alert, given by the fields that matchers look at (`severity`, `data.host`), and runs what policies ask for. */
export async function fireV2Rule(id: string, body: unknown, state: State): Promise<Reply> {
  const { alert } = parsePart(order, body ?? {}, "body", state.version);
  const rule = state.v2Rules.get(id);
  if (!rule) return notFound();
  if (!rule.enabled) throw new Refusal(400, `Rule ${id} is disabled: it never runs.`);
  const facts = { id, name: rule.name, tags: applicableTags(rule, state) };
  // apply_maintenance_window_step.ts comes before the matchers.
  const silent = rule.kind === "signal" || isInMaintenance(rule.space, state, Date.now());
  const policies = silent ? [] : state.policies.inSpace(rule.space);
  const told = policies.filter((policy) => !isSilent(policy) && applies(policy, facts, { alert_status: "active", ...alert }, state));
  const dispatched = [];
  for (const policy of told) {
    for (const { id: target } of policy.destinations) dispatched.push(await start(policy, target, { rule: facts, alert }, state));
  }
  return { status: 200, body: { rule: id, dispatched } };
}

/** Policies of 9.5 look at a rule's own tags, later ones at those for routing. */
function applicableTags({ tags, routingTags }: { tags: string[]; routingTags: string[] }, state: State): string[] {
  return scopesByTags(state) ? routingTags : tags;
}

async function start(policy: ActionPolicy, id: string, payload: Dict, state: State): Promise<Dict> {
  const found = state.workflows.get(id);
  const workflow = found?.space === policy.space ? found : undefined;
  const about = { policy: policy.id, workflow: id };
  if (!workflow || workflow.deleted) return { ...about, outcome: "failure", failure_reason: "workflow_not_found" };
  if (cannotRun(id, workflow) !== undefined || !workflow.definition) {
    return { ...about, outcome: "failure", failure_reason: "workflow_disabled" };
  }
  // The policy's key is not checked here: it has all privileges.
  const caller = withAllPrivileges(policy.auth.owner);
  const run = await runWorkflow(
    workflow,
    workflow.definition,
    { space: policy.space, caller, inputs: { payload }, event: payload, triggeredBy: "alert" },
    state,
  );
  return { ...about, outcome: "success", execution: run.id, status: run.status };
}
