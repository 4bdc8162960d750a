import { isDeepStrictEqual } from "node:util";
import type { Effect, PutRuleOp } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { ownValue } from "../../plain-object.ts";
import { plainJson, plainText, word } from "../../plain-text.ts";
import { isSystem, type RuleState, sameField } from "../../rules/rule-state.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";
import { losses } from "./lost-by-rules.ts";

/** Characters of one text of an action. */
const longest = 300;

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
export function actionDifference(before: RuleState, after: RuleState, connectors: readonly Connector[]): Difference {
  const left = [...after.actions];
  const take = (fits: (one: RuleAction) => boolean) => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const same = before.actions.map((action) => take((one) => isDeepStrictEqual(one, action)));
  const pairs = before.actions.flatMap((action, at) => {
    if (same[at]) return [];
    const becomes =
      action.uuid == null ? take((one) => one.id === action.id && one.group === action.group) : take((one) => one.uuid === action.uuid);
    return [{ action, becomes }];
  });
  const shown: Difference = { goes: [], comes: [] };
  for (const { action, becomes } of pairs) {
    const [goes, comes] = [contentOf(action), becomes && contentOf(becomes)];
    if (!comes || !becomes) shown.goes.push(shownAction(action, goes, connectors));
    else if (!isDeepStrictEqual(goes, comes)) {
      shown.goes.push(shownAction(action, differing(goes, comes), connectors));
      shown.comes.push(shownAction(becomes, differing(comes, goes), connectors));
    }
  }
  shown.comes.push(...left.map((action) => shownAction(action, contentOf(action), connectors)));
  return { goes: folded(shown.goes), comes: folded(shown.comes) };
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

function shownAction(action: RuleAction, content: Record<string, unknown>, connectors: readonly Connector[]): ShownAction {
  return { action: actionLine(action, connectors), ...compact(plainJson(hideSecrets(content).config, longest)) };
}

export function actionLines({ actions }: RuleState, connectors: readonly Connector[]): string[] {
  return actions.map((action) => actionLine(action, connectors));
}

/** `Ops PagerDuty: query matched (onActionGroupChange)`; with the id if the name is not unique. */
function actionLine({ id, group, frequency }: RuleAction, connectors: readonly Connector[]): string {
  const known = connectors.find((connector) => connector.id === id);
  const twins = connectors.filter((one) => one.name === known?.name).length > 1;
  const name = known
    ? `${plainText(known.name, 60)}${twins ? ` (${word(known.id)})` : ""}`
    : isSystem(id)
      ? id
      : `${plainText(id, 60)} (gone)`;
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
    const { goes, comes } = actionDifference(before, after, connectors);
    return {
      verb: "update",
      kind: "rule",
      id,
      name,
      type,
      space,
      before: {
        actions: actionLines(before, connectors),
        ...compact({ goes: once(id, goes) }),
        api_key_owner: rule.api_key_owner ?? "unknown",
        ...putBack(op, "before"),
      },
      after: {
        actions: actionLines(after, connectors),
        ...compact({ removed: losses([op], known), comes: once(id, comes) }),
        api_key_owner: owner,
        ...putBack(op, "after"),
      },
    };
  });
}

/** Fields that the save changes apart from the actions. */
function putBack(op: PutRuleOp, side: "before" | "after"): Record<string, unknown> {
  const fields = Object.entries(op[side].fields ?? {});
  return Object.fromEntries(fields.filter(([name]) => !sameField(name, ownValue(op.before.fields, name), ownValue(op.after.fields, name))));
}
