import type { Rule, RuleAction, RuleType } from "../../src/kibana/rules.ts";

/** A rule type with two groups that fire. */
export function ruleType(more: Partial<RuleType> = {}): RuleType {
  return {
    id: ".es-query",
    name: "Elasticsearch query",
    groups: ["query matched", "milder"],
    defaultGroup: "query matched",
    recoveryGroup: "recovered",
    variables: { context: ["message", "title", "value"], state: [], params: ["size"] },
    groupNames: { "query matched": "Query matched", milder: "Milder", recovered: "Recovered" },
    recoversWithoutContext: false,
    ofRecovery: [],
    alertsAsData: true,
    changeable: true,
    enabledInLicense: true,
    detection: false,
    ...more,
  };
}

/** An enabled rule without actions. */
export function rule(more: Partial<Rule> = {}): Rule {
  return {
    id: "r",
    name: "Errors",
    enabled: true,
    tags: [],
    consumer: "stackAlerts",
    rule_type_id: ".es-query",
    schedule: { interval: "1m" },
    params: {},
    actions: [],
    throttle: null,
    notify_when: null,
    ...more,
  };
}

/** An action of one alert, on its changes. */
export function action(
  id: string,
  type: string,
  group: string,
  params: Record<string, unknown>,
  more: Partial<RuleAction> = {},
): RuleAction {
  const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  return { id, connector_type_id: type, group, uuid: `${id}-${group}`, params, frequency, ...more };
}
