import { type Hides, revealed, withoutMarks } from "../../change/marked-rules.ts";
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
  "a secret stood in its actions that this server does not find there now, so nobody here can tell whether somebody changed them since.";

/** What became of a rule's actions since a change. */
export function ruleSince(recorded: PutBack, rule: Rule, hides: Hides): RuleSince {
  const now = ruleState(rule);
  const inverse = withoutMarks(recorded, now, hides);
  const isBefore = sameState(now, revealed(recorded.to, now, hides));
  const isAfter = sameState(now, inverse.expect);
  return {
    inverse,
    isBefore,
    isAfter,
    isUnsure:
      !isBefore &&
      !isAfter &&
      sameState(
        now,
        revealed(recorded.expect, now, () => true),
      ),
  };
}
