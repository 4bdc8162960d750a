import type { Rule } from "../kibana/rules.ts";
import { longer, onChange } from "./frequency.ts";
import { isSystem, type RuleState } from "./rule-state.ts";
import type { Frequency } from "./wanted.ts";

/**
 * The frequency of the rule itself, as before 8.6: it cannot exist beside actions with frequencies of their own
 * (reference/kibana-api.md §6.1), so each action gets it, as in Kibana's own form. Undefined where there is none.
 */
export function frequencyOfOld({ actions, notify_when: notify, throttle, schedule }: Rule): Frequency | undefined {
  const bare = actions.some((action) => !action.frequency && !isSystem(action.id));
  if (!bare) return undefined;
  // A throttle below the interval, which only a rule itself may have, held nothing back: that is onActiveAlert.
  const heldBack = throttle && longer(throttle, schedule.interval) === throttle;
  return ofRuleItself({ notify_when: notify ?? null, throttle: heldBack ? throttle : null });
}

/** How often the actions of a rule run that have no frequency of their own, in the form that they would have it. */
export function ofRuleItself({ notify_when: notify, throttle }: Pick<RuleState, "notify_when" | "throttle">): Frequency {
  const often = notify ?? (throttle ? "onThrottleInterval" : "onActiveAlert");
  if (often === "onThrottleInterval" && throttle) return { summary: false, notify_when: often, throttle };
  return { ...onChange, notify_when: often === "onActionGroupChange" ? often : "onActiveAlert" };
}

/** What becomes of it, as a sentence. @param moves whether an action stays that has none of its own */
export function legacyInWords({ notify_when, throttle }: Frequency, moves: boolean): string {
  const becomes = moves ? "it moves into each action that stays, which then runs as often as before" : "no action that stays goes by it";
  return `The rule uses the deprecated frequency of the rule itself (${notify_when}${throttle ? ` ${throttle}` : ""}): ${becomes}.`;
}
