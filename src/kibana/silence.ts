import * as z from "zod";
import type { Rule } from "./rule-shape.ts";

const Silence = z.object({
  mute_all: z.boolean().nullish(),
  muted_alert_ids: z.array(z.string()).nullish(),
  is_snoozed_until: z.string().nullish(),
  snoozed_instances: z.array(z.object({ instance_id: z.string(), expires_at: z.string().nullish() })).nullish(),
});

/** Why a rule that runs notifies nobody, by itself. */
export interface Silence {
  /** Until somebody ends it. */
  muted: boolean;
  /** ISO; undefined where it is not snoozed, and where Kibana does not say. */
  snoozedUntil: string | undefined;
  /** How many of its alerts are muted or snoozed by themselves. */
  silentAlerts: number;
}

/** @param now milliseconds since 1970 */
export function silenceOf(rule: Rule, now: number): Silence {
  const { mute_all: muted, muted_alert_ids: ids, is_snoozed_until: until, snoozed_instances: alerts } = Silence.safeParse(rule).data ?? {};
  const isOn = (end: string | null | undefined) => end == null || Date.parse(end) > now;
  const silent = new Set([...(ids ?? []), ...(alerts ?? []).filter((one) => isOn(one.expires_at)).map((one) => one.instance_id)]);
  return { muted: muted ?? false, snoozedUntil: until != null && isOn(until) ? until : undefined, silentAlerts: silent.size };
}
