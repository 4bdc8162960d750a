import { isMarked, revealed } from "../../change/marked-rules.ts";
import type { Inverse } from "../../change/undo.ts";
import type { Rule } from "../../kibana/rules.ts";
import { ruleState, sameState } from "../../rules/rule-state.ts";

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
