import { describe, expect, test } from "vitest";
import { kibana, refusal } from "./kibana.ts";

const perAlert = "{{rule.id}}:{{alert.id}}";
const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const active = (id: string, params: object, frequency: object = onChange) => ({ group: "query matched", id, params, frequency });
const recovered = (id: string, params: object) => ({ group: "recovered", id, params, frequency: onChange });

/** A sandbox of its own with one rule that has these actions. */
async function rule(actions: object[], more: object = {}) {
  const own = await kibana();
  const body = { name: "Errors", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" }, tags: ["t"] };
  const made = await own.call("POST", "/api/alerting/rule/r", { ...body, actions, ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  return {
    ...own,
    fire: async (state: string, alerts?: unknown[]) =>
      (await own.call("POST", "/sandbox/rules/r/fire", { state, ...(alerts && { alerts }) })).body,
    seen: async () => (await own.get("/sandbox/deliveries")).body.deliveries.map(({ what }: { what: object }) => what),
    incidents: async () => (await own.get("/sandbox/incidents")).body.incidents,
  };
}

describe("templates", () => {
  test("are filled in with the rule, the alert and its context", async () => {
    const text = "{{rule.name}} {{rule.tags}} {{alert.id}} {{alert.actionGroupName}} {{context.value}} {{context.deep.er}}{{nope}} <&>";
    const { fire, seen } = await rule([active("ops-slack", { message: text })]);
    await fire("active", [{ id: "web-1", context: { value: "<5>", deep: { er: 1 } } }]);
    expect(await seen()).toEqual([{ message: "Errors t web-1 Query matched &lt;5&gt; 1 <&>" }]);
  });

  test("in JSON stay JSON", async () => {
    const { fire, seen } = await rule([active("deploy-hook", { body: '{"why":"{{context.why}}"}' })]);
    await fire("active", [{ id: "a", context: { why: 'say "hi"\n' } }]);
    expect(JSON.parse((await seen())[0].body)).toEqual({ why: 'say "hi"\n' });
  });
});

test("a rule says how many alerts its last run found active, and can be found by it", async () => {
  const { fire, get } = await rule([active("ops-slack", { message: "m" })]);
  const state = async () => {
    const { execution_status: status, last_run: last } = (await get("/api/alerting/rule/r")).body;
    const filter = encodeURIComponent("alert.attributes.executionStatus.status: active");
    const found = (await get(`/api/alerting/rules/_find?filter=${filter}`)).body.data;
    return [status.status, last.alerts_count.active, found.length];
  };
  await fire("active", ["a", "b"]);
  expect(await state()).toEqual(["active", 2, 1]);
  await fire("recovered");
  expect(await state()).toEqual(["ok", 0, 0]);
});

test.each([
  ["gone", 1],
  ["model", 0],
])("the Observability AI Assistant has succeeded before its model answers: %s", async (connector, lines) => {
  const { call, fire, get } = await rule([{ id: "system-connector-.observability-ai-assistant", params: { connector, message: "m" } }]);
  const config = { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" };
  await call("POST", "/api/actions/connector/model", { name: "M", connector_type_id: ".gen-ai", config, secrets: { apiKey: "k" } });
  expect(await fire("active")).toMatchObject({ outcome: "succeeded", actions: [{ status: "ok" }] });
  expect((await get("/sandbox/log")).body.log.filter((line: string) => line.includes("[action/gone] not found"))).toHaveLength(lines);
});

describe("how often", () => {
  test.each([
    ["on change: once while it stays", onChange, 1],
    ["on every run", { ...onChange, notify_when: "onActiveAlert" }, 3],
    ["throttled: once an hour", { ...onChange, notify_when: "onThrottleInterval", throttle: "1h" }, 1],
  ])("%s", async (_what, frequency, times) => {
    const { fire, seen } = await rule([active("ops-slack", { message: "m" }, frequency)]);
    for (let run = 0; run < 3; run += 1) await fire("active");
    expect(await seen()).toHaveLength(times);
  });

  test("a summary is one message of all alerts, the others are one each", async () => {
    const summary = { summary: true, notify_when: "onActiveAlert", throttle: null };
    const { fire, seen } = await rule([
      active("ops-slack", { message: "{{alerts.new.count}} new, {{alerts.ongoing.count}} on" }, summary),
      active("ops-slack", { message: "{{alert.id}}" }),
    ]);
    await fire("active", ["a", "b"]);
    await fire("active", ["a", "c"]);
    expect((await seen()).map(({ message }: { message: string }) => message)).toEqual(["2 new, 0 on", "a", "b", "1 new, 1 on", "c"]);
  });
});

describe("incidents", () => {
  const page = { eventAction: "trigger", summary: "{{rule.name}}", dedupKey: perAlert };
  const snow = { short_description: "s", correlation_id: perAlert };
  test.each([
    ["ops-pagerduty", "ops-pagerduty", page, { eventAction: "resolve", dedupKey: perAlert }],
    [
      "payments-opsgenie",
      "og",
      { subAction: "createAlert", subActionParams: { message: "m", alias: perAlert } },
      { subAction: "closeAlert", subActionParams: { alias: perAlert } },
    ],
    [
      "itsm",
      "snow",
      { subAction: "pushToService", subActionParams: { incident: snow, comments: null } },
      { subAction: "closeIncident", subActionParams: { incident: { correlation_id: perAlert } } },
    ],
    [
      "itom",
      "itom",
      { subAction: "addEvent", subActionParams: { severity: "1", message_key: perAlert } },
      { subAction: "addEvent", subActionParams: { severity: "0", message_key: perAlert } },
    ],
  ])("%s: opened when active, closed when recovered", async (_what, id, open, close) => {
    const own = await rule([]);
    const login = { username: "u", password: "p" };
    await own.create(
      { name: "og", connector_type_id: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } },
      "og",
    );
    await own.create(
      { name: "s", connector_type_id: ".servicenow", config: { apiUrl: "https://x.service-now.com", usesTableApi: false }, secrets: login },
      "snow",
    );
    await own.create(
      { name: "i", connector_type_id: ".servicenow-itom", config: { apiUrl: "https://x.service-now.com" }, secrets: login },
      "itom",
    );
    const save = { name: "Errors", schedule: { interval: "1m" }, actions: [active(id, open), recovered(id, close)] };
    expect((await own.call("PUT", "/api/alerting/rule/r", save)).status).toBe(200);
    await own.fire("active", ["a", "b"]);
    expect((await own.incidents()).map((one: Record<string, unknown>) => [one.key, one.status])).toEqual([
      ["r:a", "open"],
      ["r:b", "open"],
    ]);
    await own.fire("recovered", ["a"]);
    expect((await own.incidents()).map((one: Record<string, unknown>) => one.status)).toEqual(["closed", "open"]);
    expect(JSON.stringify(await own.incidents())).not.toContain("seed-routing");
  });

  test("without a key nothing is ever closed", async () => {
    const own = await rule([active("ops-pagerduty", { eventAction: "trigger" })]);
    await own.fire("active");
    await own.fire("recovered");
    expect((await own.incidents())[0]).toMatchObject({ status: "open", key: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});

describe("what goes wrong", () => {
  test("one missing connector fails all actions, and the rule shows it", async () => {
    const own = await rule([active("ops-slack", { message: "m" }), active("ops-pagerduty", { eventAction: "trigger" })]);
    await own.call("DELETE", "/api/actions/connector/ops-pagerduty");
    expect(await own.fire("active")).toMatchObject({ outcome: "failed", actions: [] });
    expect(await own.seen()).toEqual([]);
    const { body } = await own.get("/api/alerting/rule/r");
    const message = "Saved object [action/ops-pagerduty] not found";
    expect(body.last_run).toMatchObject({ outcome: "failed", outcome_msg: [message] });
    expect(body.execution_status).toMatchObject({ status: "error", error: { message } });
    await own.create({ name: "again", connector_type_id: ".pagerduty", secrets: { routingKey: "k" } }, "ops-pagerduty");
    expect(await own.fire("active", ["b"])).toMatchObject({ outcome: "succeeded" });
    expect((await own.get("/api/alerting/rule/r")).body.last_run).toMatchObject({ outcome: "succeeded", outcome_msg: null });
  });

  test("a connector without its secrets is skipped with a line in Kibana's log", async () => {
    const own = await rule([]);
    await own.call("PUT", "/api/actions/connector/imported-pagerduty", { name: "PD", secrets: { routingKey: "k" } });
    const actions = [active("imported-pagerduty", { eventAction: "trigger" }), active("ops-slack", { message: "m" })];
    await own.call("PUT", "/api/alerting/rule/r", { name: "Errors", schedule: { interval: "1m" }, actions });
    const file = new FormData();
    const line = {
      type: "action",
      id: "imported-pagerduty",
      attributes: { actionTypeId: ".pagerduty", name: "PD", config: {}, isMissingSecrets: true },
    };
    file.append("file", new Blob([JSON.stringify(line)]), "x.ndjson");
    await fetch(`${own.url}/api/saved_objects/_import?overwrite=true`, { method: "POST", headers: { "kbn-xsrf": "x" }, body: file });
    expect((await own.fire("active")).actions.map(({ status }: { status: string }) => status)).toEqual(["skipped", "ok"]);
    expect((await own.get("/sandbox/log")).body.log).toEqual([
      'Unable to execute action because no secrets are defined for the "PD" connector.',
    ]);
  });

  test.each([
    ["nope", {}, 400, "[request body.state]: "],
    ["nope", { state: "active" }, 404, "Saved object [alert/nope] not found"],
    ["settlement-lag", { state: "active" }, 400, "Rule settlement-lag is disabled: it never runs."],
  ])("%s %j is refused", async (id, body, status, message) => {
    const own = await kibana();
    const answer = await own.call("POST", `/sandbox/rules/${id}/fire`, body);
    expect(answer.body).toMatchObject({ ...refusal(status, answer.body.message) });
    expect(answer.body.message).toContain(message);
  });
});

describe("the execution log", () => {
  const headers = { "kbn-xsrf": "x", "x-elastic-internal-origin": "t" };
  test("has the runs of rules, by their source, but not what never began", async () => {
    const own = await rule([active("ops-slack", { message: "m" }), active("ops-pagerduty", { eventAction: "resolve" })]);
    await own.fire("active");
    await own.execute("ops-slack-2", { message: "m" });
    const ask = async (body: object, path = "_logs") =>
      (await own.call("POST", `/internal/actions/_global_connector_execution${path}`, { date_start: "now-30m", ...body }, headers)).body;
    const { total, data } = await ask({});
    expect(total).toBe(2);
    expect(data).toEqual([
      expect.objectContaining({ connector_id: "ops-slack-2", source: "http_request", status: "failure", schedule_delay_ms: 0 }),
      expect.objectContaining({ connector_id: "ops-slack", source: "alert", status: "success", schedule_delay_ms: 3000 }),
    ]);
    const message = "action execution failure: .slack:ops-slack-2: Ops Slack - unexpected http response from slack: 404 Not Found";
    expect(data[0].message).toBe(message);
    expect(await ask({ filter: "event.outcome: failure and not kibana.action.id: (a or b)" })).toMatchObject({ total: 1 });
    expect(await ask({ filter: "kibana.action.id: ops-*" }, "_kpi")).toEqual({ success: 1, unknown: 0, failure: 1, warning: 0 });
    expect(await ask({ filter: "a:(" })).toEqual(refusal(400, "Invalid kuery syntax for filter a:("));
    expect((await ask({ date_start: "now-2d", filter: "event.outcome: success" }, "_kpi")).success).toBeGreaterThan(20);
    expect(await ask({ date_start: "yesterday" })).toEqual(refusal(400, 'Invalid date for parameter dateStart: "yesterday"'));
  });
});
