import { isDeepStrictEqual } from "node:util";
import type { PutRuleOp } from "../../change/op.ts";
import type { Effect } from "../../change/plan.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { ownValue } from "../../plain-object.ts";
import { plainJson, plainText, word } from "../../plain-text.ts";
import { isSystem, type RuleState, sameField } from "../../rules/rule-state.ts";
import { actionKey, paired, uuidOf } from "../../rules/same-action.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";
import { losses } from "./lost-by-rules.ts";

/** Characters of one text of an action. */
const longest = 300;

/** What connectors are called in lines of actions, by id. */
export type ConnectorNames = ReadonlyMap<string, string>;

/** Their names, with the id where a name is cut, another one's too, or ends as if an id followed. */
export function connectorNames(connectors: readonly Connector[]): ConnectorNames {
  const shown = connectors.map(({ id, name }) => ({ id, name, text: plainText(name, 60) }));
  const alike = grouped(shown, ({ text }) => text);
  return new Map(
    shown.map(({ id, name, text }) => [
      id,
      text === name && alike.get(text)?.length === 1 && !text.endsWith(")") ? text : `${text} (${word(id)})`,
    ]),
  );
}

/** An action as one line, with the params and conditions that are added or removed. Redacted and cut. */
export type ShownAction = { action: string } & Record<string, unknown>;

export interface Difference {
  goes: ShownAction[];
  comes: ShownAction[];
}

/**
 * What a rule gains and loses apart from connector and frequency, which the lines of `actions` show: whole actions that
 * are removed or added, and what changes in those that stay.
 */
export function actionDifference(before: RuleState, after: RuleState, names: ConnectorNames): Difference {
  const place = (action: RuleAction) => (uuidOf(action) === undefined ? JSON.stringify([action.id, action.group]) : undefined);
  const { pairs, gone, fresh } = paired(before.actions, after.actions, uuidOf, actionKey, place);
  const changed = pairs.flatMap(([action, becomes]) => {
    const [goes, comes] = [contentOf(action), contentOf(becomes)];
    if (isDeepStrictEqual(goes, comes)) return [];
    return [{ goes: shownAction(action, differing(goes, comes), names), comes: shownAction(becomes, differing(comes, goes), names) }];
  });
  const whole = (action: RuleAction) => shownAction(action, contentOf(action), names);
  return {
    goes: folded([...changed.map(({ goes }) => goes), ...gone.map(whole)]),
    comes: folded([...changed.map(({ comes }) => comes), ...fresh.map(whole)]),
  };
}

/** Merges actions of several groups that have the same content. */
function folded(actions: readonly ShownAction[]): ShownAction[] {
  const byContent = new Map<string, ShownAction>();
  for (const one of actions) {
    const { action, ...content } = one;
    const same = byContent.get(JSON.stringify(content));
    byContent.set(JSON.stringify(content), same ? { ...same, action: `${same.action}; ${action}` } : one);
  }
  return [...byContent.values()];
}

type Content = Record<string, unknown> & { params: Record<string, unknown> };

function contentOf({
  id: _id,
  uuid: _uuid,
  connector_type_id: _type,
  group: _group,
  frequency: _often,
  params,
  ...others
}: RuleAction): Content {
  const set = Object.entries(others).filter(([, value]) => value !== null && value !== undefined);
  return { params: params ?? {}, ...Object.fromEntries(set) };
}

/** The parts of one content that differ from the other; of params, only the fields that differ. */
function differing(one: Content, other: Content): Record<string, unknown> {
  const differs = (mine: Record<string, unknown>, theirs: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(mine).filter(([name, value]) => !isDeepStrictEqual(value, ownValue(theirs, name))));
  const { params, ...others } = one;
  return { params: differs(params, other.params), ...differs(others, other) };
}

function shownAction(action: RuleAction, content: Record<string, unknown>, names: ConnectorNames): ShownAction {
  return { action: actionLine(action, names), ...compact(plainJson(hideSecrets(content).config, longest)) };
}

export function actionLines(actions: readonly RuleAction[], names: ConnectorNames): string[] {
  return actions.map((action) => actionLine(action, names));
}

/** `Ops PagerDuty: query matched (onActionGroupChange)` */
function actionLine({ id, group, frequency }: RuleAction, names: ConnectorNames): string {
  const name = names.get(id) ?? (isSystem(id) ? id : `${plainText(id, 60)} (gone)`);
  const { summary, notify_when: often, throttle } = frequency ?? {};
  return `${name}: ${group ?? "every run"}${often ? ` (${summary ? "summary, " : ""}${often}${throttle ? ` ${throttle}` : ""})` : ""}`;
}

/** What a person and an agent see of each rule: who is notified when and how, before and after, and whose API key it runs with. */
export function effectsOnRules(
  rules: readonly { rule: Rule; op: PutRuleOp }[],
  connectors: readonly Connector[],
  owner: string,
): (Effect & { before: Record<string, unknown>; after: Record<string, unknown> })[] {
  const known = new Map(connectors.map((one) => [one.id, one]));
  const names = connectorNames(connectors);
  const shown = new Map<string, string>();
  // If many rules get the same, it is shown once.
  const once = (id: string, actions: ShownAction[]) => {
    if (actions.length === 0) return undefined;
    const first = shown.get(JSON.stringify(actions));
    if (first === undefined) shown.set(JSON.stringify(actions), id);
    return first === undefined ? actions : `as in ${first}`;
  };
  return rules.map(({ rule, op }) => {
    const { id, name, type, space, before, after } = op;
    const { goes, comes } = actionDifference(before, after, names);
    return {
      verb: "update",
      kind: "rule",
      id,
      name,
      type,
      space,
      before: {
        actions: actionLines(before.actions, names),
        ...compact({ goes: once(id, goes) }),
        api_key_owner: rule.api_key_owner ?? "unknown",
        ...putBack(op, "before"),
      },
      after: {
        actions: actionLines(after.actions, names),
        ...compact({ removed: losses([op], known), comes: once(id, comes) }),
        api_key_owner: owner,
        ...putBack(op, "after"),
      },
    };
  });
}

/** Fields that the save changes apart from the actions. Redacted. */
function putBack(op: PutRuleOp, side: "before" | "after"): Record<string, unknown> {
  const fields = Object.entries(op[side].fields ?? {});
  const differ = fields.filter(([name]) => !sameField(name, ownValue(op.before.fields, name), ownValue(op.after.fields, name)));
  return hideSecrets(Object.fromEntries(differ)).config;
}
