import type { ConnectorType } from "../catalog/connector-type.ts";
import { recipientsIn } from "../catalog/recipients.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { canonicalJson } from "../plain-object.ts";
import { quoted } from "../plain-text.ts";
import { actionKey } from "./same-action.ts";

/** What becomes of actions; undefined for one that goes. */
export type Replaced = Map<RuleAction, RuleAction | undefined>;

/**
 * Puts what was asked for in each of a connector's actions in one group. Of those that then are equal one stays. One that would
 * only repeat an action that is right already goes, unless it reaches somebody else, or runs where that one does not.
 */
export function replaced(
  actions: readonly RuleAction[],
  correct: (action: RuleAction) => RuleAction,
  type: ConnectorType | undefined,
): Replaced {
  const all = actions.map((old) => ({ old, now: correct(old) }));
  const isRight = ({ old, now }: (typeof all)[number]) => actionKey(old) === actionKey(now);
  const reach = ({ params }: RuleAction) => JSON.stringify(recipientsIn(type, { params: params ?? {} }));
  const where = (action: RuleAction) => `${reach(action)} ${canonicalJson(action.alerts_filter ?? null)}`;
  const covered = new Set(all.filter(isRight).map(({ now }) => where(now)));
  const kept = new Set<string>();
  return new Map(
    all.map((one): [RuleAction, RuleAction | undefined] => {
      const { old, now } = one;
      if (isRight(one)) return [old, old];
      const key = actionKey(now);
      if (kept.has(key) || covered.has(where(now)) || covered.has(where({ ...now, alerts_filter: null }))) return [old, undefined];
      kept.add(key);
      return [old, now];
    }),
  );
}

/** What changes, and what is removed, as sentences. */
export function replacedInWords(becomes: Replaced): string[] {
  const changed = [...becomes].filter(([old, now]) => now !== undefined && now !== old).map(([old]) => old);
  const gone = [...becomes].filter(([, now]) => now === undefined).map(([old]) => old);
  const filtered = gone.some((action) => action.alerts_filter != null)
    ? " The conditions (alerts_filter) of what is removed are lost."
    : "";
  const those = (actions: readonly RuleAction[]) => `Its present action${actions.length > 1 ? "s" : ""} in the rule`;
  const are = (actions: readonly RuleAction[]) => (actions.length > 1 ? "are" : "is");
  const which = (actions: readonly RuleAction[]) => [...new Set(actions.map(actionInWords))].join(", ");
  return [
    ...(changed.length > 0 ? [`${those(changed)} ${are(changed)} changed in place: ${which(changed)}.`] : []),
    ...(gone.length > 0 ? [`${those(gone)} ${are(gone)} removed: ${which(gone)}.${filtered}`] : []),
  ];
}

/** `"query matched" (summary, onThrottleInterval 30m)` */
export function actionInWords({ group, frequency }: RuleAction): string {
  const often = [
    frequency?.summary && "summary",
    frequency && `${frequency.notify_when}${frequency.throttle ? ` ${frequency.throttle}` : ""}`,
  ];
  const words = often.filter(Boolean).join(", ");
  return `${quoted(group ?? "every run")}${words ? ` (${words})` : ""}`;
}
