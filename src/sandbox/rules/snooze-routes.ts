import { randomUUID } from "node:crypto";
import * as z from "zod";
import { notFound, Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import { currentOrNext } from "../schedule/recurrence.ts";
import { customSchedule, recurrence, shownSchedule, storedSchedule } from "../schedule/schemas.ts";
import type { Call, Reply, Route, Rule, State } from "../types.ts";
import { has, type VersionChange } from "../version-changes.ts";
import { changeRule, refuseUnknownAlert } from "./change.ts";
import { planned, runningSnoozes, type Snooze, unexpired } from "./snoozes.ts";
import { ruleOf } from "./stored.ts";

/** Planned ones. */
const most = 5;

const snoozeBody = z.strictObject({
  snooze_schedule: z.strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9_-]+$/, "Key must be lower case, a-z, 0-9, '_', and '-' are allowed")
      .optional(),
    duration: z.number(),
    rRule: recurrence,
  }),
});
const unsnoozeBody = z.strictObject({ schedule_ids: z.array(z.string()).optional() }).nullable();
const scheduleBody = z.strictObject({ schedule: z.strictObject({ custom: customSchedule.optional() }).default({}) });

const condition = z.strictObject({
  type: z.enum(["severity_change", "severity_equals", "field_change"]),
  field: z.string().optional(),
  value: z.string().optional(),
});
const alertBody = z
  .strictObject({
    expires_at: z.string().optional(),
    conditions: z.array(condition).optional(),
    condition_operator: z.enum(["any", "all"]).optional(),
  })
  .nullable();
const alertQuery = z.strictObject({ validate_alerts_existence: z.enum(["true", "false"]).default("true") });

/** The rule with one more snooze, or one replaced. Those that are over for good go. */
function withSnooze(rule: Rule, snooze: Snooze): Pick<Rule, "snooze_schedule" | "mute_all"> {
  if (snooze.duration === -1) return { mute_all: true, snooze_schedule: planned(rule) };
  const all = [...unexpired(rule, Date.now()).filter(({ id }) => id !== snooze.id), snooze];
  if (all.filter(({ id }) => id !== undefined).length > most) throw new Refusal(400, `Rule cannot have more than ${most} snooze schedules`);
  return { mute_all: false, snooze_schedule: all };
}

function snooze(call: Call, state: State): Reply {
  const { snooze_schedule: given } = parseBody(snoozeBody, call);
  const { id, duration, rRule } = given;
  return changeRule(call, state, "snooze", (rule) => withSnooze(rule, { ...(id !== undefined && { id }), duration, rRule }));
}

/** Without ids: what is on now ends, a planned one for this time only. */
function unsnooze(call: Call, state: State): Reply {
  const ids = parseBody(unsnoozeBody, call)?.schedule_ids;
  return changeRule(call, state, "unsnooze", (rule) => {
    if (ids) return { snooze_schedule: rule.snooze_schedule.filter(({ id }) => id === undefined || !ids.includes(id)) };
    const now = Date.now();
    const running = new Set(runningSnoozes(rule, now).map((one) => one.snooze));
    const ended = planned(rule).map((one) =>
      running.has(one) ? { ...one, skipRecurrences: [...(one.skipRecurrences ?? []), startOf(one, now)] } : one,
    );
    return { mute_all: false, snooze_schedule: ended };
  });
}

function startOf({ rRule, duration }: Snooze, now: number): string {
  return new Date(currentOrNext(rRule, duration, now)?.start ?? now).toISOString();
}

function addSchedule(call: Call, state: State): Reply {
  const { custom } = parseBody(scheduleBody, call).schedule;
  if (!custom) throw new Refusal(400, "Custom schedule is required");
  const id = randomUUID();
  const stored = storedSchedule(custom);
  changeRule(call, state, "snooze", (rule) => withSnooze(rule, { id, ...stored }));
  return { status: 200, body: { schedule: { id, custom: shownSchedule(stored.duration, stored.rRule) } } };
}

function removeSchedule(call: Call, state: State): Reply {
  const { schedule = "" } = call.params;
  return changeRule(call, state, "unsnooze", (rule) => {
    if (planned(rule).length === 0) throw new Refusal(400, "Rule has no snooze schedules.");
    if (!planned(rule).some(({ id }) => id === schedule)) throw new Refusal(404, `Rule has no snooze schedule with id ${schedule}.`);
    return { snooze_schedule: rule.snooze_schedule.filter(({ id }) => id !== schedule) };
  });
}

function snoozeAlert(call: Call, state: State): Reply {
  const body = parseBody(alertBody, call) ?? {};
  const { validate_alerts_existence: checked } = parseQuery(alertQuery, call);
  const { alert: instance_id = "" } = call.params;
  if (checked === "true") refuseUnknownAlert(ruleOf(call, state), instance_id, state);
  return changeRule(call, state, "snoozeAlert", (rule) => ({
    snoozed_instances: [...others(rule, instance_id), { instance_id, ...body }],
  }));
}

function unsnoozeAlert(call: Call, state: State): Reply {
  return changeRule(call, state, "unsnoozeAlert", (rule) => ({ snoozed_instances: others(rule, call.params.alert) }));
}

function others({ snoozed_instances: all = [] }: Rule, id: string | undefined) {
  return all.filter(({ instance_id }) => instance_id !== id);
}

function since(change: VersionChange, route: Route): Route {
  return { ...route, handler: (call, state) => (has(state.version, change) ? route.handler(call, state) : notFound()) };
}

const publicRule = "/api/alerting/rule/{id}";
const internalRule = "/internal/alerting/rule/{id}";
export const snoozeRoutes: readonly Route[] = [
  since("snoozing a rule over internal routes", { method: "POST", path: `${internalRule}/_snooze`, handler: snooze }),
  since("snoozing a rule over internal routes", { method: "POST", path: `${internalRule}/_unsnooze`, handler: unsnooze }),
  since("snooze schedules over public routes", { method: "POST", path: `${publicRule}/snooze_schedule`, handler: addSchedule }),
  since("snooze schedules over public routes", {
    method: "DELETE",
    path: `${publicRule}/snooze_schedule/{schedule}`,
    handler: removeSchedule,
  }),
  since("snoozing one alert", { method: "POST", path: `${publicRule}/alert/{alert}/_snooze`, handler: snoozeAlert }),
  since("snoozing one alert", { method: "POST", path: `${publicRule}/alert/{alert}/_unsnooze`, handler: unsnoozeAlert }),
];
