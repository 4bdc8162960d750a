import type { ConnectorType, Params } from "../../catalog/connector-type.ts";
import { isDetectionType } from "../../kibana/detection.ts";
import { quoted } from "../../plain-text.ts";
import { groupingOf, hasSeveralAlerts } from "../../rules/grouping.ts";
import { closes, isOfEachAlert, keyOf, opens, recordOf, usualKey } from "../../rules/incidents.ts";
import { hideInText, hideSecrets } from "../../secrets/detect.ts";
import { byConnector, recoveryGroupOf, rekeying } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";

/** Somebody may have put a token into it. */
function shown(key: string): string {
  return quoted(hideInText(String(hideSecrets({ key }).config.key)), 80);
}

function opensOrUpdates(entry: ConnectorType, params: Params): boolean {
  return opens(entry, params) || (recordOf(params) !== undefined && !closes(entry, params));
}

export const sharedDedupKey: RuleCheck = {
  name: "shared_dedup_key",
  finds: "rules with several alerts whose key is constant, or one for the whole rule, or that all change one record",
  ignores: "rules that have one alert, or whose type does not say; summaries; types that cannot close",
  of: "rule",
  group: "will_break",
  needs: ["connectors", "rules", "rule_types"],
  why: "All alerts of the rule share one incident: the second is not told, and the first to recover closes it for all.",
  fix: "Edit the rule: give the action a key for each alert, such as {{rule.id}}-{{alert.id}}, and the recovery action the same.",
  tool: "attach_connector",
  find(rule, context) {
    if (!rule.enabled || isDetectionType(rule.rule_type_id) || !hasSeveralAlerts(rule)) return [];
    const recovered = recoveryGroupOf(rule, context);
    return [...byConnector(rule, context)].flatMap(([id, actions]): Draft[] => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      if (!connector || !entry?.recovery) return [];
      const opening = actions.filter(
        (one) => one.group !== recovered && one.frequency?.summary !== true && opensOrUpdates(entry, one.params ?? {}),
      );
      const keys = opening
        .flatMap(({ params }) => recordOf(params ?? {}) ?? keyOf(entry, params ?? {}) ?? [])
        .filter((key) => !isOfEachAlert(key));
      if (keys.length === 0) return [];
      const does = opening.some(({ params }) => recordOf(params ?? {}) !== undefined) ? "open or change" : "open";
      const mend = keys.length === opening.length ? rekeying(opening, [entry.usualKey ?? usualKey]) : undefined;
      return [
        {
          severity: "medium",
          confidence: "likely",
          connector: refTo(connector),
          rule: ruleRef(rule),
          evidence: `Its alerts are ${groupingOf(rule)}, and all ${does} the incident ${[...new Set(keys)].map(shown).join(", ")}.`,
          ...(mend && {
            next: {
              tool: "attach_connector",
              args: { connector: id, rules: [rule.id], ...mend.args, space: context.space },
              why: mend.why,
            },
          }),
        },
      ];
    });
  },
};
