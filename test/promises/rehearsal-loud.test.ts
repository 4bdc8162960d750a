import { describe, expect, test } from "vitest";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";

const key = "{{rule.id}}-{{alert.id}}";
const often = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const fires = (params: object) => ({ group: "query matched", frequency: often, params });
const recovers = (params: object) => ({ group: "recovered", frequency: often, params });
const push = (incident: object) => ({ subAction: "pushToService", subActionParams: { incident, comments: [] } });
const run = (subActionParams: object) => ({ subAction: "run", subActionParams });
const signal = (alertActionGroupName: string, signalId: string) => ({ severity: "high", alertActionGroupName, signalId, ruleName: "x" });
const hiveAlert = { title: "x", description: "x", type: "alert", source: "Elastic", sourceRef: key };
const alert = (more: object) => ({ subAction: "createAlert", subActionParams: { message: "{{rule.name}}", alias: key, ...more } });

async function deployment(actions: Record<string, readonly object[]>, person = accepts, onRequest?: ProductOptions["onRequest"]) {
  const made = await product({ sandbox: { empty: true }, person, ...(onRequest && { onRequest }) });
  for (const [id, listed] of Object.entries(actions)) {
    await made.bare("POST", `/api/actions/connector/${id}`, { name: id, ...rehearsedConnectors[id] });
    await made.bare("POST", `/api/alerting/rule/rule-${id}`, {
      ...{
        name: `Rule of ${id}`,
        rule_type_id: ".es-query",
        consumer: "stackAlerts",
        schedule: { interval: "5m" },
        tags: ["t"],
        enabled: true,
      },
      params: { index: ["l-*"], threshold: [3], esQuery: "{}" },
      actions: listed.map((one) => ({ id, ...one })),
    });
  }
  const incidents = async () =>
    JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents as { key: string; status: string; title: string }[];
  return { ...made, incidents };
}

describe("a loud rehearsal", () => {
  test.each<[string, object[], RegExp]>([
    [
      "pager",
      [fires({ eventAction: "trigger", dedupKey: key, summary: "{{rule.name}}" }), recovers({ eventAction: "resolve", dedupKey: key })],
      /^\[TEST\] Rule of pager$/,
    ],
    ["genie", [fires(alert({})), recovers({ subAction: "closeAlert", subActionParams: { alias: key } })], /^\[TEST\] Rule of genie$/],
    ["jsm", [fires(alert({}))], /^\[TEST\] Rule of jsm$/],
    [
      "snow",
      [
        fires(push({ short_description: "{{rule.name}}", correlation_id: key })),
        recovers({ subAction: "closeIncident", subActionParams: { incident: { correlation_id: key } } }),
      ],
      /^\[TEST\] Rule of snow$/,
    ],
    ["pager", [fires({ eventAction: "trigger", summary: "{{rule.name}}" })], /^\[TEST\] Rule of pager$/],
    [
      "pager",
      [fires({ eventAction: "trigger", dedupKey: key, summary: "{{rule.name}}" }), recovers({ eventAction: "resolve", dedupKey: "other" })],
      /^\[TEST\] Rule of pager$/,
    ],
  ])("through %s opens under a key of its own and closes it", async (id, actions, title) => {
    const { call, incidents, questions } = await deployment({ [id]: actions });
    const { body } = await call("test_connector", { id, rule: `rule-${id}`, mode: "loud" });
    expect(body).toMatchObject({ status: "done", result: { ok: true, mode: "loud", closed: true } });
    expect(await incidents()).toEqual([
      expect.objectContaining({
        key: expect.stringMatching(/^connector-test-[0-9a-f]{8}-1$/),
        status: "closed",
        title: expect.stringMatching(title),
      }),
    ]);
    expect(questions[0]?.message).toContain(`[TEST] Rule of ${id}`);
    expect(questions[0]?.message).toContain("is closed afterwards");
  });

  test.each<[string, object[], (what: { [key: string]: unknown }) => unknown]>([
    [
      "matters",
      [fires(signal("{{alert.actionGroupName}}", "payments-outage")), recovers(signal("Recovered", "payments-outage"))],
      ({ signalId }) => signalId,
    ],
    [
      "matters",
      [fires(signal("{{alert.actionGroupName}}", "{{rule.id}}")), recovers(signal("{{alert.actionGroupName}}", " {{rule.id}} "))],
      ({ signalId }) => signalId,
    ],
    ["lane", [fires(push({ ruleName: "x", alertId: "payments-outage" }))], (what) => Object(what.subActionParams).incident.alertId],
    ["lane", [fires(push({ ruleName: "x", caseId: "payments-outage" }))], (what) => Object(what.subActionParams).incident.caseId],
    ["cases", [fires(push({ title: "x", id: "payments-outage" }))], (what) => Object(what.subActionParams).incident.id],
    [
      "hive",
      [fires({ subAction: "createAlert", subActionParams: { ...hiveAlert, body: '{"sourceRef": "payments-outage"}' } })],
      (what) => JSON.parse(Object(what.subActionParams).body).sourceRef,
    ],
    [
      "hook",
      [
        fires({ body: '{"event_action": "trigger", "dedup_key": "payments-outage", "payload": {"summary": "x"}}' }),
        recovers({ body: '{"event_action": "resolve", "dedup_key": "payments-outage"}' }),
      ],
      ({ body }) => JSON.parse(String(body)).dedup_key,
    ],
    [
      "dthree",
      [fires({ subAction: "run", subActionParams: { body: '{"alerts": [{"alias": "payments-outage"}]}', severity: "high" } })],
      (what) => JSON.parse(Object(what.subActionParams).body).alerts[0].alias,
    ],
  ])("through %s has one key of its own in each place that the service may know the real one by", async (id, actions, read) => {
    const { call, bare, questions } = await deployment({ [id]: actions });
    const { body } = await call("test_connector", { id, rule: `rule-${id}`, mode: "loud" });
    expect(body).toMatchObject({ status: "done", result: { ok: true } });
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    const keys = deliveries.map(({ what }: { what: Record<string, unknown> }) => read(what)).filter((one: unknown) => one !== undefined);
    expect(keys).toHaveLength(actions.length);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^connector-test-[0-9a-f]{8}-\d$/);
    expect(JSON.stringify([deliveries, questions])).not.toMatch(/payments-outage|"rule-matters"/);
  });

  test("leaves a word that is no key as it is, and JSON without one as it is written", async () => {
    const { call, bare } = await deployment({
      dthree: [fires({ subAction: "run", subActionParams: { body: '{"message": "alias",  "keys": ["fingerprint"]}' } })],
      slack: [fires({ message: 'Look: {"dedup_key": "x"}' })],
    });
    await call("test_connector", { id: "dthree", rule: "rule-dthree", mode: "loud" });
    await call("test_connector", { id: "slack", rule: "rule-slack", mode: "loud" });
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    expect(deliveries.map(({ what }: { what: Record<string, unknown> }) => what)).toMatchObject([
      { subActionParams: { body: '{"message":"[TEST] alias","keys":["fingerprint"]}' } },
      { message: '[TEST] Look: {"dedup_key": "x"}' },
    ]);
  });

  test("never touches the incident that the rule itself has open", async () => {
    const { call, bare, incidents } = await deployment({
      pager: [
        fires({ eventAction: "trigger", dedupKey: key, summary: "{{rule.name}}" }),
        recovers({ eventAction: "resolve", dedupKey: key }),
      ],
    });
    await bare("POST", "/sandbox/rules/rule-pager/fire", { state: "active", alerts: ["sample-alert-1"] });
    await call("test_connector", { id: "pager", rule: "rule-pager", mode: "loud" });
    const [real, sent] = await incidents();
    expect([real, sent]).toMatchObject([{ key: "rule-pager-sample-alert-1", status: "open", events: 1 }, { status: "closed" }]);
  });

  test.each<[string, object[], string, RegExp]>([
    [
      "snow",
      [
        fires(push({ short_description: "{{rule.name}}", correlation_id: key })),
        recovers({ subAction: "closeIncident", subActionParams: { incident: {} } }),
      ],
      "params.subActionParams.incident.correlation_id",
      /takes the text \{\{rule\.id\}\}:\{\{alert\.id\}\} as it is, and closes what is open under it/,
    ],
    [
      "itom",
      [recovers({ subAction: "addEvent", subActionParams: { severity: "0" } })],
      "params.subActionParams.message_key",
      /takes the text .* as it is, and closes what is open under it/,
    ],
    [
      "snow",
      [recovers({ subAction: "closeIncident", subActionParams: { incident: { correlation_id: null } } })],
      "params.subActionParams.incident.correlation_id",
      /nothing is closed/,
    ],
    ["pager", [recovers({ eventAction: "resolve" })], "params.dedupKey", /nothing is closed/],
    ["genie", [recovers({ subAction: "closeAlert", subActionParams: {} })], "params.subActionParams.alias", /nothing is closed/],
  ])("closes nothing but its own, where the rule's own action closes without a key: %s", async (id, actions, path, problem) => {
    const { call } = await deployment({ [id]: actions });
    const safe = await call("test_connector", { id, rule: `rule-${id}` });
    expect(safe.body.result.problems).toContainEqual(expect.objectContaining({ path, problem: expect.stringMatching(problem) }));
    const { body } = await call("test_connector", { id, rule: `rule-${id}`, mode: "loud" });
    expect(body.result.runs.length).toBeGreaterThan(0);
    for (const { sent } of body.result.runs) expect(JSON.stringify(sent)).toMatch(/connector-test-[0-9a-f]{8}-\d/);
  });

  test("gives an incident of ServiceNow SecOps a key of its own where the type takes it", async () => {
    const { call, bare } = await deployment({ sir: [fires(push({ short_description: "{{rule.name}}" }))] });
    const { body } = await call("test_connector", { id: "sir", rule: "rule-sir", mode: "loud" });
    expect(body).toMatchObject({ status: "done", result: { ok: true } });
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    expect(deliveries[0].what.subActionParams.incident.correlation_id).toMatch(/^connector-test-/);
  });

  test.each([
    ["snow", { subAction: "closeIncident", subActionParams: { incident: {} } }],
    ["itom", { subAction: "addEvent", subActionParams: { severity: "0" } }],
    ["itom", { subAction: "addEvent", subActionParams: { severity: "5" } }],
  ])("is not the only way to reach the key that all share: %s run by hand shows it, in %j", async (id, params) => {
    const { call, questions } = await deployment({ [id]: [] }, declines);
    await call("execute_connector", { id, params });
    expect(questions[0]?.message).toMatch(/Action and record: .*\{\{rule\.id\}\}:\{\{alert\.id\}\}/);
  });

  test.each<[string, object, (what: { [key: string]: unknown }) => unknown, unknown]>([
    [
      "slack",
      { message: "{{rule.name}}: {{context.title}}" },
      ({ message }) => message,
      expect.stringMatching(/^\[TEST\] Rule of slack: sample title/),
    ],
    [
      "hook",
      { body: '{"title": "{{rule.name}}", "id": "{{alert.id}}"}' },
      ({ body }) => JSON.parse(String(body)),
      { title: "[TEST] Rule of hook", id: "sample-alert-1" },
    ],
    ["plain", { body: "{{rule.name}} fired" }, ({ body }) => body, "[TEST] Rule of plain fired"],
    ["teams", { message: "{{rule.name}}" }, ({ message }) => message, "[TEST] Rule of teams"],
    ["jira", push({ summary: "{{rule.name}}" }), (what) => Object(what.subActionParams).incident.summary, "[TEST] Rule of jira"],
  ])("through %s sends what was shown, with a mark, and says before that it cannot be taken back", async (id, params, read, expected) => {
    const { call, bare, questions } = await deployment({ [id]: [fires(params)] });
    const { body } = await call("test_connector", { id, rule: `rule-${id}`, mode: "loud" });
    expect(body).toMatchObject({ status: "done", result: { ok: true } });
    expect(body.result).not.toHaveProperty("closed");
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    expect(deliveries.map(({ what }: { what: Record<string, unknown> }) => read(what))).toEqual([expected]);
    expect(questions[0]?.message).toContain("cannot close or take back what is sent");
  });

  test("through an index marks each document", async () => {
    const { call, bare } = await deployment({ docs: [fires({ documents: [{ message: "{{rule.name}}", n: 1 }, { reason: "x" }] })] });
    await call("test_connector", { id: "docs", rule: "rule-docs", mode: "loud" });
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    expect(deliveries[0].what).toEqual([{ message: "[TEST] Rule of docs", n: 1 }, { reason: "[TEST] x" }]);
  });

  test.each([
    ["hook", { body: '{"id": "{{alert.id}}"}' }, { body: '{"id":"sample-alert-1","test":true}' }],
    ["docs", { documents: [{ id: "{{alert.id}}" }] }, [{ id: "sample-alert-1", test: true }]],
    [
      "hook",
      { body: '[{"id": "{{alert.id}}"}, {"text": "x"}, 1]' },
      { body: '[{"id":"sample-alert-1","test":true},{"text":"[TEST] x"},1]' },
    ],
    ["dthree", run({ body: '{"id": 1}' }), { subActionParams: { body: '{"id":1,"test":true}' } }],
    ["dthree", run({ body: '{"id": 1, "message": "Down"}' }), { subActionParams: { body: '{"id":1,"message":"[TEST] Down"}' } }],
    [
      "itom",
      { subAction: "addEvent", subActionParams: { severity: "1", message_key: key, metric_name: "Down" } },
      { subActionParams: { metric_name: "Down", description: "[TEST]" } },
    ],
    ["lane", push({ description: "Down" }), { subActionParams: { incident: { ruleName: "[TEST]", description: "Down" } } }],
    ["matters", { severity: "high", signalId: key }, { ruleName: "[TEST]" }],
    ["cases", push({ title: "Down", description: "It is" }), { subActionParams: { incident: { title: "[TEST] Down" } } }],
  ])("without words for a mark gets a field for it: %s %j", async (id, params, expected) => {
    const { call, bare, questions } = await deployment({ [id]: [fires(params)] });
    await call("test_connector", { id, rule: `rule-${id}`, mode: "loud" });
    const { deliveries } = JSON.parse(await bare("GET", "/sandbox/deliveries"));
    expect(deliveries[0].what).toMatchObject(expected);
    expect(questions[0]?.message).not.toContain("without a mark");
  });

  test("through Tines, which gets all variables, has a field for it among them", async () => {
    const { call } = await deployment({ tale: [fires(run({ webhook: { id: 1, storyId: 1, name: "n" }, body: "" }))] });
    const { body } = await call("test_connector", { id: "tale", rule: "rule-tale", mode: "loud", dry_run: true });
    expect(body.plan.may_name).toContain('body.test "true"');
    expect(JSON.stringify(body)).not.toContain("without a mark");
  });

  test("by mail names the recipients, and says that Kibana sends its own text", async () => {
    const { call, questions } = await deployment({
      mail: [fires({ to: ["ops@example.com"], cc: ["boss@example.com"], subject: "{{rule.name}}", message: "x" })],
    });
    const { body } = await call("test_connector", { id: "mail", rule: "rule-mail", mode: "loud" });
    expect(questions[0]?.message).toMatch(/Recipients: .*ops@example\.com.*boss@example\.com/);
    expect(questions[0]?.message).toContain("[TEST] Rule of mail");
    expect(body.warnings).toContainEqual(expect.stringContaining("its own test text"));
  });

  test("is not sent without a person's yes, nor in another mode", async () => {
    const { call, writes, deliveries } = await deployment({ slack: [fires({ message: "x" })] }, declines);
    const args = { id: "slack", rule: "rule-slack" };
    expect((await call("test_connector", { ...args, mode: "loud" })).body.status).toBe("declined");
    expect((await call("test_connector", { ...args, mode: "loud", dry_run: true })).body.status).toBe("planned");
    expect((await call("test_connector", { ...args, mode: "near_safe" })).body.code).toBe("invalid_arguments");
    expect((await call("test_connector", { ...args, fill: { to: "x" } })).body.code).toBe("invalid_arguments");
    expect((await call("test_connector", args)).body).toMatchObject({
      status: "no_change",
      message: expect.stringMatching(/^Nothing was sent/),
    });
    expect([writes(), await deliveries()]).toEqual([[], []]);
  });

  test("is refused for an action that changes an incident which exists", async () => {
    const { call, writes } = await deployment({ jira: [fires(push({ summary: "x", externalId: "OPS-1" }))] });
    const { body } = await call("test_connector", { id: "jira", rule: "rule-jira", mode: "loud" });
    expect(body).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("an incident that exists") });
    expect(writes()).toEqual([]);
  });

  test("that could not close says so and gives the call that does", async () => {
    let runs = 0;
    let fail = () => Promise.resolve("");
    const { call, fault, incidents } = await deployment(
      { pager: [fires({ eventAction: "trigger", dedupKey: key, summary: "x" })] },
      accepts,
      async ({ path }) => {
        if (!path.includes("_execute")) return;
        runs += 1;
        if (runs === 2) await fail();
      },
    );
    fail = () => fault("error", { path: "_execute" });
    const { body } = await call("test_connector", { id: "pager", rule: "rule-pager", mode: "loud" });
    expect(body).toMatchObject({ result: { ok: false, closed: false } });
    expect(body.warnings).toContainEqual(expect.stringMatching(/^What was opened under connector-test-[0-9a-f]{8}-1 may still be open/));
    const [next] = body.next;
    expect(next).toMatchObject({ tool: "execute_connector", args: { id: "pager", params: { eventAction: "resolve" } } });
    await call(next.tool, next.args);
    expect(await incidents()).toMatchObject([{ status: "closed" }]);
  });
});
