import { Refusal } from "../http/envelope.ts";
import { needActions, needRule } from "../http/privileges.ts";
import type { Call, Reply, Rule, State } from "../types.ts";
import { activeAlerts } from "./fire.ts";
import { ruleOf } from "./stored.ts";

/** Changes the state of a rule, not its content: its revision stays. `edit` gives undefined where there is nothing to do. */
export function changeRule(call: Call, state: State, operation: string, edit: (rule: Rule) => Partial<Rule> | undefined): Reply {
  const rule = ruleOf(call, state);
  needRule(call, "all", operation, rule);
  if (operation !== "disable" && rule.actions.length > 0) needActions(call, "read", "execute actions");
  const changed = edit(rule);
  if (changed) state.rules.set({ ...rule, ...changed, updated_by: call.caller.name, updatedAt: new Date().toISOString() });
  return { status: 204 };
}

export function refuseUnknownAlert({ id }: Rule, alert: string, state: State): void {
  if (activeAlerts(id, state).includes(alert)) return;
  throw new Refusal(404, `Alert instance with id "${alert}" does not exist for rule with id "${id}"`);
}
