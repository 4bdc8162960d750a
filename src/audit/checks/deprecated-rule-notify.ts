import { isSystem } from "../../rules/rule-state.ts";
import { type RuleCheck, ruleRef } from "../check.ts";

/** Before 8.7 there is no other way; without ordinary actions the setting does nothing (reference/kibana-api.md §6.1). */
export const deprecatedRuleNotify: RuleCheck = {
  name: "deprecated_rule_notify",
  finds: "`notify_when` or `throttle` of the whole rule",
  ignores: "Kibana before 8.7, rules without actions",
  of: "rule",
  group: "will_break",
  needs: ["rules"],
  why: "notify_when and throttle of a rule are deprecated: all its actions share one frequency, and an action that has its own cannot be added.",
  fix: "Edit the rule: set the frequency of each action, and save.",
  tool: "attach_connector",
  find(rule, { actionFrequencies }) {
    const legacy = rule.actions.some((action) => !isSystem(action.id) && !action.frequency);
    if (!actionFrequencies || !legacy || (!rule.notify_when && !rule.throttle)) return [];
    const how = [rule.notify_when && `notify_when ${rule.notify_when}`, rule.throttle && `throttle ${rule.throttle}`].filter(Boolean);
    return [
      {
        severity: rule.enabled ? "low" : "info",
        rule: ruleRef(rule),
        evidence: `${how.join(" and ")} ${how.length > 1 ? "are" : "is"} set for the whole rule, not for each action.`,
      },
    ];
  },
};
