import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { indexAction, replacement } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";
import { atLeast } from "../needs.ts";

const inner = { headers: { "x-elastic-internal-origin": "contract" } };
const publicly = (kibana: Kibana, id: string) => kibana.get(`/api/alerting/rule/${id}`).then((answer) => expectOk(answer));
const internally = (kibana: Kibana, id: string) => kibana.get(`/internal/alerting/rule/${id}`, inner).then((answer) => expectOk(answer));

const inOneHour = () => new Date(Date.now() + 3_600_000).toISOString();
const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const daily = (id: string) => ({ id, duration: 86_400_000, rRule: { dtstart: anHourAgo(), tzid: "UTC", freq: 3, count: 2 } });
const snoozed = (snooze_schedule: object) => ({ snooze_schedule });
const planned = (custom: object) => ({ schedule: { custom } });

/** A rule, a call below its path, and what the rule has then. */
type Change = [file: string, name: string, calls: string[], then: object];

const changes: Change[] = [
  ["create.ts", "a new rule is not muted", [], { mute_all: false, muted_alert_ids: [] }],
  ["mute_all.ts", "a rule can be muted", ["_mute_all"], { mute_all: true, muted_alert_ids: [] }],
  ["unmute_all.ts", "and unmuted", ["_mute_all", "_unmute_all"], { mute_all: false, muted_alert_ids: [] }],
  ["mute_instance.ts", "one alert can be muted", ["alert/1/_mute"], { mute_all: false, muted_alert_ids: ["1"] }],
  ["mute_instance.ts", "an alert is muted once", ["alert/1/_mute", "alert/1/_mute"], { muted_alert_ids: ["1"] }],
  ["unmute_instance.ts", "and unmuted by itself", ["alert/1/_mute", "alert/2/_mute", "alert/1/_unmute"], { muted_alert_ids: ["2"] }],
  ["mute_all.ts", "muting a rule forgets which alerts were muted", ["alert/1/_mute", "_mute_all"], { mute_all: true, muted_alert_ids: [] }],
  ["mute_instance.ts", "an alert of a muted rule is not muted by itself", ["_mute_all", "alert/1/_mute"], { muted_alert_ids: [] }],
  ["update_api_key.ts", "a new API key leaves the revision", ["_update_api_key"], { revision: 0 }],
  ["enable.ts", "a rule that was enabled has its task", ["_enable"], { enabled: true, scheduled_task_id: "<id>" }],
  ["disable.ts", "and keeps it when it is disabled", ["_enable", "_disable"], { enabled: false, scheduled_task_id: "<id>" }],
];

const refusedSchedules: [where: string, custom: object, message: string][] = [
  ["start", { start: "x", duration: "1h" }, "Invalid schedule start date: x"],
  ["duration", { duration: "1x" }, "Invalid schedule duration format: 1x"],
  ["recurring.every", { recurring: { every: "1x" } }, "'every' string of recurring schedule is not valid : 1x"],
  ["recurring.end", { recurring: { every: "1d", end: "x" } }, "Invalid schedule end date: x"],
  ["recurring.onWeekDay", { recurring: { every: "1w", onWeekDay: ["XX"] } }, "Invalid onWeekDay values in recurring schedule: XX"],
  ["recurring.onMonthDay.0", { recurring: { every: "1M", onMonthDay: [32] } }, "Value must be equal to or lower than [31]."],
  ["recurring.onMonth.0", { recurring: { every: "1y", onMonth: [13] } }, "Value must be equal to or lower than [12]."],
  ["recurring.occurrences", { recurring: { every: "1d", occurrences: 0 } }, "Value must be equal to or greater than [1]."],
];

const publicSnooze = { since: "9.1" };

export const ruleState: Case[] = [
  ...changes.map(([file, name, calls, then]) =>
    verified(file, name, async (kibana) => {
      const { id } = await kibana.rule();
      for (const call of calls) {
        const unchecked = call.endsWith("/_mute") && atLeast(kibana.deployment, "9.3") ? "?validate_alerts_existence=false" : "";
        expect(await kibana.post(`/api/alerting/rule/${id}/${call}${unchecked}`)).toMatchObject({ status: 204, text: "" });
      }
      expect(await publicly(kibana, id)).toMatchObject(JSON.parse(JSON.stringify(then).replace("<id>", id)));
    }),
  ),
  verified("create.ts", "a rule that was never enabled has no task", async (kibana) => {
    const rule = await kibana.rule();
    expect(rule).toMatchObject({ enabled: false, running: false });
    expect(rule.scheduled_task_id).toBeUndefined();
  }),
  ...["_mute_all", "_unmute_all", "alert/1/_mute", "alert/1/_unmute", "_update_api_key", "_enable", "_disable"].map((call) =>
    verified("mute_all.ts", `${call} of a rule that is not there, or in another space, is not found`, async (kibana) => {
      const { id } = await kibana.rule();
      const missing = kibana.newUuid();
      const path = (rule: string) => `/api/alerting/rule/${rule}/${call}`;
      expectRefusal(await kibana.post(path(missing)), 404, `Saved object [alert/${missing}] not found`);
      expectRefusal(await kibana.post(path(id), {}, { space: kibana.otherSpace }), 404, `Saved object [alert/${id}] not found`);
    }),
  ),
  verified(
    "mute_instance.ts",
    "an alert that is not there can be muted only unchecked",
    async (kibana) => {
      const { id } = await kibana.rule();
      const message = `Alert instance with id "1" does not exist for rule with id "${id}"`;
      expectRefusal(await kibana.post(`/api/alerting/rule/${id}/alert/1/_mute`), 404, message);
    },
    { since: "9.3" },
  ),
  verified("update.ts", "PUT leaves what is muted and snoozed", async (kibana) => {
    const rule = await kibana.rule();
    await kibana.post(`/internal/alerting/rule/${rule.id}/_snooze`, snoozed(daily("kept")), inner);
    await kibana.post(`/api/alerting/rule/${rule.id}/_mute_all`);
    expectOk(await kibana.put(`/api/alerting/rule/${rule.id}`, replacement(rule, { name: "Other" })));
    expect(await internally(kibana, rule.id)).toMatchObject({ mute_all: true, snooze_schedule: [{ id: "kept" }], revision: 1 });
  }),

  verified("snooze.ts", "a rule snoozed over the internal route says until when", async (kibana) => {
    const { id } = await kibana.rule();
    expect((await internally(kibana, id)).snooze_schedule).toEqual([]);
    const rRule = { dtstart: anHourAgo(), tzid: "UTC", count: 1 };
    expect((await kibana.post(`/internal/alerting/rule/${id}/_snooze`, snoozed({ duration: 7_200_000, rRule }), inner)).status).toBe(204);
    const found = await internally(kibana, id);
    expect(found).toMatchObject({ mute_all: false, snooze_schedule: [{ duration: 7_200_000, rRule }] });
    expect(Date.parse(found.is_snoozed_until)).toBe(Date.parse(rRule.dtstart) + 7_200_000);
    expect((await kibana.post(`/internal/alerting/rule/${id}/_unsnooze`, {}, inner)).status).toBe(204);
    expect(await internally(kibana, id)).toMatchObject({ snooze_schedule: [], is_snoozed_until: null });
  }),
  verified("snooze.ts", "a planned snooze that is on is among the active ones, and one to come is not", async (kibana) => {
    const { id } = await kibana.rule();
    const later = { id: "later", duration: 1000, rRule: { dtstart: inOneHour(), tzid: "UTC", count: 1 } };
    for (const one of [daily("now"), later]) await kibana.post(`/internal/alerting/rule/${id}/_snooze`, snoozed(one), inner);
    const found = await internally(kibana, id);
    expect(found.active_snoozes).toEqual(["now"]);
    expect(found.snooze_schedule.map((one: { id: string }) => one.id)).toEqual(["now", "later"]);
    await kibana.post(`/internal/alerting/rule/${id}/_unsnooze`, { schedule_ids: ["now"] }, inner);
    expect((await internally(kibana, id)).snooze_schedule).toHaveLength(1);
  }),
  verified("snooze.ts", "a duration of -1 mutes the rule", async (kibana) => {
    const { id } = await kibana.rule();
    const forever = { duration: -1, rRule: { dtstart: anHourAgo(), tzid: "UTC", count: 1 } };
    await kibana.post(`/internal/alerting/rule/${id}/_snooze`, snoozed(forever), inner);
    expect(await internally(kibana, id)).toMatchObject({ mute_all: true, snooze_schedule: [] });
  }),
  verified("snooze.ts", "a time zone that is none is refused", async (kibana) => {
    const { id } = await kibana.rule();
    const bad = { duration: 1000, rRule: { dtstart: inOneHour(), tzid: "nowhere" } };
    const answer = await kibana.post(`/internal/alerting/rule/${id}/_snooze`, snoozed(bad), inner);
    expectRefusal(answer, 400, "[request body.snooze_schedule.rRule.tzid]: string is not a valid timezone: nowhere");
  }),
  verified("snooze.ts", "of planned snoozes a rule has five at most", async (kibana) => {
    const { id } = await kibana.rule();
    const answers = [];
    for (const n of [1, 2, 3, 4, 5, 6])
      answers.push(await kibana.post(`/internal/alerting/rule/${id}/_snooze`, snoozed(daily(`s-${n}`)), inner));
    expect(answers.slice(0, 5).map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expectRefusal(answers[5] ?? expect.fail(), 400, "Rule cannot have more than 5 snooze schedules");
  }),

  verified(
    "snooze.ts (public)",
    "a schedule comes back with its id and time zone, and can be removed once",
    async (kibana) => {
      const { id } = await kibana.rule();
      const custom = { start: inOneHour(), duration: "10h", recurring: { every: "1w", onWeekDay: ["MO", "FR"], occurrences: 5 } };
      const { schedule } = expectOk(await kibana.post(`/api/alerting/rule/${id}/snooze_schedule`, planned(custom)));
      expect(schedule).toEqual({ id: expect.any(String), custom: { ...custom, timezone: "UTC" } });
      expect(await internally(kibana, id)).toMatchObject({
        snooze_schedule: [{ id: schedule.id, duration: 36_000_000, rRule: { freq: 2 } }],
      });
      const path = `/api/alerting/rule/${id}/snooze_schedule/${schedule.id}`;
      expect((await kibana.delete(path)).status).toBe(204);
      expectRefusal(await kibana.delete(path), 400, "Rule has no snooze schedules.");
    },
    publicSnooze,
  ),
  verified(
    "unsnooze.ts (public)",
    "a schedule that is not there is not found",
    async (kibana) => {
      const { id } = await kibana.rule();
      await kibana.post(`/api/alerting/rule/${id}/snooze_schedule`, planned({ start: inOneHour(), duration: "1h" }));
      const answer = await kibana.delete(`/api/alerting/rule/${id}/snooze_schedule/nope`);
      expectRefusal(answer, 404, "Rule has no snooze schedule with id nope.");
    },
    publicSnooze,
  ),
  ...refusedSchedules.map(([where, given, message]) =>
    verified(
      "snooze.ts (public)",
      `a schedule with a bad ${where} is refused`,
      async (kibana) => {
        const { id } = await kibana.rule();
        const answer = await kibana.post(
          `/api/alerting/rule/${id}/snooze_schedule`,
          planned({ start: inOneHour(), duration: "1h", ...given }),
        );
        expectRefusal(answer, 400, `[request body.schedule.custom.${where}]: ${message}`);
      },
      publicSnooze,
    ),
  ),
  verified(
    "snooze_alert.ts",
    "one alert can be snoozed and unsnoozed",
    async (kibana) => {
      const { id } = await kibana.rule();
      const path = `/api/alerting/rule/${id}/alert/1`;
      const expires_at = inOneHour();
      expect((await kibana.post(`${path}/_snooze?validate_alerts_existence=false`, { expires_at })).status).toBe(204);
      expect((await kibana.post(`${path}/_unsnooze`)).status).toBe(204);
    },
    { since: "9.5" },
  ),

  verified("health.ts", "the health of alerting has three parts", async (kibana) => {
    const found = expectOk(await kibana.get("/api/alerting/_health"));
    expect(found).toMatchObject({ is_sufficiently_secure: expect.any(Boolean), has_permanent_encryption_key: expect.any(Boolean) });
    for (const part of ["decryption_health", "execution_health", "read_health"]) {
      expect(found.alerting_framework_health[part]).toEqual({ status: expect.any(String), timestamp: expect.any(String) });
    }
  }),
  verified(
    "health.ts",
    "nobody without a privilege sees it",
    async (kibana) => {
      const answer = await kibana.get("/api/alerting/_health", { as: "nobody" });
      expectRefusal(answer, 403, "Unauthorized to access alerting framework health");
    },
    { needs: ["a key without privileges"] },
  ),
  ...[
    ["_mute_all", "muteAll"],
    ["_unmute_all", "unmuteAll"],
    ["alert/1/_mute?validate_alerts_existence=false", "muteAlert"],
    ["alert/1/_unmute", "unmuteAlert"],
    ["_update_api_key", "updateApiKey"],
    ["_enable", "enable"],
    ["_disable", "disable"],
  ].map(([call, operation]) =>
    verified(
      "mute_all.ts",
      `${operation} needs a privilege`,
      async (kibana) => {
        const { id } = await kibana.rule();
        const answer = await kibana.post(`/api/alerting/rule/${id}/${call}`, {}, { as: "nobody" });
        expectRefusal(answer, 403, `Unauthorized by "stackAlerts" to ${operation} ".index-threshold" rule`);
      },
      { needs: ["a key without privileges"] },
    ),
  ),
  verified("mute_all.ts", "a rule with actions is muted like any other", async (kibana) => {
    const { id: connector } = await kibana.connector();
    const { id } = await kibana.rule({ actions: [indexAction(connector)] });
    expect((await kibana.post(`/api/alerting/rule/${id}/_mute_all`)).status).toBe(204);
  }),
  ...["_mute_all", "_unmute_all", "alert_instance/1/_mute", "alert_instance/1/_unmute", "_update_api_key", "_enable", "_disable"].map(
    (call) =>
      verified(
        "mute_all.ts",
        `${call} has its name from before 7.13 too`,
        async (kibana) => {
          const { id } = await kibana.rule();
          expect((await kibana.post(`/api/alerts/alert/${id}/${call}`)).status).toBe(204);
        },
        { until: "9.0" },
      ),
  ),
];
