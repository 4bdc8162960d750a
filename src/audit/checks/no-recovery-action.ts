import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Rule } from "../../kibana/rules.ts";
import { type Action, byConnector, closes, dedupKeyOf, isDetection, opens, recoveryGroupOf } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";
import type { RuleContext } from "../facts.ts";

/** Services that may close the incident by themselves when they are told that the alert is over. */
const automations = [".webhook", ".http", ".tines", ".torq", ".swimlane", ".xmatters", ".xsoar", ".d3security", ".workflows"];

/** Only for types that can close (the catalogue's `recovery`), in rules whose alerts can recover. */
export const noRecoveryAction: RuleCheck = {
  name: "no_recovery_action",
  of: "rule",
  group: "will_break",
  needs: ["connectors", "rules", "rule_types"],
  why: "Its incidents stay open after the alert is over, until a person closes each; a new alert may then page nobody.",
  fix: "Edit the rule: add an action of the same connector that runs when the alert has recovered and closes the incident under the same key.",
  find(rule, context) {
    const recovered = recoveryGroupOf(rule, context);
    if (!rule.enabled || isDetection(rule) || recovered === undefined) return [];
    return [...byConnector(rule, context)].flatMap(([id, actions]): Draft[] => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      if (!connector || !entry?.recovery) return [];
      const opening = actions.filter((one) => one.group !== recovered && one.frequency?.summary !== true && opens(one, entry));
      const problem = opening.length > 0 ? whatIsMissing(rule, recovered, opening, entry, context) : undefined;
      if (problem === undefined) return [];
      return [
        {
          severity: connector.type === ".servicenow" ? "low" : "medium",
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
  { connectors }: RuleContext,
): string | undefined {
  const ending = rule.actions.filter((action) => action.group === recovered);
  const typeOf = ({ id, connector_type_id: type }: Action) => connectors.get(id)?.type ?? type ?? "";
  if (ending.some((action) => automations.includes(typeOf(action)))) return undefined;
  const closing = ending.filter((action) => typeOf(action) === entry.id && closes(action, entry));
  if (closing.length === 0) return "Opens incidents that no action closes on recovery.";
  const keys = opening.map((action) => dedupKeyOf(action, entry));
  // Without a key there is nothing to close by: that is another finding.
  if (keys.some((key) => key === undefined)) return undefined;
  const closed = new Set(closing.map((action) => dedupKeyOf(action, entry)));
  return keys.every((key) => closed.has(key)) ? undefined : "Closes incidents under another key than it opens them with.";
}
