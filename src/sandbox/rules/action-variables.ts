interface Variable {
  name: string;
  description: string;
  usesPublicBaseUrl?: true;
}
interface Variables {
  context: Variable[];
  state: Variable[];
  params: Variable[];
}

/**
 * The variables that each rule type gives to templates, by Kibana's names. Sources: stack_alerts/server/rule_types/
 * {es_query,index_threshold}/rule_type.ts, infra/server/lib/alerting/metric_threshold/register_metric_threshold_rule_type.ts,
 * security_solution/server/lib/detection_engine/rule_types/query/create_query_alert_type.ts.
 */
const byType: Readonly<Record<string, { context: string; params?: string }>> = {
  ".es-query": {
    context: "message title date value hits conditions link",
    params: "size threshold thresholdComparator searchConfiguration esQuery index esqlQuery",
  },
  ".index-threshold": {
    context: "message title group date value conditions",
    params:
      "threshold thresholdComparator index timeField aggType aggField groupBy termField filterKuery termSize timeWindowSize timeWindowUnit",
  },
  "metrics.alert.threshold": {
    context:
      "group groupByKeys alertDetailsUrl alertState reason timestamp value metric threshold viewInAppUrl cloud host container orchestrator labels tags originalAlertState originalAlertStateWasALERT originalAlertStateWasWARNING originalAlertStateWasNO_DATA",
  },
  "siem.queryRule": { context: "server" },
  "siem.esqlRule": { context: "server" },
};

/** Links are empty unless `server.publicBaseUrl` is set, and Kibana says so. */
const links = ["link", "alertDetailsUrl", "viewInAppUrl"];

/** `action_variables` of a rule type: a list of each kind, empty ones too, as rule_type_registry.ts fills them in. */
export function variablesOf(ruleType: string): Variables {
  const { context, params } = byType[ruleType] ?? {};
  return { context: described(context, "of the alert"), state: [], params: described(params, "of the rule's parameters") };
}

function described(names: string | undefined, whose: string): Variable[] {
  return (names ?? "")
    .split(" ")
    .filter(Boolean)
    .map((name) => ({
      name,
      description: name.startsWith("originalAlertState") ? `${name}. This is only available in the recovery context` : `${name} ${whose}`,
      ...(links.includes(name) && { usesPublicBaseUrl: true }),
    }));
}
