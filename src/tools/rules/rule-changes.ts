import type { CheckedSpace } from "../../change/checked-space.ts";
import type { PutRuleOp, TouchedConnector } from "../../change/op.ts";
import type { OpResult } from "../../change/plan.ts";
import { isSaved } from "../../change/saved-rules.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { ownValue } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { fieldInWords, ruleBody } from "../../rules/rule-body.ts";
import { isSystem, type RuleState, ruleState } from "../../rules/rule-state.ts";
import { actionKey, paired } from "../../rules/same-action.ts";
import { compact } from "../fields.ts";
import { goneActions } from "./lost-by-rules.ts";
import type { WholeRule } from "./rule-artifacts.ts";
import { nowOfAnotherType } from "./rule-since.ts";

type Known = ReadonlyMap<string, Connector>;

/**
 * The write that gives a rule another state. Its artifacts stay, unless the state restores others.
 * @param named ids of connectors that the call names
 */
export function putRule(
  { rule, artifacts }: WholeRule,
  space: CheckedSpace,
  after: RuleState,
  known: Known,
  named: readonly string[] = [],
): PutRuleOp {
  const { id, name, rule_type_id: type, tags, created_at: created } = rule;
  const before = ruleState(rule);
  const now = Object.fromEntries(Object.keys(after.fields ?? {}).map((field) => [field, ownValue(rule, field) ?? null]));
  const touches = [...new Set([...named, ...touched(before, after)])].map((one) => touchedConnector(one, known));
  const refused = whyNotBack(rule, after, known);
  return {
    op: "put_rule",
    space,
    id,
    name,
    type,
    ...(created != null && { created }),
    tags,
    touches,
    gone: goneActions(before, after, known),
    ...(refused !== undefined && { refused }),
    artifacts,
    before: withFields(before, { ...before.fields, ...now }),
    after: withFields(after, { ...before.fields, ...after.fields }),
  };
}

/** Why Kibana would not take the rule's present actions back, apart from connectors that are gone. */
function whyNotBack(rule: Rule, after: RuleState, known: Known): string | undefined {
  const found = obstacle(rule, rule.actions, known);
  if (found && found.withoutSecrets.length > 0) return `${whyInWords({ ...found, gone: [] })}.`;
  return nowOfAnotherType(after.actions, rule.actions, known);
}

/** A connector that a write adds to or removes from its users. */
export function touchedConnector(id: string, known: Known): TouchedConnector {
  const { name, type, config } = known.get(id) ?? {};
  return { id, ...(name !== undefined && { name }), ...(type !== undefined && { type }), ...(config && { config }) };
}

function withFields({ fields: _fields, ...state }: RuleState, fields: Record<string, unknown>): RuleState {
  return Object.keys(fields).length > 0 ? { ...state, fields } : state;
}

/** The connectors whose actions are added, removed or changed; a frequency that moves from the rule into an action is no change. */
export function touched(before: RuleState, after: RuleState): string[] {
  const withoutFrequency = ({ frequency: _often, ...action }: RuleAction) => actionKey(action);
  const ofRule = new Set([...before.actions, ...after.actions].filter(({ frequency }) => !frequency).map(withoutFrequency));
  const keyOf = (action: RuleAction) => {
    const key = withoutFrequency(action);
    return ofRule.has(key) ? key : actionKey(action);
  };
  const { gone, fresh } = paired(before.actions, after.actions, keyOf);
  return [...new Set([...gone, ...fresh].map(({ id }) => id))];
}

/** Warns about fields of a later Kibana: they are sent back unchanged. */
export function unknownFields(rules: readonly { rule: Rule; op: PutRuleOp }[]): string[] {
  const found = rules.flatMap(({ rule, op }) =>
    [...new Set(ruleBody(rule, op.after).unknown.map(fieldInWords))].map((field) => ({ field, rule })),
  );
  const rulesWith = grouped(found, ({ field }) => field);
  if (rulesWith.size === 0) return [];
  const named = [...rulesWith].slice(0, 10).map(([field, having]) => {
    const where =
      having.length === rules.length ? "" : ` (${having.length === 1 ? quoted(having[0]?.rule.name ?? "", 60) : `${having.length} rules`})`;
    return `${quoted(field, 80)}${where}`;
  });
  return [
    `This server does not know what Kibana answers as ${named.join(", ")}${rulesWith.size > named.length ? " and more" : ""}: it is sent back unchanged; if Kibana refuses it by name, the rule is saved without it, and the answer says so.`,
  ];
}

/** Why Kibana would refuse to save a rule: actions whose connector is gone or has lost its secrets (reference/kibana-api.md §6.1). */
export interface Obstacle {
  rule: Rule;
  /** Ids of connectors that are gone. */
  gone: string[];
  /** Connectors whose secrets are missing. */
  withoutSecrets: Connector[];
}

/** The obstacle to saving a list of actions; undefined if there is none. */
export function obstacle(rule: Rule, actions: readonly RuleAction[], connectors: Known): Obstacle | undefined {
  const ids = [...new Set(actions.map((action) => action.id))].filter((id) => !isSystem(id));
  const gone = ids.filter((id) => !connectors.has(id));
  const withoutSecrets = ids.map((id) => connectors.get(id)).filter((one): one is Connector => one?.missingSecrets === true);
  return gone.length + withoutSecrets.length > 0 ? { rule, gone, withoutSecrets } : undefined;
}

/** `"Checkout errors" (rule-1): the connector "old" of one of its actions is gone` */
export function obstacleInWords(one: Obstacle): string {
  return `${quoted(one.rule.name, 60)} (${word(one.rule.id)}): ${whyInWords(one)}`;
}

export function whyInWords({ gone, withoutSecrets }: Obstacle): string {
  const parts = [
    ...gone.map((id) => `the connector ${quoted(id, 60)} of one of its actions is gone`),
    ...withoutSecrets.map((one) => `the secrets of its connector ${quoted(one.name, 60)} (${word(one.id)}) are missing`),
  ];
  return parts.join(", ");
}

/** Why a move or a removal writes nothing. @param free the rules that Kibana would save */
export function cannotBeSaved(obstacles: readonly Obstacle[], free: readonly Rule[]): ToolError {
  const gone = [...new Set(obstacles.flatMap((one) => one.gone))];
  const without = obstacles.flatMap((one) => one.withoutSecrets);
  return new ToolError(
    gone.length > 0 ? "connector_not_found" : "secrets_needed",
    `Nothing was written: Kibana would not save ${obstacles.length === 1 ? "this rule" : `these ${obstacles.length} rules`}. ${obstacles.slice(0, 5).map(obstacleInWords).join("; ")}${obstacles.length > 5 ? "; and more" : ""}.`,
    [
      ...(gone.length > 0
        ? [
            "First restore what is gone under its id (undo_change of its deletion, or create_connector with that `id`); if nobody wants it back, drop_missing: true drops those dead actions in the same write.",
          ]
        : []),
      ...(without.length > 0 ? ["Enter the missing secrets again with update_connector."] : []),
      'With on_error: "continue" the other rules are changed.',
    ].join(" "),
    compact({ rules: obstacles.slice(0, 20).map((one) => one.rule.id), gone, could_go: free.slice(0, 20).map(({ id }) => id) }),
  );
}

/** Warns about rules that somebody else saved between our read and our write: Kibana has no lock against that. */
export function overlapWarnings(results: readonly OpResult[]): string[] {
  const overlapping = results.filter(({ op, outcome, data }) => {
    if (op.op !== "put_rule" || outcome !== "done" || !isSaved(data)) return false;
    return data.read !== undefined && data.saved !== undefined && data.saved > data.read + 1;
  });
  return overlapping.map(
    ({ op }) =>
      `Somebody else saved the rule "${op.id}" at the same moment: their change may be overwritten. Look at the rule's history in Kibana.`,
  );
}

/** The owners of the keys that the saved rules run with now, as Kibana answered. */
export function ownersNow(results: readonly OpResult[]): string | undefined {
  const owners = results.flatMap(({ outcome, data }) =>
    outcome === "done" && isSaved(data) && data.owner !== undefined ? [data.owner] : [],
  );
  return owners.length > 0 ? [...new Set(owners)].map((one) => plainText(one, 120)).join(", ") : undefined;
}
