/** Rule types of Elastic Security: each alert is a new one and never recovers (reference/kibana-api.md §6.1). */
export function isDetectionType(ruleTypeId: string): boolean {
  return ruleTypeId.startsWith("siem.") || ruleTypeId === "attack-discovery";
}

/** Rules of Elastic Security: they are edited in its own app. */
export function isDetectionRule(rule: { consumer: string; rule_type_id: string }): boolean {
  return rule.consumer === "siem" || isDetectionType(rule.rule_type_id);
}
