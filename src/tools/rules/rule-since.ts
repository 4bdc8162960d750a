import { isMarked, revealed } from "../../change/marked-rules.ts";
import type { Inverse } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import { ruleState, sameState } from "../../rules/rule-state.ts";
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
  /** Whether somebody changed its actions since cannot be told. */
  isUnsure: boolean;
}

export const cannotTell =
  "a secret stood in its actions that is not found there now, so nobody here can tell whether somebody changed them since. Restore it by hand.";

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
  return {
    inverse: { ...recorded, expect, to },
    isBefore,
    isAfter,
    isUnsure: !isBefore && !isAfter && isMarked({ ...expect, fields: {} }),
  };
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
