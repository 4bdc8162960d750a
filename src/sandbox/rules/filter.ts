import { Refusal } from "../http/envelope.ts";
import type { Rule, State } from "../types.ts";
import { fieldsOf, fits, type Kql, parseKql } from "./kql.ts";
import { readKueryNode } from "./kuery-node.ts";

type Test = (rule: Rule) => boolean;

/** Rules that hold a saved-object reference: preconfigured and system connectors leave none (reference/kibana-api.md §5.1). */
export function hasReference({ type, id }: { type: string; id: string }, state: State): Test {
  const saved = !state.inMemory.some((connector) => connector.id === id);
  return (rule) => type === "action" && saved && rule.actions.some((action) => action.id === id);
}

/** Fields that Kibana refuses for every purpose (reference/kibana-api.md §5.2). */
export function refuseBlocked(field: string, what: (field: string) => string): void {
  const name = field.replace(/^alert\.attributes\./, "");
  if (!/^(monitoring|mapped_params|snoozeSchedule|activeSnoozes|snoozedInstances)\b/.test(name)) return;
  throw new Refusal(400, `Error find rules: ${what(field)}`);
}

/** KQL on `alert.attributes.*`, as text or as a tree. `refuse` throws for a field that may not be asked for. */
export function ruleFilter(filter: string, state: State, refuse: (field: string) => void): Test {
  const query = readKueryNode(filter) ?? parsed(filter);
  for (const field of fieldsOf(query)) {
    refuse(field);
    const [, attribute = ""] = /^alert\.attributes\.(\w+)/.exec(field) ?? [];
    if (!Object.hasOwn(attributes, attribute)) {
      throw new Refusal(400, `Error find rules: This key '${field}' does NOT exist in alert saved object index patterns: Bad Request`);
    }
  }
  return (rule) => fits(query, (field) => valuesOf(rule, field.replace("alert.attributes.", ""), state));
}

function parsed(filter: string): Kql {
  try {
    return parseKql(filter);
  } catch (error) {
    throw new Refusal(400, `Error find rules: ${error instanceof Error ? error.message : "bad filter"}: Bad Request`);
  }
}

/** What Kibana measured: each rule ran well so far. */
export const monitoring = { run: { history: [], calculated_metrics: { success_ratio: 1 } } };

/** A rule's attributes by their stored names, and where the sandbox has them. */
const attributes: Readonly<Record<string, (rule: Rule) => unknown>> = {
  name: (rule) => rule.name,
  tags: (rule) => rule.tags,
  enabled: (rule) => rule.enabled,
  consumer: (rule) => rule.consumer,
  alertTypeId: (rule) => rule.rule_type_id,
  params: (rule) => rule.params,
  schedule: (rule) => rule.schedule,
  throttle: (rule) => rule.throttle,
  notifyWhen: (rule) => rule.notify_when,
  createdBy: (rule) => rule.created_by,
  updatedBy: (rule) => rule.updated_by,
  createdAt: (rule) => rule.createdAt,
  updatedAt: (rule) => rule.updatedAt,
  revision: (rule) => rule.revision,
  muteAll: (rule) => rule.mute_all,
  mutedInstanceIds: (rule) => rule.muted_alert_ids,
  apiKeyOwner: (rule) => rule.api_key_owner,
  apiKeyCreatedByUser: (rule) => rule.api_key_created_by_user,
  executionStatus: (rule) => ({
    status: rule.pendingSince !== undefined ? "pending" : rule.outcome === "failed" ? "error" : rule.activeAlerts ? "active" : "ok",
  }),
  lastRun: (rule) => ({ outcome: rule.outcome }),
  actions: (rule) => rule.actions,
  monitoring: () => monitoring,
};

/** The values of an attribute such as `tags`, `params.index` or `actions.actionRef`. */
export function valuesOf(rule: Rule, path: string, state: State): readonly unknown[] {
  const [attribute = "", ...rest] = path.split(".");
  if (attribute === "actions") {
    // As stored: saved connectors appear as `action_0`…, so only the others can be found by their id.
    const stored = rule.actions.map((action, at) => ({
      ...action,
      actionTypeId: action.connector_type_id,
      actionRef: actionRef(action.id, at, state),
    }));
    return rest.reduce<unknown[]>((items, key) => items.flatMap((item) => [Object(item)[key]].flat()), stored);
  }
  const value = rest.reduce<unknown>((item, key) => Object(item)[key], attributes[attribute]?.(rule));
  return Array.isArray(value) ? value : [value];
}

function actionRef(id: string, at: number, state: State): string {
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  if (!inMemory) return `action_${at}`;
  return `${inMemory.system ? "system_action" : "preconfigured"}:${id}`;
}
