import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../catalog/index.ts";
import { checkPart } from "../catalog/validate.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Rule, RuleAction } from "../kibana/rules.ts";
import { quoted } from "../plain-text.ts";
import { inWords } from "./check-new.ts";

/** Params for actions that move to a connector of another type. */
export interface NewParams {
  params: Record<string, unknown> | undefined;
  /** For actions that run on recovery. */
  recovery: Record<string, unknown> | undefined;
}

/**
 * The actions of a rule after those of `from` went to `to`, or away where `to` is undefined. What an action has beside
 * connector and params stays: uuid, group, frequency, filters.
 * @param recoveryGroup the rule type's, where it has one
 * @throws ToolError invalid_arguments where another type needs other params
 */
export async function movedActions(
  rule: Rule,
  from: { id: string },
  to: Connector | undefined,
  given: NewParams,
  recoveryGroup: string | undefined,
): Promise<{ actions: RuleAction[]; notes: string[] }> {
  if (!to) return { actions: rule.actions.filter((action) => action.id !== from.id), notes: [] };
  const others = rule.actions.filter((action) => action.id !== from.id);
  const actions: RuleAction[] = [];
  const notes: string[] = [];
  for (const action of rule.actions) {
    if (action.id !== from.id) {
      actions.push(action);
      continue;
    }
    const moved = { ...action, id: to.id, connector_type_id: to.type, params: await paramsFor(action, rule, to, given, recoveryGroup) };
    const twin = others.find((other) => other.id === to.id && other.group === action.group);
    if (twin && sameButUuid(twin, moved)) notes.push(`${quoted(rule.name, 60)} had the same action with both connectors: one is left.`);
    else {
      if (twin)
        notes.push(
          `${quoted(rule.name, 60)} notifies ${quoted(to.name, 60)} twice on "${action.group}": it had an action of its own there.`,
        );
      actions.push(moved);
    }
  }
  return { actions, notes };
}

async function paramsFor(
  action: RuleAction,
  rule: Rule,
  to: Connector,
  { params, recovery }: NewParams,
  recoveryGroup: string | undefined,
): Promise<Record<string, unknown>> {
  const recovers = action.group !== undefined && action.group !== null && action.group === recoveryGroup;
  const chosen = recovers ? recovery : params;
  if (chosen === undefined) {
    if (action.connector_type_id === to.type) return action.params ?? {};
    const field = recovers ? "recovery_params" : "params";
    const entry = await connectorType(to.type);
    const closing = recovers ? entry?.recovery?.params : undefined;
    throw new ToolError(
      "invalid_arguments",
      `The actions of rule ${quoted(rule.name, 60)} are of type ${action.connector_type_id ?? "unknown"}, ${quoted(to.name, 60)} is ${to.type}: its action on "${action.group ?? "every run"}" needs new params.`,
      `Give \`${field}\` (describe_connector_types with types ["${to.type}"] and parts ["params"] lists them)${closing ? `; what closes an incident of this type is ${JSON.stringify(closing)}` : ""}.`,
      { rule: rule.id, field },
    );
  }
  const entry = await connectorType(to.type);
  const errors = entry ? checkPart(entry, "params", chosen).errors : [];
  if (errors.length > 0) {
    throw new ToolError(
      "invalid_arguments",
      `Kibana would refuse the ${recovers ? "recovery_params" : "params"}: ${errors.map(inWords).join("; ")}.`,
      `Correct these; describe_connector_types with types ["${to.type}"] and parts ["params"] lists them.`,
      { problems: errors },
    );
  }
  return chosen;
}

function sameButUuid(
  { uuid: _one, connector_type_id: _type, ...left }: RuleAction,
  { uuid: _other, connector_type_id: _kind, ...right }: RuleAction,
): boolean {
  return isDeepStrictEqual(left, right);
}
