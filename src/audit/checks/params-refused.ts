import { isDetectionType } from "../../kibana/detection.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { runsOnFiring } from "../../rules/firing.ts";
import { type RefusedAction, refusedActions } from "../../rules/refused-actions.ts";
import { byConnector } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";
import type { ReadyCall } from "../finding.ts";

/** Kibana checks an action's params only when it runs them, and logs no run that it refuses before it begins. */
export const paramsRefused: RuleCheck = {
  name: "params_refused",
  finds: "actions of rules whose params Kibana refuses in each run: what is required is missing, or a field or value is none of the type's",
  ignores: "disabled rules, templates that only an alert fills in, fields that a newer Kibana may know, types that only Kibana describes",
  of: "rule",
  group: "broken_now",
  needs: ["status", "connectors", "rules"],
  weighs: ["rule_types"],
  why: "Kibana saves such a rule, and each run of the action fails. Most such runs are not even in the log.",
  fix: "Edit the rule: correct the action's fields that the evidence names.",
  tool: "attach_connector",
  find(rule, context) {
    if (!rule.enabled) return [];
    const { mayKnowMore, ruleTypes } = context;
    const found = [...byConnector(rule, context)].flatMap(([id, actions]) => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      const refused = refusedActions(actions, entry, ruleTypes.get(rule.rule_type_id), mayKnowMore, rule);
      return connector && refused.length > 0 ? [{ connector, refused }] : [];
    });
    const all = new Set(found.flatMap(({ refused }) => refused.map(({ action }) => action)));
    const firing = rule.actions.filter(runsOnFiring);
    const isSilent = firing.length > 0 && firing.every((action) => all.has(action)) && !isDetectionType(rule.rule_type_id);
    return found.map(({ connector, refused }): Draft => {
      const fires = refused.some(({ action }) => runsOnFiring(action));
      const next = mending(connector.id, rule.id, context.space, refused);
      return {
        severity: fires ? (isSilent ? "critical" : "high") : "medium",
        connector: refTo(connector),
        rule: ruleRef(rule),
        covers: refused.map(({ action }) => plainText(action.group ?? "every run", 200)),
        evidence: `${connector.type} refuses ${refused.map(inWords).join(", and ")}${isSilent && fires ? ": nobody hears when the rule fires" : ""}.`,
        ...(next && { next }),
      };
    });
  },
};

/** `its action on "recovered" (params.subActionParams.message is none of its fields)` */
function inWords({ action, why }: RefusedAction): string {
  return `its action on ${quoted(action.group ?? "every run", 80)} (${why})`;
}

/** One call for all, where they are mended in the same way. */
function mending(connector: string, rule: string, space: string, refused: readonly RefusedAction[]): ReadyCall | undefined {
  const mends = refused.flatMap(({ mend }) => mend ?? []);
  const [first, ...more] = mends;
  if (!first || mends.length < refused.length || (more.length > 0 && mends.some(({ params, groups }) => params || !groups)))
    return undefined;
  const groups = first.groups && { groups: [...new Set(mends.flatMap((one) => one.groups ?? []))] };
  return {
    tool: "attach_connector",
    args: { connector, rules: [rule], ...first, ...groups, replace: true, space },
    why: "Mends the action in place, and keeps the rest of it.",
  };
}
