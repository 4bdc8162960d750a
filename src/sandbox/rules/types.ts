import { variablesOf } from "./action-variables.ts";

/** Some of Kibana's rule types, with their action groups and recovery (reference/kibana-api.md §6.3). */
export const ruleTypes = [
  ruleType(".es-query", "Elasticsearch query", "stackAlerts", "management", [["query matched", "Query matched"]]),
  ruleType(".index-threshold", "Index threshold", "stackAlerts", "management", [["threshold met", "Threshold met"]]),
  ruleType("metrics.alert.threshold", "Metric threshold", "infrastructure", "observability", [
    ["metrics.threshold.fired", "Alert"],
    ["metrics.threshold.warning", "Warning"],
    ["metrics.threshold.nodata", "No Data"],
  ]),
  ruleType("siem.queryRule", "Custom query rule", "siem", "securitySolution", [["default", "Default"]]),
  ruleType("siem.esqlRule", "ES|QL Rule", "siem", "securitySolution", [["default", "Default"]]),
] as const;

export type RuleType = ReturnType<typeof ruleType>;

function ruleType(id: string, name: string, producer: string, category: string, groups: readonly (readonly [string, string])[]) {
  const both = { read: true, all: true };
  return {
    id,
    name,
    producer,
    category,
    action_groups: [...groups, ["recovered", "Recovered"] as const].map(([group, label]) => ({ id: group, name: label })),
    default_action_group_id: groups[0]?.[0] ?? "default",
    recovery_action_group: { id: "recovered", name: "Recovered" },
    action_variables: variablesOf(id),
    authorized_consumers: { alerts: both, stackAlerts: both, [producer]: both },
    enabled_in_license: true,
    minimum_license_required: "basic",
    is_exportable: true,
    // Detection rules set none: security_solution/server/lib/detection_engine/rule_types.
    does_set_recovery_context: producer !== "siem",
    rule_task_timeout: "5m",
    has_alerts_mappings: true,
    has_fields_for_a_a_d: true,
  };
}
