import { isDetectionType } from "../../kibana/detection.ts";
import { keyOf, opens } from "../../rules/incidents.ts";
import { byConnector, recoveryGroupOf } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";

/** Any key counts here: `shared_dedup_key` looks at what it is. A summary of many alerts needs none. */
export const noDedupKey: RuleCheck = {
  name: "no_dedup_key",
  finds: "each run opens another incident",
  ignores: "any key of your own (`shared_dedup_key` looks at those), keys that Kibana fills in, summaries",
  of: "rule",
  group: "will_break",
  needs: ["connectors", "rules", "rule_types"],
  why: "Each run opens another incident for the same alert, and none can be closed on recovery.",
  fix: "Edit the rule: give the action a key for each alert, such as {{rule.id}}-{{alert.id}}, and the recovery action the same.",
  find(rule, context) {
    if (!rule.enabled || isDetectionType(rule.rule_type_id)) return [];
    const recovered = recoveryGroupOf(rule, context);
    return [...byConnector(rule, context)].flatMap(([id, actions]): Draft[] => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      if (!connector || entry?.dedupField === undefined || entry.groupsWithoutKey) return [];
      const without = actions.filter(
        (one) =>
          one.group !== recovered &&
          one.frequency?.summary !== true &&
          opens(entry, one.params ?? {}) &&
          keyOf(entry, one.params ?? {}) === undefined,
      );
      if (without.length === 0) return [];
      return [
        {
          severity: "medium",
          connector: refTo(connector),
          rule: ruleRef(rule),
          evidence: `Opens incidents without ${entry.dedupField}.`,
          next: {
            tool: "attach_connector",
            // It chooses the same key as when it adds a recovery action: the calls of both findings can be made.
            args: { connector: id, rules: [rule.id], space: context.space },
            why: "Gives the active and the recovery action the same key.",
          },
        },
      ];
    });
  },
};
