import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { indexAction, replacement, thresholdRule } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

const path = "/api/alerting/rule";
const settings = "/internal/alerting/rules/settings/_flapping";
const inner = { headers: { "x-elastic-internal-origin": "contract" } };
const grouped = { subAction: "run", subActionParams: { groupingBy: [] } };
const caseAction = (given: object = {}) => ({ id: "system-connector-.cases", params: grouped, ...given });
const create = (kibana: Kibana, given: object = {}) => kibana.post(path, { ...thresholdRule(kibana.newId()), ...given });
const own = { look_back_window: 5, status_change_threshold: 5 };

/** The switch of a space of this run, for the time of one case. */
async function whileFlappingIsOff(kibana: Kibana, ask: () => Promise<void>): Promise<void> {
  const set = (enabled: boolean) => kibana.post(settings, { enabled, look_back_window: 20, status_change_threshold: 4 }, inner);
  expect(expectOk(await set(false))).toMatchObject({ enabled: false, look_back_window: 20, status_change_threshold: 4 });
  try {
    await ask();
  } finally {
    expectOk(await set(true));
  }
}

const timeframe = (timezone: string) => ({ days: [1], timezone, hours: { start: "00:00", end: "01:00" } });
const refused: [why: string, given: object, message: string | RegExp | undefined][] = [
  ["an action without a group", { actions: [{ id: "test-id", params: {} }] }, "Group is not defined in action test-id"],
  [
    "an action with a time zone that is none",
    { actions: [{ ...indexAction("test-id"), alerts_filter: { timeframe: timeframe("invalid") } }] },
    "[request body.actions.0.alerts_filter.timeframe.timezone]: string is not a valid timezone: invalid",
  ],
  ["an action without an id", { actions: [{ params: {} }] }, undefined],
  ["flapping whose threshold is above its window", { flapping: { look_back_window: 5, status_change_threshold: 10 } }, undefined],
  ["flapping below its limits", { flapping: { look_back_window: -5, status_change_threshold: -5 } }, undefined],
];
const refusedSettings: [given: object, message: string][] = [
  [{ look_back_window: 200, status_change_threshold: 200 }, "Invalid lookBackWindow value, must be between 2 and 20, but got: 200."],
  [{ look_back_window: 20, status_change_threshold: 200 }, "Invalid statusChangeThreshold value, must be between 2 and 20, but got: 200."],
  [
    { look_back_window: 5, status_change_threshold: 10 },
    "Invalid values,lookBackWindow (5) must be equal to or greater than statusChangeThreshold (10).",
  ],
];
const platinum = { since: "8.16", needs: ["licence platinum or better"] } as const;

export const rulesCreate: Case[] = [
  verified("create.ts", "a rule waits for its first run, and has no last one", async (kibana) => {
    const { id } = await kibana.rule();
    const rule = expectOk(await kibana.get(`${path}/${id}`));
    expect(rule.execution_status).toEqual({ status: "pending", last_execution_date: rule.created_at });
    expect([rule.last_run, rule.created_at]).toEqual([undefined, rule.updated_at]);
  }),
  verified("create.ts", "a rule takes a chosen id of any kind, once", async (kibana) => {
    const id = kibana.newId("_Mixed");
    const body = thresholdRule(id);
    expect(expectOk(await kibana.post(`${path}/${id}`, body)).id).toBe(id);
    expectRefusal(await kibana.post(`${path}/${id}`, body), 409);
  }),
  verified("create.ts", "a consumer that nobody knows is not authorized", async (kibana) => {
    const message = 'Unauthorized by "nobody" to create ".index-threshold" rule';
    expectRefusal(await create(kibana, { consumer: "nobody" }), 403, message);
  }),
  ...refused.map(([why, given, message]) =>
    verified(
      "create.ts",
      `${why} is refused`,
      async (kibana) => expectRefusal(await create(kibana, given), 400, message),
      "flapping" in given ? { since: "8.16" } : {},
    ),
  ),
  verified(
    "create.ts",
    "a system action has no fields but its own",
    async (kibana) => {
      for (const more of [{ group: "threshold met" }, { alerts_filter: { query: { kql: "a:b", filters: [] } } }]) {
        const { actions } = expectOk(await create(kibana, { actions: [caseAction(more)] }));
        expect(actions).toEqual([{ ...caseAction(), connector_type_id: ".cases", uuid: expect.any(String) }]);
      }
    },
    platinum,
  ),
  verified(
    "create.ts",
    "a system action checks its params, and acts once in a rule",
    async (kibana) => {
      const wrong = await create(kibana, { actions: [caseAction({ params: {} })] });
      expectRefusal(
        wrong,
        400,
        /^Invalid system action params\. System action type: \.cases - \[subAction\]: expected value to equal \[run\]/,
      );
      expectRefusal(await create(kibana, { actions: [caseAction(), caseAction()] }), 400);
    },
    platinum,
  ),
  verified("create.ts", "too many dashboards and too long a guide are refused", async (kibana) => {
    const dashboards = Array.from({ length: 11 }, (_, at) => ({ id: `d-${at}` }));
    expectRefusal(await create(kibana, { artifacts: { dashboards } }), 400);
    expectRefusal(await create(kibana, { artifacts: { investigation_guide: { blob: "a".repeat(10_001) } } }), 400);
  }),
  verified(
    "update.ts",
    "where the space switches flapping off, no rule gets settings of its own",
    async (kibana) => {
      const kept = await kibana.rule({ flapping: own });
      const bare = await kibana.rule();
      const put = (rule: { id: string }, given: object) => kibana.put(`${path}/${rule.id}`, replacement(Object(rule), Object(given)));
      await whileFlappingIsOff(kibana, async () => {
        const created = "Error creating rule: can not create rule with flapping if global flapping is disabled";
        expectRefusal(await create(kibana, { flapping: own }), 400, created);
        const updated = "Error updating rule: can not update rule flapping if global flapping is disabled";
        expectRefusal(await put(bare, { flapping: own }), 400, updated);
        expectOk(await put(kept, { name: "renamed" }));
        expectOk(await put(kept, { name: "renamed again", flapping: own }));
      });
      expect(expectOk(await put(bare, { flapping: own })).flapping).toEqual(own);
      expect(expectOk(await put(bare, { flapping: null })).flapping).toBeNull();
    },
    { since: "8.16" },
  ),
  verified("get_flapping_settings.ts", "a space has flapping settings, other than its neighbour", async (kibana) => {
    await whileFlappingIsOff(kibana, async () => {
      const other = expectOk(await kibana.get(settings, { ...inner, space: kibana.otherSpace }));
      expect(other).toMatchObject({ enabled: true, look_back_window: 20, status_change_threshold: 4, updated_by: expect.any(String) });
      expect([Date.parse(other.created_at), Date.parse(other.updated_at)]).toEqual([expect.any(Number), expect.any(Number)]);
    });
  }),
  ...refusedSettings.map(([given, message]) =>
    verified("update_flapping_settings.ts", `flapping settings outside their limits: ${message}`, async (kibana) =>
      expectRefusal(await kibana.post(settings, { enabled: true, ...given }, inner), 400, message),
    ),
  ),
];
