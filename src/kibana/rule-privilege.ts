/**
 * The privilege with which rules of a consumer may be read or changed, in words. A rule's consumer is the id of the feature
 * that owns it; "alerts" is what the Rules page writes for rules of no app of their own.
 */
export function rulePrivilege(consumer: string | undefined, level: "read" | "all"): string {
  const name = level === "all" ? "All" : "Read";
  if (consumer === undefined || !/^[\w-]{1,60}$/.test(consumer))
    return `the Kibana privilege ${name} on the app that the rule belongs to (such as feature_stackAlerts.${level})`;
  const feature = consumer === "alerts" ? "stackAlerts" : consumer;
  return `the Kibana privilege ${name} on the app that the rule belongs to (its consumer is ${consumer}: feature_${feature}.${level})`;
}
