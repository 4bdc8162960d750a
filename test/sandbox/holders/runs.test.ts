import { describe, expect, test } from "vitest";
import { kibana, refusal } from "../kibana.ts";
import { posting } from "./workflow-yaml.ts";

const root = "/api/workflows";
const { call, get } = await kibana();

/** Runs steps once; what the outside world got by it, and how each step went. */
async function run(steps: string, inputs: Record<string, unknown> = {}, more = "", space = "") {
  const before = (await get("/sandbox/deliveries")).body.deliveries.length;
  const workflowYaml = `name: Test\ntriggers: [{ type: manual }]\n${more}steps:\n${steps}`;
  const started = await call("POST", `${space}${root}/test`, { workflowYaml, inputs });
  if (started.status !== 200) throw new Error(JSON.stringify(started.body));
  const { body } = await get(`${space}${root}/executions/${started.body.workflowExecutionId}`);
  const delivered = (await get("/sandbox/deliveries")).body.deliveries.slice(before);
  return {
    status: body.status as string,
    error: body.error?.message as string | undefined,
    steps: Object.fromEntries(body.stepExecutions.map(({ stepId, status }: Record<string, string>) => [stepId, status])),
    to: delivered.map(({ connector_id: id }: { connector_id: string }) => id) as string[],
    what: delivered.map(({ what }: { what: unknown }) => what) as unknown[],
  };
}
const slack = (name: string, connector = "ops-slack", indent = "  ", more = "") =>
  `${indent}- { name: ${name}, type: slack, connector-id: "${connector}", with: { message: ${name} }${more} }\n`;

describe("a step of a connector", () => {
  test.each([
    ["its id", slack("a"), ["ops-slack"]],
    ["its name, the first of two", slack("a", "Ops Slack"), ["ops-slack"]],
    ["a constant", slack("a", "{{ consts.c }}"), ["ops-slack"]],
    ["what the run is given", slack("a", "{{ inputs.c }}"), ["ops-slack"]],
    ["a sub-action", `  - { name: j, type: jira.getFields, connector-id: batch-jira, with: {} }\n`, []],
    [
      "a preconfigured one",
      `  - { name: m, type: email, connector-id: Ops mail, with: { to: [a@example.com], subject: s, message: m } }\n`,
      ["ops-mail-preconfigured"],
    ],
  ])("reaches it by %s", async (_how, steps, to) => {
    const done = await run(steps, { c: "ops-slack" }, "consts: { c: ops-slack }\n");
    expect([done.status, done.to]).toEqual(["completed", to]);
  });

  test.each([
    ["an unknown one", slack("a", "nobody"), "Connector nobody not found"],
    ["one of another space", slack("a", "soc-slack"), "Connector soc-slack not found"],
    ["none", "  - { name: a, type: slack, with: { message: m } }\n", "Connector ID is required"],
    [
      "one without secrets",
      "  - { name: a, type: pagerduty, connector-id: imported-pagerduty, with: { eventAction: trigger } }\n",
      'Unable to execute action because no secrets are defined for the "PagerDuty (imported)" connector.',
    ],
    ["one whose service refuses", slack("a", "ops-slack-2"), "unexpected http response from slack"],
    ["bad params", "  - { name: a, type: slack, connector-id: ops-slack, with: { text: m } }\n", "error validating action params"],
  ])("fails with %s", async (_what, steps, message) => {
    const done = await run(steps);
    expect(done).toMatchObject({ status: "failed", error: expect.stringContaining(message), to: [] });
  });

  test("a template is filled in, a value keeps its kind, and a later step sees what an earlier one answered", async () => {
    const steps = `${slack("a")}  - { name: b, type: slack, connector-id: ops-slack, with: { message: "{{ inputs.who }} {{ steps.a.output | json }}" } }\n`;
    expect((await run(steps, { who: "Ann" })).what[1]).toEqual({ message: 'Ann {"text":"ok"}' });
  });
});

describe("steps in steps", () => {
  const deep = "      ";
  test.each([
    [
      "if",
      `  - name: i\n    type: if\n    condition: "inputs.n: 1"\n    steps:\n${slack("yes", undefined, deep)}    else:\n${slack("no", undefined, deep)}`,
      ["yes"],
    ],
    [
      "else",
      `  - name: i\n    type: if\n    condition: "inputs.n: 2"\n    steps:\n${slack("yes", undefined, deep)}    else:\n${slack("no", undefined, deep)}`,
      ["no"],
    ],
    [
      "foreach",
      `  - name: f\n    type: foreach\n    foreach: "\${{ inputs.list }}"\n    steps:\n${slack("each", undefined, deep)}`,
      ["each", "each"],
    ],
    [
      "switch",
      `  - name: s\n    type: switch\n    expression: "{{ inputs.n }}"\n    cases:\n      - match: 1\n        steps:\n${slack("one", undefined, "          ")}    default:\n${slack("other", undefined, deep)}`,
      ["one"],
    ],
    [
      "default",
      `  - name: s\n    type: switch\n    expression: x\n    cases: []\n    default:\n${slack("other", undefined, deep)}`,
      ["other"],
    ],
    [
      "parallel",
      `  - name: p\n    type: parallel\n    branches:\n      - name: l\n        steps:\n${slack("left", undefined, "          ")}      - name: r\n        steps:\n${slack("right", undefined, "          ")}`,
      ["left", "right"],
    ],
    ["a step's own if", slack("skipped", undefined, "  ", ', if: "inputs.n: 2"'), []],
    ["a step's own foreach", slack("each", undefined, "  ", ', foreach: "{{ inputs.list | json }}"'), ["each", "each"]],
  ])("%s", async (_key, steps, messages) => {
    const done = await run(steps, { n: 1, list: ["x", "y"] });
    expect([done.status, done.what]).toEqual(["completed", messages.map((message) => ({ message }))]);
  });

  test("a fallback runs where a step fails, and the run goes on", async () => {
    const steps = `  - name: a\n    type: slack\n    connector-id: nobody\n    with: { message: m }\n    on-failure:\n      fallback:\n${slack("instead", undefined, "        ")}${slack("after")}`;
    expect(await run(steps)).toMatchObject({ status: "completed", steps: { a: "failed", instead: "completed", after: "completed" } });
    expect(
      await run(slack("a", "nobody"), {}, `settings:\n  on-failure:\n    fallback:\n${slack("last", undefined, "      ")}`),
    ).toMatchObject({
      status: "failed",
      to: ["ops-slack"],
    });
  });
});

describe("other steps that reach connectors", () => {
  test("a request to Kibana, by its path", async () => {
    const steps = `  - name: r\n    type: kibana.request\n    with: { method: POST, path: /api/actions/connector/kibana-log/_execute, body: { params: { message: m } } }\n`;
    expect(await run(steps)).toMatchObject({ status: "completed", to: ["kibana-log"] });
    expect((await run(steps.replace("kibana-log", "nope"))).error).toMatch(/action\/nope\] not found/);
  });

  test("a request to any of Kibana's routes, from the root, with the rights of the run", async () => {
    const ask = (what: string) => run(`  - name: r\n    type: kibana.request\n    with: ${what}\n`);
    expect((await ask("{ path: /api/actions/connectors }")).status).toBe("completed");
    expect((await ask("{ request: { method: GET, path: /api/alerting/rules/_find, query: { per_page: 1 } } }")).status).toBe("completed");
    expect((await ask("{ path: /api/alerting/rules/_find, query: { per_page: x } }")).error).toMatch(/^HTTP 400: \[request query/);
    const create = "{ method: POST, path: /api/actions/connector/by-a-run, body: { name: n, connector_type_id: .server-log } }";
    expect((await ask(create)).status).toBe("completed");
    expect((await get("/api/actions/connector/by-a-run")).status).toBe(200);
    expect((await ask("{ path: /s/security/api/actions/connector/by-a-run }")).error).toBe(
      "HTTP 404: Saved object [action/by-a-run] not found",
    );
  });

  test("the channels of a step that waits for a person", async () => {
    const steps = `  - name: w\n    type: waitForApproval\n    with: { message: May I?, channels: { slack: { connector-id: Ops Slack } } }\n${slack("later")}`;
    expect(await run(steps)).toMatchObject({ status: "waiting_for_input", steps: { w: "waiting_for_input" }, to: ["ops-slack"] });
  });

  test("another workflow, if it is on, and not for ever", async () => {
    const execute = (id: string) => `  - { name: x, type: workflow.execute, with: { workflow-id: ${id}, inputs: { summary: s } } }\n`;
    expect(await run(execute("page-on-call"))).toMatchObject({ status: "completed", to: ["ops-pagerduty"] });
    expect((await run(execute("weekly-report"))).error).toBe("Workflow is not valid: weekly-report");
    expect((await run(execute("nope"))).error).toBe("Workflow not found: nope");
    const loop = `name: Loop\ntriggers: [{ type: manual }]\nsteps:\n${execute("loop")}`;
    await call("POST", `${root}/workflow`, { yaml: loop, id: "loop" });
    expect((await run(execute("loop"))).status).toBe("failed");
  });

  test("a model's connector has to be there", async () => {
    const ask = (key: string) => `  - { name: a, type: ai.prompt, ${key}with: { prompt: p } }\n`;
    expect((await run(ask(""))).error).toBe("No default AI connector configured");
    expect((await run(ask("connector-id: gone, "))).error).toBe("Connector gone not found");
  });
});

describe("a run", () => {
  const start = (id: string, space = "") => call("POST", `${space}${root}/workflow/${id}/run`, { inputs: {} });

  test("is listed, with the last one in the list of workflows", async () => {
    const own = await kibana();
    const { workflowExecutionId: id } = (await own.call("POST", `${root}/workflow/page-on-call/run`, { inputs: { summary: "s" } })).body;
    const { body } = await own.get(`${root}/workflow/page-on-call/executions`);
    expect(body).toMatchObject({ page: 1, total: 1, results: [{ id, status: "completed", isTestRun: false, executedBy: "sandbox" }] });
    const row = (await own.get(root)).body.results.find((one: { id: string }) => one.id === "page-on-call");
    expect(row.history).toMatchObject([{ id, workflowId: "page-on-call", status: "completed" }]);
    const logs = (await own.get("/sandbox/deliveries")).body.deliveries;
    expect(logs).toMatchObject([{ connector_id: "ops-pagerduty", what: { summary: "s", dedupKey: id } }]);
  });

  test.each([
    ["nope", 404, "Workflow not found"],
    ["weekly-report", 400, "Workflow is not valid: weekly-report"],
  ])("of %s is refused", async (id, status, message) => {
    expect((await start(id)).body).toEqual(refusal(status, message));
  });

  test("of one that is off is refused, a test of it is not", async () => {
    await call("POST", `${root}/workflow`, { yaml: `enabled: false\n${posting("Off", "ops-slack")}`, id: "off" });
    expect((await start("off")).body).toEqual(refusal(400, "Workflow is disabled: off. Enable the workflow to run it."));
    expect((await call("POST", `${root}/test`, { workflowId: "off", inputs: {} })).status).toBe(200);
    expect((await call("POST", `${root}/test`, { workflowYaml: "a: [", inputs: {} })).body).toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(/^Invalid workflow yaml: /),
      attributes: { validationErrors: [expect.any(String)] },
    });
  });

  test("of one step does that step for real", async () => {
    const workflowYaml = `name: T\ntriggers: [{ type: manual }]\nsteps:\n${slack("a")}${slack("b")}`;
    const before = (await get("/sandbox/deliveries")).body.deliveries.length;
    expect((await call("POST", `${root}/step/test`, { stepId: "b", contextOverride: {}, workflowYaml })).status).toBe(200);
    const { deliveries } = (await get("/sandbox/deliveries")).body;
    expect(deliveries.slice(before)).toMatchObject([{ what: { message: "b" } }]);
  });

  test.each([
    ["/s/team-payments", "tell-payments-on-call", ["payments-on-call"]],
    ["/s/team-payments", "payment-triage", []],
    ["/s/security", "open-soc-ticket", ["soc-jira"]],
    ["", "escalate-incident", ["ops-pagerduty"]],
  ])("of the demo's workflows: %s %s reaches %j", async (space, id, reached) => {
    const own = await kibana();
    const started = await own.call("POST", `${space}${root}/workflow/${id}/run`, { inputs: {} });
    const done = (await own.get(`${space}${root}/executions/${started.body.workflowExecutionId}`)).body;
    expect([done.status, done.error]).toEqual(["completed", null]);
    const { deliveries } = (await own.get("/sandbox/deliveries")).body;
    expect(deliveries.map(({ connector_id }: { connector_id: string }) => connector_id)).toEqual(reached);
  });

  test("of the nested one reaches what is deepest, and its fallback where that is gone", async () => {
    const own = await kibana();
    const urgent = () => own.call("POST", `/s/team-payments${root}/workflow/payment-triage/run`, { inputs: { severity: "critical" } });
    await urgent();
    await own.call("DELETE", "/s/team-payments/api/actions/connector/payments-opsgenie");
    await urgent();
    const { deliveries } = (await own.get("/sandbox/deliveries")).body;
    expect(deliveries.map(({ connector_id }: { connector_id: string }) => connector_id)).toEqual([
      "payments-opsgenie",
      "payments-pagerduty",
    ]);
  });
});

test("a rule that fires starts the workflow of its system action, for new alerts only", async () => {
  const own = await kibana();
  const action = (workflowId: string) => ({
    id: "system-connector-.workflows",
    params: { subAction: "run", subActionParams: { workflowId } },
  });
  const rule = (workflowId: string) => ({
    ...{ name: workflowId, rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" } },
    actions: [action(workflowId)],
  });
  const made = (await own.call("POST", "/api/alerting/rule", rule("page-on-call"))).body;
  const fire = async (id: string) => (await own.call("POST", `/sandbox/rules/${id}/fire`, { state: "active" })).body.actions;
  expect(await fire(made.id)).toMatchObject([{ status: "ok", executions: [expect.any(String)] }]);
  expect(await fire(made.id)).toMatchObject([{ status: "ok", executions: [] }]);
  const { deliveries } = (await own.get("/sandbox/deliveries")).body;
  expect(deliveries).toMatchObject([{ connector_id: "ops-pagerduty" }]);
  const broken = (await own.call("POST", "/api/alerting/rule", rule("weekly-report"))).body;
  expect(await fire(broken.id)).toMatchObject([{ status: "error", message: "Workflow is not valid: weekly-report" }]);
});
