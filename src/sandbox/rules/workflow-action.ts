import * as z from "zod";
import { withAllPrivileges } from "../http/auth.ts";
import type { Dict, Rule, RuleAction, State } from "../types.ts";
import { cannotRun, runWorkflow } from "../workflows/run.ts";

const actionParams = z.object({
  subActionParams: z.object({ workflowId: z.string(), summaryMode: z.boolean().default(true) }),
});

interface Alert {
  id: string;
  is: "new" | "ongoing" | "recovered";
}

/** The system action `.workflows` of a rule: one run for all new alerts, or one for each. The rule's key counts as one with all privileges. */
export async function startWorkflow({ params }: RuleAction, alerts: readonly Alert[], rule: Rule, state: State): Promise<Dict> {
  const read = actionParams.safeParse(params);
  if (!read.success) return { status: "error", message: "error validating action params" };
  const { workflowId, summaryMode } = read.data.subActionParams;
  const found = state.workflows.get(workflowId);
  const workflow = found?.space === rule.space ? found : undefined;
  const problem = cannotRun(workflowId, workflow);
  if (problem !== undefined || !workflow?.definition) {
    state.log.push(`Action 'system-connector-.workflows' failed: ${problem}`);
    return { status: "error", message: problem };
  }
  const fresh = alerts.filter(({ is }) => is === "new");
  const about = { id: rule.id, name: rule.name, tags: rule.tags, consumer: rule.consumer, ruleTypeId: rule.rule_type_id };
  const caller = withAllPrivileges(rule.updated_by);
  const executions = [];
  for (const some of summaryMode ? [fresh] : fresh.map((one) => [one])) {
    if (some.length === 0) continue;
    const event = { alerts: some, rule: about, spaceId: rule.space };
    const occasion = { space: rule.space, caller, inputs: {}, event, triggeredBy: "alert" } as const;
    executions.push((await runWorkflow(workflow, workflow.definition, occasion, state)).id);
  }
  return { status: "ok", executions };
}
