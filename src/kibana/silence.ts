import * as z from "zod";
import type { Rule } from "./rule-shape.ts";

const Silence = z.object({
  mute_all: z.boolean().nullish(),
  muted_alert_ids: z.array(z.string()).nullish(),
  is_snoozed_until: z.string().nullish(),
  snooze_schedule: z
    .array(
      z.object({ duration: z.number(), rRule: z.looseObject({ dtstart: z.string(), freq: z.union([z.number(), z.string()]).nullish() }) }),
    )
    .nullish(),
  snoozed_instances: z.array(z.object({ instance_id: z.string(), expires_at: z.string().nullish() })).nullish(),
});

/** Why a rule that runs notifies nobody, by itself. */
export interface Silence {
  /** Until somebody ends it. */
  muted: boolean;
  /** ISO; no later than this: muting counts as a change of the rule (mute_all.ts), as any later change does. */
  mutedSince: string | undefined;
  /** ISO; undefined where it is not snoozed, and where Kibana does not say. */
  snoozedUntil: string | undefined;
  /** ISO; undefined where it recurs. */
  snoozedSince: string | undefined;
  /** How many of its alerts are muted or snoozed by themselves. */
  silentAlerts: number;
}

/** @param now milliseconds since 1970 */
export function silenceOf(rule: Rule, now: number): Silence {
  const read = Silence.safeParse(rule).data ?? {};
  const { mute_all: muted, muted_alert_ids: ids, is_snoozed_until: until, snoozed_instances: alerts } = read;
  const isOn = (end: string | null | undefined) => end == null || Date.parse(end) > now;
  const silent = new Set([...(ids ?? []), ...(alerts ?? []).filter((one) => isOn(one.expires_at)).map((one) => one.instance_id)]);
  const once = (read.snooze_schedule ?? []).filter(({ rRule }) => rRule.freq == null);
  const running = once.filter(({ duration, rRule }) => Date.parse(rRule.dtstart) <= now && Date.parse(rRule.dtstart) + duration > now);
  const [since] = running.map(({ rRule }) => new Date(rRule.dtstart).toISOString()).sort();
  const isSnoozed = until != null && isOn(until);
  return {
    muted: muted ?? false,
    mutedSince: muted ? (rule.updated_at ?? undefined) : undefined,
    snoozedUntil: isSnoozed ? until : undefined,
    snoozedSince: isSnoozed ? since : undefined,
    silentAlerts: silent.size,
  };
}
