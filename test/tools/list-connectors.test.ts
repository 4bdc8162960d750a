import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { seal } from "../../src/sealed.ts";
import { accepts, type Called, product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";

const row = (body: { connectors: { id: string }[] }, id: string) => body.connectors.find((one) => one.id === id);

describe("a row of the list says which connector it is, what uses it, and whether it works", () => {
  test("the last run's outcome and age; none if it did not run", async () => {
    const { call } = await product();
    const { body } = await call("list_connectors");
    expect(row(body, "deploy-hook")).toMatchObject({ uses: 1, last_run: expect.stringMatching(/^failed \d+ (min|h) ago$/) });
    expect(row(body, "kibana-log")).not.toHaveProperty("last_run");
    expect(body).not.toHaveProperty("warnings");
  });

  test("one that only a workflow uses does not read as unused: in the list, in its details, among namesakes", async () => {
    const { call } = await product();
    const { body } = await call("list_connectors", { space: "team-payments" });
    expect(row(body, "payments-on-call")).not.toHaveProperty("uses");
    expect(body.without_uses).toBe('Kibana counts none; state "unused" looks at all');
    const { connector, users } = (await call("get_connector", { id: "payments-on-call", space: "team-payments" })).body;
    expect([connector.uses, users[0].kind]).toEqual([undefined, "workflow"]);
    const unused = (await call("list_connectors", { space: "*", state: "unused" })).body;
    expect([row(unused, "payments-on-call"), unused.without_uses]).toEqual([undefined, undefined]);
    expect((await call("list_connectors", { text: "deploy" })).body.without_uses).toBeUndefined();
  });

  test("one request to the log per space, however many connectors it has", async () => {
    const { call, calls } = await product();
    await call("list_connectors", { space: "*" });
    expect(calls.filter((one) => JSON.stringify(one).includes("execution_logs")).length).toBe(3);
  });

  test("uses of preconfigured connectors are counted from the rules of each space, disabled ones too", async () => {
    const { call, bare } = await product();
    const { body } = await call("list_connectors", { space: "*", state: "preconfigured" });
    expect(body.connectors.map(({ space, uses }: { space: string; uses: number }) => [space, uses])).toEqual([
      ["default", 1],
      ["security", undefined],
      ["team-payments", undefined],
    ]);
    await bare("POST", "/api/alerting/rule/search-latency/_disable", {});
    expect((await call("list_connectors", { state: "preconfigured" })).body.connectors[0].uses).toBe(1);
  });

  test("those that the operator protects are marked, by id or name", async () => {
    const { call } = await product({ settings: { protect: ["ops-p*", "Batch Jira"] } });
    const { body } = await call("list_connectors");
    const marked = body.connectors.filter(({ flags = [] }: { flags?: string[] }) => flags.includes("protected"));
    expect(marked.map(({ id }: { id: string }) => id)).toEqual(["batch-jira", "ops-pagerduty"]);
    expect((await call("get_connector", { id: "batch-jira" })).body.connector.flags).toEqual(["protected"]);
  });

  test("says what may not be read, and gives the list anyway", async () => {
    const sandbox = await startSandbox({ auth: '{"users": [{"username": "r", "password": "pw", "actions": "read", "rules": "none"}]}' });
    onTestFinished(() => sandbox.close());
    const kibana = kibanaSettings({ url: sandbox.url, auth: { kind: "basic", username: "r", password: seal("pw", "password") } });
    const { call } = await product({ settings: { kibana } });
    const { body } = await call("list_connectors");
    expect(body.total).toBe(10);
    expect(body.warnings).toEqual([expect.stringMatching(/^No uses of preconfigured connectors in the space "default": /)]);
  });

  test("reports a log that cannot be read in a few words", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/_global_connector_execution_logs", times: 10 });
    const { body } = await call("list_connectors", { type: ".slack" });
    expect(body.total).toBe(2);
    expect(body.warnings).toEqual([expect.stringMatching(/^No last_run for the space "default": Kibana failed/)]);
  });
});

describe("describe_deployment says for which spaces the key may do something", () => {
  test("spaces with the same rights are grouped, others follow", async () => {
    const auth = `{"users": [{"username": "r", "password": "pw", "actions": {"*": "all", "security": "read"}, "rules": "all"}]}`;
    const sandbox = await startSandbox({ auth });
    onTestFinished(() => sandbox.close());
    const kibana = kibanaSettings({ url: sandbox.url, auth: { kind: "basic", username: "r", password: seal("pw", "password") } });
    const { call } = await product({ settings: { kibana } });
    const { body } = await call("describe_deployment");
    expect(body.may).toMatchObject({ spaces: ["default", "team-payments"], change_connectors: "yes" });
    expect(body.may.elsewhere).toEqual([
      { spaces: ["security"], read_connectors: "yes", execute_connectors: "yes", change_connectors: "no", read_rules: "yes" },
    ]);
  });

  test.each([
    ["basic", "basic"],
    ["platinum", "platinum"],
    ["expired", "trial (expired)"],
  ] as const)("a licence %s is named %s", async (license, named) => {
    const { call } = await product({ sandbox: { license } });
    expect((await call("describe_deployment")).body.deployment.licence).toBe(named);
  });

  test("a licence that cannot be read is left out", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/api/licensing/info", times: 10 });
    const { body, isError } = await call("describe_deployment");
    expect(isError).toBeFalsy();
    expect(body.deployment).not.toHaveProperty("licence");
  });
});

const ids = ({ body }: Called): string[] => body.connectors.map(({ id }: { id: string }) => id);

describe("list_connectors", () => {
  test("lists one space: names, types, uses and flags, nothing else", async () => {
    const { call } = await product();
    const { body } = await call("list_connectors");
    expect(body.total).toBe(10);
    expect(body.connectors).toContainEqual({
      id: "ops-pagerduty",
      name: "Ops PagerDuty",
      type: ".pagerduty",
      space: "default",
      uses: 4,
      last_run: expect.stringMatching(/^ok \d+ (min|h) ago$/),
    });
    expect(body.connectors).toContainEqual({
      id: "ops-mail-preconfigured",
      name: "Ops mail",
      type: ".email",
      space: "default",
      uses: 1,
      flags: ["preconfigured"],
    });
    expect(body).not.toHaveProperty("cursor");
  });

  test.each<[Record<string, unknown>, string[]]>([
    [{ type: ".slack" }, ["ops-slack", "ops-slack-2"]],
    [{ type: "Slack" }, ["ops-slack", "ops-slack-2"]],
    [{ text: "SLACK-2" }, ["ops-slack-2"]],
    [{ text: "imported" }, ["imported-pagerduty"]],
    [{ state: "missing_secrets" }, ["imported-pagerduty"]],
    [{ state: "deprecated" }, ["servicenow-itsm"]],
    [{ state: "preconfigured" }, ["ops-mail-preconfigured"]],
    [{ state: "unused" }, ["kibana-log", "ops-slack-2", "imported-pagerduty"]],
    [{ state: "unusable" }, []],
    [{ type: "pagerduty", state: "missing_secrets" }, ["imported-pagerduty"]],
    [{ space: "security" }, ["ops-mail-preconfigured", "soc-jira", "soc-slack"]],
    [{ space: "security, team-payments,security", type: ".slack" }, ["soc-slack", "payments-on-call"]],
    [{ space: "*", type: ".pagerduty" }, ["ops-pagerduty", "imported-pagerduty", "payments-pagerduty"]],
  ])("%j → %j", async (args, expected) => {
    const { call } = await product();
    expect(ids(await call("list_connectors", args))).toEqual(expected);
  });

  test("marks as unusable what the licence does not cover", async () => {
    const { call } = await product({ sandbox: { license: "basic" } });
    expect(ids(await call("list_connectors", { state: "unusable" }))).not.toContain("kibana-log");
    expect(ids(await call("list_connectors", { state: "unusable" }))).toContain("ops-slack");
  });

  test("all pages together are complete, whatever is added or deleted in between", async () => {
    const { call, bare } = await product();
    const whole = ids(await call("list_connectors", { space: "*" }));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20; page++) {
      const answer = await call("list_connectors", { space: "*", limit: 3, ...(cursor && { cursor }) });
      seen.push(...ids(answer));
      // One is added that sorts before the rows already seen, and one of those is deleted.
      if (page === 0) await bare("POST", "/api/actions/connector/aaa", { name: "AAA", connector_type_id: ".server-log" });
      if (page === 1) await bare("DELETE", "/api/actions/connector/alert-audit-index");
      cursor = answer.body.cursor;
      if (!cursor) break;
    }
    expect(seen).toEqual(whole);
  });

  test("a limit that exactly fits one page leaves no cursor", async () => {
    const { call } = await product();
    expect((await call("list_connectors", { limit: 10 })).body).not.toHaveProperty("cursor");
    expect((await call("list_connectors", { limit: 9 })).body).toHaveProperty("cursor");
  });

  test("reports one unreadable space among several, and fails if it is the only one", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/s/security/api/actions/connectors" });
    const { body } = await call("list_connectors", { space: "default,security" });
    expect(body.total).toBe(10);
    expect(body.warnings[0]).toMatch(/^The space "security" is not in this list: Kibana failed \(500/);
    await fault("error", { path: "/s/security/api/actions/connectors" });
    expect((await call("list_connectors", { space: "security" })).body).toMatchObject({ code: "kibana_error" });
  });

  test('"*" keeps to --spaces', async () => {
    const { call } = await product({ settings: { spaces: ["security"] } });
    const { body } = await call("list_connectors", { space: "*" });
    expect(new Set(body.connectors.map(({ space }: { space: string }) => space))).toEqual(new Set(["security"]));
  });

  test.each<[Record<string, unknown>, string, string, string]>([
    [{ space: "secruity" }, "space_not_found", 'There is no space "secruity".', 'Did you mean "security"?'],
    [
      { space: "default,nothing-like-it" },
      "space_not_found",
      'There is no space "nothing-like-it".',
      "Ask the user which of the spaces in `spaces` is meant.",
    ],
    [{ space: "," }, "invalid_arguments", "`space` names no space.", 'Give ids with commas, or "*", or leave it out.'],
    [
      { type: "teams webhook" },
      "type_unknown",
      'This Kibana has no connector type "teams webhook".',
      expect.stringMatching(/^Did you mean \.cases-webhook \(.+\) or \.slack \(Slack; Messaging; secrets: webhookUrl\) or /),
    ],
    [{ cursor: "abc" }, "invalid_arguments", "`cursor` is not one that this tool gave out.", "Leave it out to begin with the first page."],
    [
      { spcae: "default" },
      "invalid_arguments",
      'The arguments do not fit: spcae: is not an argument: did you mean "space"?',
      "Correct them and call again. It takes: space, type, text, state, limit, cursor.",
    ],
  ])("%j → %s", async (args, code, message, fix) => {
    const { call } = await product();
    expect((await call("list_connectors", args)).body).toMatchObject({ code, message, fix });
  });

  test.each([[[]], ["{"], ["[]"], [7]])("arguments that are not an object, %j, get a coded error like any other mistake", async (args) => {
    const { call } = await product();
    expect((await call("list_connectors", args as unknown as Record<string, unknown>)).body).toMatchObject({ code: "invalid_arguments" });
  });
});

test("the same list again, after changes, shows what is there now", async () => {
  const { call, bare } = await product({ person: accepts });
  const shown = async () => (await call("list_connectors", { limit: 100 })).body;
  const before = await shown();
  await call("create_connector", { name: "A new one", type: ".server-log" });
  await bare("POST", "/api/actions/connector/a-new-one/_execute", { params: { message: "hello" } });
  await bare("POST", "/api/alerting/rule", {
    name: "Uses the preconfigured one",
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "5m" },
    params: {},
    actions: [
      {
        id: "ops-mail-preconfigured",
        group: "query matched",
        params: {},
        frequency: { summary: false, notify_when: "onActiveAlert", throttle: null },
      },
    ],
  });
  const after = await shown();
  expect(after.total).toBe(before.total + 1);
  expect(row(after, "a-new-one")).toMatchObject({ last_run: expect.stringMatching(/^ok 0 min ago$/) });
  expect(row(after, "ops-mail-preconfigured")).toMatchObject({ uses: 2 });
  await call("safe_delete_connector", { ids: ["a-new-one"] });
  const last = await shown();
  expect([last.total, row(last, "a-new-one")]).toEqual([before.total, undefined]);
});
