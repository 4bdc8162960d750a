import { describe, expect, test } from "vitest";
import { kibana, refusal } from "./kibana.ts";

const rule = "/api/alerting/rule/high-cpu-on-web-hosts";
const internal = "/internal/alerting/rule/high-cpu-on-web-hosts";
const seeded = { dashboards: [{ id: "web-hosts-overview" }], investigation_guide: { blob: expect.stringContaining("deployment") } };
const none = { dashboards: [], investigation_guide: { blob: "" } };
const body = { name: "High CPU on web hosts", schedule: { interval: "1m" } };
const own = { "x-elastic-internal-origin": "test", "kbn-xsrf": "true" };

/** reference/corrections.md §1 */
describe.each([
  { version: "8.17", known: false, shown: false },
  { version: "8.19", known: true, shown: false },
  { version: "9.0", known: false, shown: false },
  { version: "9.1", known: true, shown: false },
  { version: "9.4", known: true, shown: false },
  { version: "9.5", known: true, shown: true },
  { version: "serverless", known: true, shown: true },
])("dashboards and investigation guide of a rule on $version", async ({ version, known, shown }) => {
  const { call, get } = await kibana(version === "9.4" ? ["--kibana-version", version] : { version });
  const stored = async () => (await get(internal, own)).body.artifacts;

  test(`are ${known ? "" : "not "}in the internal answer, and ${shown ? "" : "not "}in the public ones`, async () => {
    expect(await stored()).toEqual(known ? seeded : undefined);
    const list = (await get("/api/alerting/rules/_find?per_page=100")).body.data;
    const found = list.find((one: { id: string }) => one.id === "high-cpu-on-web-hosts");
    for (const one of [(await get(rule)).body, found]) expect(one.artifacts).toEqual(shown ? seeded : undefined);
    expect((await get(`${internal}-x`, own)).status).toBe(404);
  });

  test(known ? "are replaced by a save, and emptied by one without them" : "are a key that no save takes", async () => {
    const given = { investigation_guide: { blob: "new" } };
    const answer = await call("PUT", rule, { ...body, artifacts: given });
    if (!known) {
      expect(answer.body).toEqual(refusal(400, "[request body.artifacts]: definition for this key is missing"));
      return;
    }
    expect(answer.body.artifacts).toEqual(shown ? { ...none, ...given } : undefined);
    expect(await stored()).toEqual({ ...none, ...given });
    expect((await call("PUT", rule, body)).status).toBe(200);
    expect(await stored()).toEqual(none);
    const many = Array.from({ length: 11 }, (_, at) => ({ id: `d-${at}` }));
    expect((await call("PUT", rule, { ...body, artifacts: { dashboards: many.slice(1) } })).status).toBe(200);
    const refused = await call("PUT", rule, { ...body, artifacts: { dashboards: many } });
    expect(refused.body.message).toBe("[request body.artifacts.dashboards]: array size is [11], but cannot be greater than [10]");
  });

  test("a save without flapping and alert_delay keeps them; flapping.enabled came with 9.3", async () => {
    const flapping = { look_back_window: 10, status_change_threshold: 3 };
    await call("PUT", rule, { ...body, flapping, alert_delay: { active: 3 } });
    expect((await call("PUT", rule, body)).body).toMatchObject({ flapping, alert_delay: { active: 3 } });
    expect((await call("PUT", rule, { ...body, flapping: null })).body.flapping).toBeNull();
    const enabled = await call("PUT", rule, { ...body, flapping: { ...flapping, enabled: false } });
    expect(enabled.status).toBe(["9.4", "9.5", "serverless"].includes(version) ? 200 : 400);
  });
});

test("the internal route requires its header from 9.0 on", async () => {
  const { get } = await kibana({ version: "9.4" });
  expect((await get(internal)).status).toBe(400);
});
