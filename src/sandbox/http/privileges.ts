import type { Call, Rule } from "../types.ts";
import { features } from "./auth.ts";
import { Refusal } from "./envelope.ts";

/** `what` as Kibana words it: `update actions`. Checked before anything is looked for (reference/kibana-api.md §1.3). */
export function needActions(call: Call, level: "read" | "all", what: string): void {
  if (!call.caller.may("actions", level, call.space)) throw new Refusal(403, `Unauthorized to ${what}`);
}

/** Rules belong to features, so a rule is looked up before its privilege is checked: alerting_authorization.ts. */
export function needRule(call: Call, level: "read" | "all", operation: string, rule: Pick<Rule, "consumer" | "rule_type_id">): void {
  if (call.caller.may("rules", level, call.space)) return;
  throw new Refusal(403, `Unauthorized by "${rule.consumer}" to ${operation} "${rule.rule_type_id}" rule`);
}

/** Any privilege in a space is enough to see it. */
export function sees({ caller }: Call, space: string): boolean {
  return features.some((feature) => caller.may(feature, "read", space));
}
