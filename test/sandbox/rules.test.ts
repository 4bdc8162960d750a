import { describe, expect, test } from "vitest";
import { kibana, refusal } from "./kibana.ts";

const { call, get } = await kibana();
const rule = "/api/alerting/rule";
const frequency = { summary: false, notify_when: "onActiveAlert", throttle: null };
const body = { name: "A rule", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" } };
const action = { group: "query matched", id: "ops-slack", params: { message: "m" }, frequency };

async function found(query: Record<string, string>, space = "") {
  const answer = await get(`${space}/api/alerting/rules/_find?${new URLSearchParams(query)}`);
  return { ...answer.body, ids: answer.body.data?.map(({ id }: { id: string }) => id) };
}
const uses = (id: string) => JSON.stringify({ type: "action", id });

describe("find", () => {
  test.each([
    ["by reference", { has_reference: uses("ops-slack") }, ["high-cpu-on-web-hosts", "checkout-errors"]],
    ["no reference is kept of a preconfigured connector", { has_reference: uses("ops-mail-preconfigured") }, []],
    [
      "which is found by its actionRef",
      { filter: 'alert.attributes.actions:{ actionRef: "preconfigured:ops-mail-preconfigured" }' },
      ["search-latency"],
    ],
    ["by the type of an action", { filter: "alert.attributes.actions:{ actionTypeId: .jira }" }, ["nightly-batch-is-late"]],
    ["saved connectors have no actionRef of their own", { filter: 'alert.attributes.actions:{ actionRef: "ops-slack" }' }, []],
    [
      "terms joined by and",
      { filter: "alert.attributes.enabled: false and alert.attributes.consumer: stackAlerts" },
      ["nightly-batch-is-late"],
    ],
    ["by text", { search: "disk*", search_fields: "name" }, ["disk-almost-full"]],
    [
      "or, not and brackets",
      {
        filter: "not alert.attributes.enabled: true or (alert.attributes.name: *latency and alert.attributes.consumer: (a or stackAlerts))",
      },
      ["nightly-batch-is-late", "search-latency"],
    ],
    [
      "several conditions on one action",
      { filter: 'alert.attributes.actions:{ actionTypeId: .pagerduty and group: "threshold met" }' },
      ["login-failures"],
    ],
  ])("%s", async (_what, query, ids) => {
    expect((await found(query)).ids).toEqual(ids);
  });

  test("pages, and counts with per_page 0", async () => {
    expect(await found({})).toMatchObject({ page: 1, per_page: 10, total: 7 });
    expect(await found({ per_page: "2", page: "2", sort_field: "name" })).toMatchObject({
      page: 2,
      total: 7,
      ids: ["disk-almost-full", "high-cpu-on-web-hosts"],
    });
    expect(await found({ per_page: "0" })).toMatchObject({ total: 7, data: [] });
  });

  test("gives only the fields that are asked for", async () => {
    const { data } = await found({ fields: "name", per_page: "1" });
    expect(data).toEqual([{ id: "high-cpu-on-web-hosts", name: "High CPU on web hosts" }]);
  });

  test("sees one space", async () => {
    expect((await found({}, "/s/team-payments")).ids).toEqual(["payment-declines", "card-gateway-down", "settlement-lag"]);
  });

  test.each([
    [{ has_reference: "ops-slack" }, "[request query.has_reference]: could not parse object value from json input"],
    [{ per_page: "-1" }, "[request query.per_page]: Value must be equal to or greater than [0]."],
    [{ nope: "1" }, "[request query.nope]: Additional properties are not allowed ('nope' was unexpected)"],
    [
      { filter: "alert.attributes.monitoring.x: 1" },
      "Error find rules: Filter is not supported on this field alert.attributes.monitoring.x",
    ],
    [{ sort_field: "monitoring.x" }, "Error find rules: Sort is not supported on this field monitoring.x"],
    [{ search_fields: "monitoring.x", search: "5" }, "Error find rules: Search field monitoring.x not supported"],
  ])("%j is refused", async (query, message) => {
    expect(await found(query)).toMatchObject(refusal(400, message));
  });

  test("beyond the window of 10,000 is refused", async () => {
    expect(await found({ per_page: "1000", page: "11" })).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("Result window is too large"),
    });
  });
});

describe("create", () => {
  test("keeps the risk and severity of a detection rule where they can be sorted", async () => {
    const params = { risk_score: 40, severity: "medium" };
    const made = await call("POST", rule, { ...body, rule_type_id: "siem.queryRule", consumer: "siem", params });
    expect(made.body).toMatchObject({ params, mapped_params: { risk_score: 40, severity: "40-medium" } });
    expect((await call("POST", rule, body)).body).not.toHaveProperty("mapped_params");
  });

  test("stores actions with an uuid and the type of their connector", async () => {
    const created = await call("POST", `${rule}/my-rule`, { ...body, actions: [action] });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({
      id: "my-rule",
      enabled: true,
      actions: [{ ...action, connector_type_id: ".slack", uuid: expect.any(String) }],
    });
    expect((await get(`${rule}/my-rule`)).body).toEqual(created.body);
    expect((await call("POST", `${rule}/my-rule`, body)).body).toEqual(refusal(409, "Saved object [alert/my-rule] conflict"));
  });

  test.each([
    [{}, "[request body.name]: expected value of type [string] but got [undefined]"],
    [{ ...body, rule_type_id: "nope" }, 'Rule type "nope" is not registered.'],
    [{ ...body, schedule: { interval: "soon" } }, "[request body.schedule.interval]: string is not a valid duration"],
    [
      { ...body, actions: [{ ...action, connector_type_id: ".slack" }] },
      "[request body.actions.0.connector_type_id]: Additional properties are not allowed ('connector_type_id' was unexpected)",
    ],
    [{ ...body, actions: [{ ...action, id: "nope" }] }, "Failed to load action nope (404): Saved object [action/nope] not found"],
    [
      { ...body, actions: [{ ...action, id: "soc-slack" }] },
      "Failed to load action soc-slack (404): Saved object [action/soc-slack] not found",
    ],
    [
      { ...body, actions: [{ ...action, id: "imported-pagerduty" }] },
      "Failed to validate actions due to the following error: Invalid connectors: PagerDuty (imported)",
    ],
    [
      { ...body, actions: [{ ...action, group: "nope" }] },
      "Failed to validate actions due to the following error: Invalid action groups: nope",
    ],
    [
      { ...body, actions: [{ ...action, frequency: undefined }] },
      "Failed to validate actions due to the following error: Actions missing frequency parameters: query matched",
    ],
    [
      { ...body, notify_when: null, actions: [{ ...action, group: "nope" }] },
      "Failed to validate actions due to the following 2 errors:\n- Invalid action groups: nope\n- Cannot specify per-action frequency params when notify_when or throttle are defined at the rule level: nope",
    ],
  ])("%#: a rule that is refused", async (given, message) => {
    expect((await call("POST", rule, given)).body).toEqual(refusal(400, message));
  });
});

describe("change", () => {
  test("update replaces everything, and the caller becomes the owner of the key", async () => {
    const { name, schedule } = body;
    const { status, body: updated } = await call(
      "PUT",
      `${rule}/high-cpu-on-web-hosts`,
      { name, schedule },
      { "kbn-xsrf": "x", authorization: "ApiKey any" },
    );
    expect(status).toBe(200);
    expect(updated).toMatchObject({
      name,
      actions: [],
      tags: [],
      rule_type_id: "metrics.alert.threshold",
      api_key_owner: "sandbox",
      api_key_created_by_user: true,
    });
    expect((await call("PUT", `${rule}/high-cpu-on-web-hosts`, body)).status).toBe(400);
  });

  test("a rule whose connector is gone cannot be saved with that action", async () => {
    const { body: broken } = await get("/s/security/api/alerting/rule/lateral-movement");
    const actions = broken.actions.map(({ connector_type_id: _type, ...kept }: { connector_type_id: string }) => kept);
    const { name, schedule, tags, params } = broken;
    const saved = await call("PUT", "/s/security/api/alerting/rule/lateral-movement", { name, schedule, tags, params, actions });
    expect(saved.body).toEqual(refusal(400, "Failed to load action soc-pagerduty (404): Saved object [action/soc-pagerduty] not found"));
  });

  test("enable, disable and delete answer 204", async () => {
    const of = `${rule}/deploy-watch`;
    expect((await call("POST", `${of}/_disable`)).status).toBe(204);
    expect((await get(of)).body.enabled).toBe(false);
    expect((await call("POST", `${of}/_enable`)).status).toBe(204);
    expect((await get(of)).body).toMatchObject({ enabled: true, api_key_owner: "sandbox" });
    expect((await call("DELETE", of)).status).toBe(204);
    expect((await get(of)).body).toEqual(refusal(404, "Saved object [alert/deploy-watch] not found"));
  });
});

describe("what a save must not be", () => {
  const of = `${rule}/search-latency`;
  const save = { name: "Search latency", schedule: { interval: "5m" } };
  const one = { ...action, group: "threshold met" };
  const mixed = "Failed to validate actions due to the following error: ";
  test.each([
    [{ rule_type_id: ".es-query" }, "[request body.rule_type_id]: Additional properties are not allowed ('rule_type_id' was unexpected)"],
    [{ actions: [{ ...one, group: undefined }] }, "Group is not defined in action ops-slack"],
    [
      {
        actions: [
          { ...one, uuid: "u" },
          { ...one, uuid: "u" },
        ],
      },
      `${mixed}Actions have duplicated UUIDs`,
    ],
    [
      { actions: [{ ...one, frequency: { ...frequency, notify_when: "onThrottleInterval", throttle: "1m" } }] },
      `${mixed}Action frequency cannot be shorter than the schedule interval of 5m: threshold met (1m)`,
    ],
    [
      {
        actions: [
          { id: "system-connector-.cases", params: {} },
          { id: "system-connector-.cases", params: {} },
        ],
      },
      "Cannot use the same system action twice",
    ],
    [
      { actions: [{ id: "system-connector-.observability-ai-assistant", params: { message: "m" } }] },
      "Invalid system action params. System action type: .observability-ai-assistant - [connector]: expected value of type [string] but got [undefined]",
    ],
    [
      { actions: [{ ...one, alerts_filter: { timeframe: { days: [1], timezone: "invalid", hours: { start: "00:00", end: "01:00" } } } }] },
      "[request body.actions.0.alerts_filter.timeframe.timezone]: string is not a valid timezone: invalid",
    ],
    [{ throttle: "soon" }, "[request body.throttle]: string is not a valid duration"],
  ])("%j", async (given, message) => {
    const before = (await get(of)).body;
    expect((await call("PUT", of, { ...save, ...given })).body).toEqual(refusal(400, message));
    expect((await get(of)).body).toEqual(before);
  });

  test("the revision grows with the content only", async () => {
    const { body: first } = await call("PUT", of, { ...save, actions: [{ ...one, uuid: "u" }] });
    const { body: same } = await call("PUT", of, { ...save, actions: [{ ...one, uuid: "u" }] });
    const { body: other } = await call("PUT", of, { ...save, tags: ["new"], actions: [{ ...one, uuid: "u" }] });
    expect([same.revision - first.revision, other.revision - same.revision]).toEqual([0, 1]);
    expect(other.api_key_owner).toBe("sandbox");
  });

  const casesAction = { id: "system-connector-.cases", params: { subAction: "run", subActionParams: { groupingBy: [] } } };
  test("a system action keeps only the fields that it has", async () => {
    const { body: saved } = await call("PUT", of, { ...save, actions: [{ ...one, ...casesAction }] });
    expect(saved.actions).toEqual([{ ...casesAction, connector_type_id: ".cases", uuid: expect.any(String) }]);
  });
});

test("rule types name their groups and their recovery", async () => {
  const { body: types } = await get("/api/alerting/rule_types");
  expect(types).toContainEqual(
    expect.objectContaining({
      id: ".es-query",
      default_action_group_id: "query matched",
      recovery_action_group: { id: "recovered", name: "Recovered" },
    }),
  );
});
