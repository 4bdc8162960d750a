import { describe, expect, test } from "vitest";
import { kibana } from "./kibana.ts";

const { call, get } = await kibana();
const action = {
  group: "threshold met",
  id: "kibana-log",
  params: { message: "m" },
  frequency: { summary: false, notify_when: "onActiveAlert", throttle: null },
};
const rule = "loud";
await call("POST", `/api/alerting/rule/${rule}`, {
  name: "Loud",
  rule_type_id: ".index-threshold",
  consumer: "stackAlerts",
  schedule: { interval: "1m" },
  actions: [action],
});
const path = `/api/alerting/rule/${rule}`;
const inner = { "kbn-xsrf": "true", "x-elastic-internal-origin": "test" };
const fire = async (alerts: string[]) =>
  (await call("POST", `/sandbox/rules/${rule}/fire`, { state: "active", alerts })).body.actions.length;
const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();

describe("a rule runs no actions", () => {
  test.each([
    ["that is muted", `${path}/_mute_all`, {}, `${path}/_unmute_all`],
    [
      "that is snoozed",
      `/internal/alerting/rule/${rule}/_snooze`,
      { snooze_schedule: { duration: 7_200_000, rRule: { dtstart: anHourAgo, tzid: "UTC" } } },
      `/internal/alerting/rule/${rule}/_unsnooze`,
    ],
  ])("%s", async (_, silence, body, end) => {
    expect(await fire(["a"])).toBe(1);
    expect((await call("POST", silence, body, inner)).status).toBe(204);
    expect(await fire(["a"])).toBe(0);
    expect((await call("POST", end, {}, inner)).status).toBe(204);
    expect(await fire(["a"])).toBe(1);
  });

  test("in a maintenance window of its space", async () => {
    const custom = { start: anHourAgo, duration: "2h" };
    const { body } = await call("POST", "/api/maintenance_window", { title: "t", schedule: { custom } });
    expect(await fire(["a"])).toBe(0);
    const dump = (await get("/sandbox/state")).body.maintenance_windows;
    expect(dump).toMatchObject([{ id: body.id, space: "default" }]);
    await call("DELETE", `/api/maintenance_window/${body.id}`);
    expect(await fire(["a"])).toBe(1);
  });

  test("for an alert that is muted or snoozed by itself", async () => {
    expect(await fire(["a", "b"])).toBe(2);
    expect((await call("POST", `${path}/alert/b/_mute`, {})).status).toBe(204);
    expect(await fire(["a", "b"])).toBe(1);
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    expect((await call("POST", `${path}/alert/a/_snooze`, { expires_at })).status).toBe(204);
    expect(await fire(["a", "b"])).toBe(0);
    for (const end of ["alert/b/_unmute", "alert/a/_unsnooze"]) await call("POST", `${path}/${end}`, {});
    expect(await fire(["a", "b"])).toBe(2);
  });
});
