import { isMarked, revealed } from "../../change/marked-rules.ts";
import type { Inverse } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { canonicalJson } from "../../plain-object.ts";
import { quoted } from "../../plain-text.ts";
import { comparableAction, type RuleState, ruleState, sameState } from "../../rules/rule-state.ts";
import { actionKey, paired } from "../../rules/same-action.ts";

type PutBack = Extract<Inverse, { op: "put_rule" }>;

/** A rule against what the journal has of a change of it. */
export interface RuleSince {
  /** With the texts that the rule has in place of marks. */
  inverse: PutBack;
  /** Its actions are as before the change. */
  isBefore: boolean;
  /** Its actions are as the change left them. */
  isAfter: boolean;
  /**
   * They were changed since beside those that the change added, and it did no more: `inverse` then takes these out of what the rule
   * has now.
   */
  isBeside: boolean;
  /** Others changed them since, and nothing is left of what the change added; it did no more. */
  isOut: boolean;
  /** Whether somebody changed its actions since cannot be told. */
  isUnsure: boolean;
}

export const cannotTell =
  "a secret stood in its actions that is not found there now, so nobody here can tell whether somebody changed them since. Restore it by hand.";

export const besideInWords = "The actions were changed since: what that change added goes, and the others stay as they are now.";
export const outInWords = "What that change added is gone from it already.";

/**
 * What became of a rule's actions since a change.
 * @param key the journal's
 */
export function ruleSince(recorded: PutBack, rule: Rule, key: Buffer | undefined): RuleSince {
  const now = ruleState(rule);
  const expect = revealed(recorded.expect, recorded.digests.after, now, key);
  const to = revealed(recorded.to, recorded.digests.before, now, key);
  const isBefore = sameState(now, to);
  const isAfter = sameState(now, expect);
  const isUnsure = !isBefore && !isAfter && isMarked({ ...expect, fields: {} });
  const others = isBefore || isAfter || isUnsure ? undefined : besideAdded(expect, to, now);
  const inverse =
    others?.rest === undefined
      ? { ...recorded, expect, to }
      : {
          ...recorded,
          expect: { ...expect, actions: now.actions },
          to: { ...to, actions: others.rest },
          digests: { before: [], after: [] },
        };
  return { inverse, isBefore, isAfter, isBeside: others?.rest !== undefined, isOut: others?.isOut ?? false, isUnsure };
}

/**
 * What a rule has now besides the actions that a change added, where these are as it left them; undefined where it did more than add.
 */
function besideAdded(left: RuleState, before: RuleState, now: RuleState): { rest?: RuleAction[]; isOut: boolean } | undefined {
  const often = [left, before, now].map(({ notify_when, throttle }) => JSON.stringify([notify_when, throttle]));
  const { gone, fresh: added } = paired(before.actions, left.actions, contentKey);
  if (new Set(often).size > 1 || gone.length > 0 || added.length === 0) return undefined;
  const { gone: lost, fresh: rest } = paired(added, now.actions, contentKey);
  return lost.length === 0 ? { rest, isOut: false } : { isOut: !added.some(({ id }) => now.actions.some((one) => one.id === id)) };
}

/** What an action does; Kibana gives each new one a uuid. */
function contentKey(action: RuleAction): string {
  const { uuid: _uuid, ...content } = comparableAction(action);
  return canonicalJson(content);
}

/** Why actions cannot come back: somebody gave a connector's id to one of another type, which would not take their params. */
export function nowOfAnotherType(
  now: readonly RuleAction[],
  then: readonly RuleAction[],
  known: ReadonlyMap<string, Connector>,
): string | undefined {
  const other = paired(now, then, actionKey).fresh.find(({ id, connector_type_id: type }) => {
    const found = known.get(id);
    return found !== undefined && type != null && found.type !== type;
  });
  return (
    other &&
    `The id ${quoted(other.id, 60)} now belongs to a connector of type ${known.get(other.id)?.type}, and its action was for ${other.connector_type_id}.`
  );
}
