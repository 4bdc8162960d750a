import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { isSystem } from "../../rules/rule-state.ts";
import { type Draft, type RuleCheck, ruleRef } from "../check.ts";
import type { RuleContext } from "../facts.ts";
import type { ReadyCall } from "../finding.ts";

/** A rule whose connector is gone fails each time it should notify, its other actions too (reference/kibana-api.md §5.4). */
export const danglingReference: RuleCheck = {
  name: "dangling_reference",
  of: "rule",
  group: "broken_now",
  needs: ["connectors", "rules"],
  why: "The rule notifies nobody: Kibana drops its other actions of that run too, and the rule cannot be edited or enabled.",
  fix: "Create the connector again under the same id, or edit the rule and choose another connector for the action.",
  find(rule, context) {
    const gone = rule.actions.filter(({ id }) => !context.connectors.has(id) && !isSystem(id));
    const byId = new Map(gone.map((action) => [action.id, action]));
    return [...byId.values()].map(({ id, connector_type_id: type }): Draft => {
      const others = new Set(rule.actions.filter((action) => !byId.has(action.id)).map((action) => action.id)).size;
      return {
        severity: rule.enabled ? "critical" : "low",
        ...(rule.enabled ? {} : { group: "will_break" }),
        connector: { id, name: undefined, type: type ?? undefined },
        rule: ruleRef(rule),
        evidence: `${rule.enabled ? "The" : "The rule is disabled; the"} connector is not in this space${others > 0 ? `; ${others} other connector${others > 1 ? "s" : ""} of the rule ${others > 1 ? "go" : "goes"} silent with it` : ""}.`,
        next: mend(rule, id, type ?? undefined, gone, context),
      };
    });
  },
};

/** To the only connector of the type that is left, or out of the rule. */
function mend(rule: Rule, from: string, type: string | undefined, gone: Rule["actions"], { connectors, space }: RuleContext): ReadyCall {
  const same = [...connectors.values()].filter((one: Connector) => one.type === type && !one.missingSecrets);
  const [only] = same;
  // Kibana saves no rule in which another connector is gone.
  const others = gone.filter((action) => action.id !== from);
  const args = { from, rules: [rule.id], ...(others.length > 0 && { drop_missing: true }), space };
  const also = others.length > 0 ? ` It also drops what the rule has of other connectors that are gone: ${counted(others)}.` : "";
  if (only && same.length === 1) {
    return {
      tool: "replace_connector",
      args: { ...args, to: only.id },
      why: `${quoted(only.name, 60)} is the only ${type} connector of the space: test it first.${also}`,
    };
  }
  const mine = gone.filter((action) => action.id === from);
  const left = rule.actions.length - gone.length;
  return {
    tool: "replace_connector",
    args: { ...args, remove: true },
    why: `Last resort, it ${left > 0 ? `takes ${counted(mine)} out of the rule` : "silences the rule"}: rather make the connector again under its id (create_connector), or give \`to\` in place of \`remove\`.${also}`,
  };
}

/** `2 actions of "old-hook" (.webhook), 1 action of "x" (.email)` */
function counted(actions: Rule["actions"]): string {
  const counts = new Map<string, { type: string; count: number }>();
  for (const { id, connector_type_id: type } of actions)
    counts.set(id, { type: plainText(type ?? "unknown type", 60), count: (counts.get(id)?.count ?? 0) + 1 });
  return [...counts].map(([id, { type, count }]) => `${count} action${count > 1 ? "s" : ""} of ${quoted(id, 60)} (${type})`).join(", ");
}
