import type { GoneActions, PutRuleOp } from "../../change/op.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { quoted, word } from "../../plain-text.ts";
import { isSystem, type RuleState } from "../../rules/rule-state.ts";
import { actionKey, paired, uuidOf } from "../../rules/same-action.ts";
import { compact } from "../fields.ts";

/** The actions that a rule loses. One that moves to another connector, or is fixed, is not lost. */
function removedActions({ before, after }: { before: RuleState; after: RuleState }): RuleAction[] {
  const group = (action: RuleAction) => (uuidOf(action) === undefined ? (action.group ?? "") : undefined);
  return paired(before.actions, after.actions, uuidOf, actionKey, group).gone;
}

/** A rule's connectors that are gone, with how many of their actions the new state drops. */
export function goneActions(before: RuleState, after: RuleState, known: ReadonlyMap<string, Connector>): GoneActions[] {
  const removed = grouped(removedActions({ before, after }), ({ id }) => id);
  const dead = before.actions.filter(({ id }) => !isSystem(id) && !known.has(id));
  return [...new Map(dead.map((action) => [action.id, action])).values()].map(
    ({ id, connector_type_id: type }) => compact({ id, type: type ?? undefined, actions: removed.get(id)?.length ?? 0 }) as GoneActions,
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
    for (const [id, mine] of grouped(removed, (action) => action.id)) {
      const { actions = 0, rules = 0 } = lost.get(id) ?? {};
      lost.set(id, { type: mine[0]?.connector_type_id ?? undefined, actions: actions + mine.length, rules: rules + 1 });
    }
  }
  return [...lost].map(([id, { type, actions, rules }]) => {
    const connector = known.get(id);
    const named = connector
      ? `${quoted(connector.name, 60)} (${word(id)})`
      : `${quoted(id, 60)} (${isSystem(id) ? "system" : ["gone", type].filter((one) => one !== undefined).join(", ")})`;
    return `${actions} action${actions === 1 ? "" : "s"} of ${named}${ops.length > 1 ? ` in ${rules} rule${rules === 1 ? "" : "s"}` : ""}`;
  });
}
