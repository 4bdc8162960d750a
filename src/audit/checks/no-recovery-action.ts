import type { ConnectorType } from "../../catalog/connector-type.ts";
import { isDetectionType } from "../../kibana/detection.ts";
import type { Rule } from "../../kibana/rules.ts";
import { closes, keyInOneForm, keyOf, opens } from "../../rules/incidents.ts";
import { type Action, byConnector, recoveryGroupOf } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";
import type { RuleContext } from "../facts.ts";

/** Only for types that can close (the catalogue's `recovery`), in rules whose alerts can recover. */
export const noRecoveryAction: RuleCheck = {
  name: "no_recovery_action",
  finds: "incidents that nothing closes, or that are closed under another key",
  ignores: "types that cannot close, rule types without recovery, detection rules, summaries, disabled rules, automation on recovery",
  of: "rule",
  group: "will_break",
  needs: ["connectors", "rules", "rule_types"],
  why: "Its incidents stay open after the alert is over, until a person closes each; a new alert may then page nobody.",
  fix: "Edit the rule: add an action of the same connector that runs when the alert has recovered and closes the incident under the same key.",
  find(rule, context) {
    const recovered = recoveryGroupOf(rule, context);
    if (!rule.enabled || isDetectionType(rule.rule_type_id) || recovered === undefined) return [];
    return [...byConnector(rule, context)].flatMap(([id, actions]): Draft[] => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      if (!connector || !entry?.recovery) return [];
      const opening = actions.filter((one) => one.group !== recovered && one.frequency?.summary !== true && opens(entry, one.params ?? {}));
      const problem = opening.length > 0 ? whatIsMissing(rule, recovered, opening, entry, context) : undefined;
      if (problem === undefined) return [];
      return [
        {
          severity: entry.opensAnew ? "low" : "medium",
          confidence: context.ruleTypes.has(rule.rule_type_id) ? "certain" : "likely",
          connector: refTo(connector),
          rule: ruleRef(rule),
          evidence: problem,
          next: {
            tool: "attach_connector",
            args: { connector: id, rules: [rule.id], space: context.space },
            why: "Adds the recovery action with the key of the active one.",
          },
        },
      ];
    });
  },
};

/** Undefined where something closes what these actions open. */
function whatIsMissing(
  rule: Rule,
  recovered: string,
  opening: readonly Action[],
  entry: ConnectorType,
  { connectors, entries }: RuleContext,
): string | undefined {
  const ending = rule.actions.filter((action) => action.group === recovered);
  const typeOf = ({ id, connector_type_id: type }: Action) => connectors.get(id)?.type ?? type ?? "";
  // A service that is told that the alert is over may close the incident by itself.
  if (ending.some((action) => entries.get(typeOf(action))?.automation)) return undefined;
  const closing = ending.filter((action) => typeOf(action) === entry.id && closes(entry, action.params ?? {}));
  if (closing.length === 0) return "Opens incidents that no action closes on recovery.";
  const keyIn = ({ params }: Action) => keyInOneForm(keyOf(entry, params ?? {}) ?? "");
  const keys = opening.map(keyIn);
  // Without a key nothing can be closed: that is another finding.
  if (keys.includes("")) return undefined;
  const closed = new Set(closing.map(keyIn));
  return keys.every((key) => closed.has(key)) ? undefined : "Closes incidents under another key than it opens them with.";
}
