import { isDeepStrictEqual } from "node:util";
import type { GoneActions, PutRuleOp } from "../../change/plan.ts";
import { needsNote } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { isSystem, type RuleState } from "../../rules/rule-state.ts";
import { compact } from "../fields.ts";

/** The actions that a rule loses. One that moves to another connector, or is fixed, is not lost. */
function removedActions({ before, after }: { before: RuleState; after: RuleState }): RuleAction[] {
  const fresh = after.actions.filter((action) => !before.actions.some((one) => isDeepStrictEqual(one, action)));
  const stays = (action: RuleAction) =>
    action.uuid === undefined || action.uuid === null
      ? // Before 8.7 actions have no uuid.
        after.actions.some((one) => isDeepStrictEqual(one, action)) || fresh.some((one) => one.group === action.group)
      : after.actions.some((one) => one.uuid === action.uuid);
  return before.actions.filter((action) => !stays(action));
}

/** A rule's connectors that are gone, with how many of their actions the new state drops. */
export function goneActions(before: RuleState, after: RuleState, known: ReadonlyMap<string, Connector>): GoneActions[] {
  const removed = removedActions({ before, after });
  const dead = before.actions.filter(({ id }) => !isSystem(id) && !known.has(id));
  return [...new Map(dead.map((action) => [action.id, action])).values()].map(
    ({ id, connector_type_id: type }) =>
      compact({ id, type: type ?? undefined, actions: removed.filter((action) => action.id === id).length }) as GoneActions,
  );
}

/**
 * What rules lose, one text per connector: `2 actions of "Ops Slack" (ops-slack) in 2 rules`, `1 action of "old" (gone, .slack)`.
 * @param except a connector that the summary names already
 */
export function losses(ops: readonly PutRuleOp[], known: ReadonlyMap<string, Connector>, except?: string): string[] {
  const lost = new Map<string, { type: string | undefined; actions: number; rules: number }>();
  for (const op of ops) {
    const removed = removedActions(op).filter((action) => action.id !== except);
    for (const id of new Set(removed.map((action) => action.id))) {
      const mine = removed.filter((action) => action.id === id);
      const { actions = 0, rules = 0 } = lost.get(id) ?? {};
      lost.set(id, { type: mine[0]?.connector_type_id ?? undefined, actions: actions + mine.length, rules: rules + 1 });
    }
  }
  return [...lost].map(([id, { type, actions, rules }]) => {
    const connector = known.get(id);
    const named = connector
      ? `${quoted(connector.name, 60)} (${plainText(id, 60)})`
      : `${quoted(id, 60)} (${isSystem(id) ? "system" : ["gone", type].filter((one) => one !== undefined).join(", ")})`;
    return `${actions} action${actions === 1 ? "" : "s"} of ${named}${ops.length > 1 ? ` in ${rules} rule${rules === 1 ? "" : "s"}` : ""}`;
  });
}

/** Which connectors have to come back before these writes can be undone. */
export function undoWarning(ops: readonly PutRuleOp[]): string[] {
  const note = needsNote(ops.flatMap(({ gone }) => gone.map(({ id }) => id)));
  return note === undefined ? [] : [note];
}
