import { currentOrNext, type Recurrence } from "../schedule/recurrence.ts";
import type { Rule } from "../types.ts";

/** A time in which a rule's actions do not run; without an id it was not planned, and there is one at most. */
export interface Snooze {
  id?: string;
  /** Milliseconds. */
  duration: number;
  rRule: Recurrence;
  /** Starts of occurrences that were ended early. */
  skipRecurrences?: string[];
}

/** The snoozes that are on, with the end of each. */
export function runningSnoozes({ snooze_schedule: all }: Rule, now: number): { snooze: Snooze; end: number }[] {
  return all.flatMap((snooze) => {
    const next = currentOrNext(snooze.rRule, snooze.duration, now);
    if (!next || next.start > now || snooze.skipRecurrences?.includes(new Date(next.start).toISOString())) return [];
    return [{ snooze, end: next.end }];
  });
}

/** What Kibana's own pages are told of a rule's snoozes. */
export function snoozeView(rule: Rule, now: number) {
  const running = runningSnoozes(rule, now);
  return {
    snooze_schedule: rule.snooze_schedule,
    is_snoozed_until: running.length > 0 ? new Date(Math.max(...running.map(({ end }) => end))).toISOString() : null,
    active_snoozes: running.flatMap(({ snooze }) => snooze.id ?? []),
  };
}

/** Those with an id. */
export function planned(rule: Rule): Snooze[] {
  return rule.snooze_schedule.filter(({ id }) => id !== undefined);
}

/** Those that are not over for good. */
export function unexpired({ snooze_schedule: all }: Rule, now: number): Snooze[] {
  return all.filter(({ rRule, duration }) => currentOrNext(rRule, duration, now));
}
