import type { ConnectorType } from "../../catalog/connector-type.ts";
import { isDetectionType } from "../../kibana/detection.ts";
import type { Rule } from "../../kibana/rules.ts";
import { changingIn, inBraces, steadyKey } from "../../rules/changing-keys.ts";
import { closes, keyInOneForm, keyOf, opens, recordOf } from "../../rules/incidents.ts";
import { type Action, byConnector, recoveryGroupOf, rekeying } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";
import type { RuleContext } from "../facts.ts";

/** Only for types that can close (the catalogue's `recovery`), in rules whose alerts can recover. */
export const noRecoveryAction: RuleCheck = {
  name: "no_recovery_action",
  finds: "incidents that nothing closes, or that are closed under another key, or under one that changes on recovery",
  ignores: "types that cannot close, rule types without recovery, detection rules, summaries, disabled rules, automation on recovery",
  of: "rule",
  group: "will_break",
  needs: ["connectors", "rules", "rule_types"],
  why: "Its incidents stay open after the alert is over, until a person closes each; a new alert may then page nobody.",
  fix: "Edit the rule: add an action of the same connector that runs when the alert has recovered and closes the incident under the same key.",
  tool: "attach_connector",
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
          evidence: problem.evidence,
          ...(problem.mend && {
            next: {
              tool: "attach_connector",
              args: { connector: id, rules: [rule.id], ...problem.mend.args, space: context.space },
              why: problem.mend.why,
            },
          }),
        },
      ];
    });
  },
};

interface Missing {
  evidence: string;
  /** What attach_connector has to be told besides connector and rule; undefined where one call does not mend it. */
  mend?: { args: Record<string, unknown>; why: string } | undefined;
}

const turns = {
  args: { replace: true },
  why: "Puts what closes, with the key of the active action, in the place of the connector's action on recovery.",
};
const adds = { args: {}, why: "Adds the recovery action with the key of the active one." };

/** Undefined where something closes what these actions open. */
function whatIsMissing(
  rule: Rule,
  recovered: string,
  opening: readonly Action[],
  entry: ConnectorType,
  { connectors, entries, ruleTypes }: RuleContext,
): Missing | undefined {
  const ending = rule.actions.filter((action) => action.group === recovered);
  const typeOf = ({ id, connector_type_id: type }: Action) => connectors.get(id)?.type ?? type ?? "";
  // A service that is told that the alert is over may close the incident by itself.
  if (ending.some((action) => entries.get(typeOf(action))?.automation)) return undefined;
  // Another connector of the type may reach the same service, unless it closes what it opens itself.
  const [own] = opening.map(({ id }) => id);
  const opensOwn = new Set(rule.actions.flatMap((one) => (one.group !== recovered && opens(entry, one.params ?? {}) ? one.id : [])));
  const closing = ending.filter(
    (action) => typeOf(action) === entry.id && (action.id === own || !opensOwn.has(action.id)) && closes(entry, action.params ?? {}),
  );
  if (closing.length === 0) {
    const isInPlace = ending.some((action) => action.id === own && action.frequency?.summary !== true);
    return {
      evidence: "Opens incidents that no action closes on recovery.",
      mend: isInPlace ? { ...turns, args: { ...turns.args, groups: [recovered] } } : adds,
    };
  }
  const keyIn = ({ params }: Action) => keyOf(entry, params ?? {}) ?? "";
  const keys = opening.map(keyIn);
  // Without a key nothing can be closed: that is another finding.
  if (keys.includes("")) return undefined;
  const closed = new Set(closing.map(keyIn).map(keyInOneForm));
  if (!keys.every((key) => closed.has(keyInOneForm(key)))) {
    const isRecord = closing.every(({ params }) => recordOf(params ?? {}) !== undefined);
    const evidence = isRecord
      ? "Closes a record that externalId names, and not what it opens."
      : "Closes incidents under another key than it opens them with.";
    return { evidence, mend: adds };
  }
  const all = keys.map((key) => ({ key, changing: changingIn(key, ruleTypes.get(rule.rule_type_id)) }));
  const changes = new Set(all.flatMap(({ changing }) => changing.always));
  if (changes.size === 0) return undefined;
  const better = new Set(all.map(({ key, changing }) => steadyKey(key, changing, entry.usualKey)));
  return {
    evidence: `Closes incidents under a key that changes when the alert recovers: ${inBraces([...changes])}.`,
    mend: rekeying(opening, [...better]),
  };
}
