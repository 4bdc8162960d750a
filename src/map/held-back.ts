import type { Reader } from "../kibana/reader.ts";
import type { LastNotified, Rule, RuleAction } from "../kibana/rules.ts";
import { plainText } from "../plain-text.ts";
import { milliseconds } from "../rules/frequency.ts";
import { goodToKnow, mayStop, type Obstacle, stops } from "./route.ts";

/** When rules last notified, as far as it was read. */
export interface Notified {
  /** Reads it of those rules that are enabled and have an action with a throttle, up to a limit. */
  read(rules: readonly Rule[]): Promise<void>;
  of(rule: string): LastNotified | undefined;
}

/** Rules of one call of which it is read: each is a request. */
export const mostRead = 20;

/** @param left how many more of one call are read, for all spaces together */
export function lastNotifications(
  reader: Pick<Reader, "lastNotified">,
  space: string,
  left: { rules: number },
  whyNot: (error: unknown) => string,
): Notified {
  const known = new Map<string, LastNotified>();
  return {
    async read(rules) {
      const wanted = rules.filter((rule) => rule.enabled && !known.has(rule.id) && rule.actions.some((one) => throttleOf(one, rule)));
      const now = wanted.slice(0, left.rules);
      left.rules -= now.length;
      await Promise.all(
        now.map(async ({ id }) => {
          try {
            known.set(id, await reader.lastNotified(space, id));
          } catch (error) {
            whyNot(error);
          }
        }),
      );
    },
    of: (rule) => known.get(rule),
  };
}

/** How often an action may run; before 8.6 the rule itself says it. */
function throttleOf({ frequency }: RuleAction, rule: Rule): string | undefined {
  const when = frequency?.notify_when ?? rule.notify_when;
  const throttle = frequency ? frequency.throttle : rule.throttle;
  return when === "onThrottleInterval" && throttle ? throttle : undefined;
}

/** What an action's throttle holds back. @param notified undefined where nobody asked */
export function heldBack(action: RuleAction, rule: Rule, notified: Notified | undefined, now: number): Obstacle[] {
  const throttle = throttleOf(action, rule);
  if (throttle === undefined) return [];
  const often = atMostOnce(throttle);
  if (!notified || !rule.enabled) return [goodToKnow("frequency", often)];
  const last = notified.of(rule.id);
  if (!last) return [mayStop("frequency", `${often}; when it last notified was not read`)];
  const pause = milliseconds(throttle) ?? 0;
  const dates = datesOf(action, last).map(Date.parse);
  const waiting = dates.filter((date) => date + pause > now);
  if (waiting.length === 0) return [goodToKnow("frequency", often)];
  const latest = Math.max(...waiting);
  const text = (what: string) => `notified at ${minute(latest)}, ${often}: ${what} not again before ${minute(latest + pause)}`;
  if (action.frequency?.summary) return [stops("frequency", text("its summary"))];
  return [mayStop("frequency", text(waiting.length === 1 ? "the same alert" : `${waiting.length} alerts`))];
}

export const atMostOnce = (interval: string) => `at most once in ${plainText(interval, 20)}`;

/** An alert that changed its group is not held back. Before 8.8 actions have no uuid in a rule's state: rule_action_helper.ts. */
function datesOf({ uuid, frequency, group, connector_type_id: type }: RuleAction, { alerts, summaries }: LastNotified): string[] {
  const former = `${type}:${frequency?.summary ? "summary" : group}:${frequency?.throttle}`;
  const ofAction = (dates: LastNotified["summaries"] | null | undefined) => (dates?.[uuid ?? ""] ?? dates?.[former])?.date ?? [];
  if (frequency?.summary) return [ofAction(summaries)].flat();
  return alerts.filter((one) => one.group === group).flatMap(({ date, actions }) => (frequency ? ofAction(actions) : date));
}

const minute = (at: number) => `${new Date(at).toISOString().slice(0, 16)}Z`;
