import { connectorType } from "../../catalog/index.ts";
import { paramsCall } from "../../catalog/params-call.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction, RuleType } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import { recovers } from "../../rules/attach-notes.ts";
import { type Checked, checkAction } from "../../rules/check-action.ts";
import { usualKey } from "../../rules/incidents.ts";
import { actionKey } from "../../rules/same-action.ts";
import { templateParser } from "../../rules/template-parser.ts";
import { tied } from "../../rules/tied.ts";

/** Params for actions that move to a connector of another type. */
export interface NewParams {
  params: Record<string, unknown> | undefined;
  /** For actions that run on recovery. */
  recovery: Record<string, unknown> | undefined;
}

/**
 * The actions of a rule after those of `from` have moved to `to`, or have been removed if `to` is undefined. Everything but
 * connector and params stays: uuid, group, frequency, filters.
 * @param ruleType undefined if Kibana does not give it
 * @throws ToolError invalid_arguments if another type needs other params
 */
export async function movedActions(
  rule: Rule,
  from: { id: string },
  to: Connector | undefined,
  given: NewParams,
  ruleType: RuleType | undefined,
): Promise<{ actions: RuleAction[]; notes: string[] }> {
  if (!to) return { actions: rule.actions.filter((action) => action.id !== from.id), notes: [] };
  const there = rule.actions.filter((action) => action.id === to.id);
  const [same, groups] = [new Set(there.map(actionKey)), new Set(there.map(({ group }) => group))];
  const actions: RuleAction[] = [];
  const notes: string[] = [];
  for (const action of rule.actions) {
    if (action.id !== from.id) {
      actions.push(action);
      continue;
    }
    const moved = { ...action, id: to.id, connector_type_id: to.type, params: await paramsFor(action, rule, to, given, ruleType, notes) };
    if (same.has(actionKey(moved))) notes.push(`${quoted(rule.name, 60)} had the same action with both connectors: one remains.`);
    else {
      if (groups.has(action.group))
        notes.push(
          `${quoted(rule.name, 60)} notifies ${quoted(to.name, 60)} twice on ${quoted(action.group ?? "every run")}: it already had an action there.`,
        );
      actions.push(moved);
    }
  }
  if (given.params !== undefined) notes.push(...(await looseEnds(actions, to, ruleType)));
  return { actions, notes };
}

/** New params may open incidents that no action closes any more. */
async function looseEnds(actions: readonly RuleAction[], to: Connector, ruleType: RuleType | undefined): Promise<string[]> {
  const type = await connectorType(to.type);
  if (!type?.recovery || ruleType?.recoveryGroup === undefined || !recovers(ruleType)) return [];
  const ours = actions.filter((action) => action.id === to.id);
  const { rekeyed, uncovered } = tied(ours, ours, type, ruleType.recoveryGroup, usualKey);
  if (rekeyed.size + uncovered.length === 0) return [];
  return [
    `Recovery would not close everything that ${quoted(to.name, 60)} opens: no action closes with the same ${type.dedupField ?? "key"}. attach_connector adds what is missing.`,
  ];
}

async function paramsFor(
  action: RuleAction,
  rule: Rule,
  to: Connector,
  { params, recovery }: NewParams,
  ruleType: RuleType | undefined,
  notes: string[],
): Promise<Record<string, unknown>> {
  const onRecovery = action.group != null && action.group === ruleType?.recoveryGroup;
  const chosen = onRecovery ? recovery : params;
  if (chosen === undefined) {
    if (action.connector_type_id === to.type) return action.params ?? {};
    const field = onRecovery ? "recovery_params" : "params";
    const entry = await connectorType(to.type);
    const closing = onRecovery ? entry?.recovery?.params : undefined;
    throw new ToolError(
      "invalid_arguments",
      `The actions of rule ${quoted(rule.name, 60)} are of type ${action.connector_type_id ?? "unknown"}, ${quoted(to.name, 60)} is ${to.type}: its action on "${action.group ?? "every run"}" needs new params.`,
      `Give \`${field}\` (${paramsCall(to.type, closing)} lists them)${closing ? `; an incident of this type is closed by ${JSON.stringify(closing)}` : ""}.`,
      { rule: rule.id, field },
    );
  }
  const entry = await connectorType(to.type);
  const checked: Checked = { errors: [], warnings: [] };
  if (ruleType) {
    // Loaded here because only new params need the template parser.
    const parse = await templateParser();
    checkAction(chosen, action.frequency?.summary ?? false, rule, ruleType, entry, parse, checked);
  }
  if (checked.errors.length > 0) {
    throw new ToolError(
      "invalid_arguments",
      `The ${onRecovery ? "recovery_params" : "params"} would not work in rule ${quoted(rule.name, 60)}: ${checked.errors.join("; ")}.`,
      `Correct these; ${paramsCall(to.type, chosen)} lists them.`,
      { problems: checked.errors },
    );
  }
  notes.push(...checked.warnings);
  return chosen;
}
