import type { RuleAction } from "../kibana/rules.ts";

/** Groups that run when an alert is over: that of nearly all rule types, and that of geo containment. Source: stack_alerts/geo_containment. */
const recoveryGroups: readonly string[] = ["recovered", "notGeoContained"];

/** Whether a group runs only when an alert is over. */
export function isRecovery(group: string): boolean {
  return recoveryGroups.includes(group);
}

/** Whether an action runs when its rule fires. A summary is about the alerts of all groups. */
export function runsOnFiring({ group, frequency }: RuleAction): boolean {
  return group == null || frequency?.summary === true || !isRecovery(group);
}
