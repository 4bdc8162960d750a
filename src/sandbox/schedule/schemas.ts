import * as z from "zod";
import type { Recurrence } from "./recurrence.ts";

const day = /^(?:[+-][1-5])?(?:MO|TU|WE|TH|FR|SA|SU)$/;
const time = /^(\d+)([smhd])$/;

/** A text that must satisfy a test; Kibana quotes it after `words`. */
function text(words: string, fits: (value: string) => boolean) {
  return z.string().superRefine((value, ctx) => {
    if (!fits(value)) ctx.addIssue({ code: "custom", message: `${words}: ${value}` });
  });
}

const isDate = (value: string) => !Number.isNaN(Date.parse(value));

/** `schedule.custom` of snoozes and maintenance windows; source: alerting/common/routes/schedule/schema/v1.ts. */
export const customSchedule = z.strictObject({
  start: text("Invalid schedule start date", isDate),
  duration: text("Invalid schedule duration format", (value) => value === "-1" || time.test(value)),
  timezone: text("Invalid schedule timezone", isTimeZone).optional(),
  recurring: z
    .strictObject({
      end: text("Invalid schedule end date", isDate).optional(),
      every: text("'every' string of recurring schedule is not valid ", (value) => /^\d+[dwMy]$/.test(value)).optional(),
      onWeekDay: z
        .array(z.string())
        .min(1)
        .superRefine((days, ctx) => {
          if (days.every((one) => day.test(one))) return;
          ctx.addIssue({ code: "custom", message: `Invalid onWeekDay values in recurring schedule: ${days.join(",")}` });
        })
        .optional(),
      onMonthDay: z.array(z.number().min(1).max(31)).min(1).optional(),
      onMonth: z.array(z.number().min(1).max(12)).min(1).optional(),
      occurrences: z.number().min(1).optional(),
    })
    .optional(),
});
export type CustomSchedule = z.infer<typeof customSchedule>;

const weekdayOrNumber = z.union([text("rRule byweekday values must be MO, TU and so on", (value) => day.test(value)), z.number()]);

/** `rRule` and `r_rule` of the internal routes; source: alerting/common/routes/r_rule/request/schemas/v1.ts. */
export const recurrence = z.strictObject({
  dtstart: text("Invalid date", isDate),
  tzid: text("string is not a valid timezone", isTimeZone),
  freq: z.number().min(0).max(6).optional(),
  interval: z.number().min(1).optional(),
  count: z.number().min(1).optional(),
  until: text("Invalid date", isDate).optional(),
  byweekday: z.array(weekdayOrNumber).nullable().optional(),
  bymonthday: z.array(z.number().min(1).max(31)).nullable().optional(),
  bymonth: z.array(z.number().min(1).max(12)).nullable().optional(),
  byhour: z.array(z.number()).nullable().optional(),
  byminute: z.array(z.number()).nullable().optional(),
  bysecond: z.array(z.number()).nullable().optional(),
  bysetpos: z.array(z.number()).nullable().optional(),
  byweekno: z.array(z.number()).nullable().optional(),
  byyearday: z.array(z.number()).nullable().optional(),
  wkst: z.string().optional(),
}) satisfies z.ZodType<Recurrence>;

const frequencies = ["y", "M", "w", "d"];
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How it is stored; a duration of -1 never ends. */
export function storedSchedule({ start, duration, timezone = "UTC", recurring }: CustomSchedule): { duration: number; rRule: Recurrence } {
  const { every, end, occurrences, onWeekDay, onMonthDay, onMonth } = recurring ?? {};
  const [, interval, frequency = ""] = /^(\d+)(.)$/.exec(every ?? "") ?? [];
  const [, amount, unit = ""] = time.exec(duration) ?? [];
  const rRule: Recurrence = {
    dtstart: start,
    tzid: timezone,
    ...(every
      ? { freq: frequencies.indexOf(frequency), interval: Number(interval) }
      : recurring && { freq: onMonthDay || onMonth ? 1 : 2 }),
    ...(end && { until: end }),
    ...(occurrences && { count: occurrences }),
    ...(onWeekDay && { byweekday: onWeekDay }),
    ...(onMonthDay && { bymonthday: onMonthDay }),
    ...(onMonth && { bymonth: onMonth }),
  };
  return { duration: duration === "-1" ? -1 : Number(amount) * (units[unit] ?? 0), rRule };
}

/** The way back. */
export function shownSchedule(durationMs: number, { dtstart, tzid, freq, interval, until, count, ...by }: Recurrence): CustomSchedule {
  const recurring = {
    ...(until && { end: until }),
    ...(freq !== undefined && interval !== undefined && { every: `${interval}${frequencies[freq] ?? "d"}` }),
    ...(by.byweekday && { onWeekDay: by.byweekday.map(String) }),
    ...(by.bymonthday && { onMonthDay: by.bymonthday }),
    ...(by.bymonth && { onMonth: by.bymonth }),
    ...(count && freq !== undefined && { occurrences: count }),
  };
  return {
    start: dtstart,
    duration: shownDuration(durationMs),
    timezone: tzid,
    ...(Object.keys(recurring).length > 0 && { recurring }),
  };
}

function shownDuration(durationMs: number): string {
  if (durationMs < 0) return "-1";
  const [unit = "s", size = 1000] =
    ["d", "h", "m"].map((name) => [name, units[name] ?? 1] as const).find(([, ms]) => durationMs % ms === 0) ?? [];
  return `${durationMs / size}${unit}`;
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
