import { describe, expect, onTestFinished, test } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { seal } from "../../src/sealed.ts";
import type { Settings } from "../../src/settings/index.ts";
import { httpSettings } from "../support/http.ts";
import { accepts, connect, declines, type ProductOptions, product } from "../support/product.ts";
import { action, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
const log = { name: "Trail", type: ".server-log" };

/** The same deployment through other credentials. */
async function as(made: Made, auth: NonNullable<Settings["kibana"]>["auth"]) {
  const { kibana } = made.settings;
  if (!kibana) throw new Error("no Kibana");
  const settings = { ...made.settings, kibana: { ...kibana, auth } };
  const backend = createBackend(settings, {}, made.clock);
  onTestFinished(() => backend.close());
  return connect(backend, settings, accepts);
}

describe("who was asked", () => {
  test.each<[string, ProductOptions, [string, Record<string, unknown>], string]>([
    ["nobody", {}, ["create_connector", log], "none"],
    ["a person in a form", { person: accepts }, ["update_connector", { id: "kibana-log", name: "Log" }], "form"],
    [
      "nobody, as the operator wants it",
      { settings: { skipConfirmation: true } },
      ["safe_delete_connector", { ids: ["kibana-log"] }],
      "skipped",
    ],
  ])("%s: is in the answer and in list_changes", async (_who, options, [tool, args], asked) => {
    const { call } = await product(options);
    expect((await call(tool, args)).body).toMatchObject({ status: "done", asked });
    expect((await call("list_changes")).body.changes[0].asked).toBe(asked);
  });

  test("with a token: the same", async () => {
    const { call } = await product({ settings: { confirm: "token" } });
    const args = { ids: ["kibana-log"] };
    const { confirm } = (await call("safe_delete_connector", args)).body;
    expect((await call("safe_delete_connector", { ...args, confirm: confirm.id })).body).toMatchObject({ status: "done", asked: "token" });
  });
});

describe("an answer has what the next step needs", () => {
  test("uses, and the rules with enabled, groups and their present params", async () => {
    const { call, clock } = await product({ person: accepts });
    expect((await call("create_connector", log)).body.result.connector).toMatchObject({ id: "trail" });
    const rules = ["deploy-watch", "nightly-batch-is-late"];
    const { result } = (await call("attach_connector", { connector: "trail", rules, params: { message: "m" } })).body;
    expect(result.rules).toMatchObject([
      { id: "deploy-watch", enabled: true, groups: ["query matched", "recovered"], actions: [{ params: { message: "m" } }, {}] },
      { id: "nightly-batch-is-late", enabled: false, actions: "as in deploy-watch" },
    ]);
    expect((await call("update_connector", { id: "trail", name: "Log" })).body.result.connector).toMatchObject({ name: "Log", uses: 2 });
    clock.advance(1000);
    const moved = (await call("replace_connector", { from: "trail", to: "kibana-log" })).body.result;
    expect(moved).toMatchObject({ still_used_by: 0, rules: [{ enabled: true }, { enabled: false }] });
    clock.advance(1000);
    const back = (await call("undo_change", { change: "last" })).body.result;
    expect([back.rules_put_back, back.rules]).toEqual([
      2,
      expect.arrayContaining([
        { id: "deploy-watch", name: "Deploy watch", enabled: true },
        { id: "nightly-batch-is-late", name: "Nightly batch is late", enabled: false },
      ]),
    ]);
  });

  test("of an undo that is no longer possible: how the connector is now", async () => {
    const { call, bare } = await product({ person: accepts });
    await call("update_connector", { id: "kibana-log", name: "Log" });
    await bare("PUT", "/api/actions/connector/kibana-log", { name: "Theirs", config: {}, secrets: {} });
    expect((await call("undo_change", { change: "last" })).body.result).toMatchObject({
      differs: ["name"],
      now: { name: "Theirs" },
    });
  });
});

describe("the owner of a rule's API key", () => {
  async function deployment() {
    const made = await product({ sandbox: { empty: true } });
    for (const id of ["one", "two"]) await makeConnector(made, id);
    await makeRule(made, "r", [action("one")]);
    return made;
  }
  const replaced = { from: "one", to: "two" };

  test("has the same name in the plan, the question, the answer and the rule, with how to restore it", async () => {
    const made = await deployment();
    const server = await as(made, { kind: "api_key", key: seal("a-b-c-d-e-f", "API key") });
    const { plan, warnings } = (await server.call("replace_connector", { ...replaced, dry_run: true })).body;
    const owner = plan.effects[0].after.api_key_owner;
    const { result } = (await server.call("replace_connector", replaced)).body;
    expect([plan.effects[0].before.api_key_owner, owner, result.api_key_owner, (await ruleOf(made, "r")).api_key_owner]).toEqual([
      "sandbox",
      "sandbox",
      "sandbox",
      "sandbox",
    ]);
    for (const said of [warnings.join(), server.questions[0]?.message]) {
      expect(said).toContain("this server's own API key");
      // To its end, in a question too.
      expect(said).toContain('"Update API key" in a rule\'s menu gives it a key of whoever clicks.');
    }
  });

  test("is named together with the former one if it changes, and how that one gets the key back", async () => {
    const made = await deployment();
    const server = await as(made, { kind: "basic", username: "ann", password: seal("x", "password") });
    const { plan, warnings } = (await server.call("replace_connector", { ...replaced, dry_run: true })).body;
    const { before, after } = plan.effects[0];
    expect([before.api_key_owner, after.api_key_owner]).toEqual(["sandbox", "ann"]);
    expect(warnings.join()).toContain(
      'will run with a key of ann, no longer of sandbox, also after an undo. To give it back, the former owner clicks "Update API key" in a rule\'s menu in Kibana',
    );
    expect((await server.call("replace_connector", replaced)).body.result.api_key_owner).toBe("ann");
    expect((await ruleOf(made, "r")).api_key_owner).toBe("ann");
    // Once it is hers, nothing is said of another owner.
    const again = (await server.call("replace_connector", { from: "two", to: "one", dry_run: true })).body;
    expect([again.plan.effects[0].before.api_key_owner, JSON.stringify(again.warnings ?? [])]).toEqual([
      "ann",
      expect.not.stringContaining("key of"),
    ]);
  });
});

test("the new owner of a rule's key is in its line, however much its actions say", async () => {
  const made = await product({ sandbox: { empty: true } });
  await makeConnector(made, "pager", ".pagerduty");
  for (const id of ["one", "two"]) await makeConnector(made, id, ".slack", { name: `${"A long name of a channel ".repeat(3)}${id}` });
  for (const id of ["a", "b"]) {
    const used = ["one", "two"].flatMap((of) => [action(of), action(of, { group: "recovered" })]);
    await makeRule(made, id, [...used, action("pager", { params: { eventAction: "trigger", summary: "s" } })]);
  }
  const server = await as(made, { kind: "basic", username: "ann", password: seal("x", "password") });
  await server.call("replace_connector", { from: "one", to: "two" });
  const lines = server.questions[0]?.message.split("\n").filter((line) => line.startsWith("- update rule")) ?? [];
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/characters\); its API key: sandbox → ann$/);
});

describe("a plan shows what is removed and what is added", () => {
  async function deployment(options: ProductOptions = {}) {
    const made = await product({ person: declines, ...options, sandbox: { empty: true } });
    await makeConnector(made, "chat");
    await makeConnector(made, "pager", ".pagerduty");
    await makeConnector(made, "other");
    return made;
  }
  const planOf = async (made: Made, tool: string, args: Record<string, unknown>) =>
    (await made.call(tool, { ...args, dry_run: true })).body.plan;

  test("when an action moves to another type: the params of both, in the plan and in the question", async () => {
    const made = await deployment();
    const filter = { query: { kql: "host.name: a", filters: [] } };
    await makeRule(made, "r", [action("chat", { params: { message: "Old words" }, alerts_filter: filter })]);
    const args = { from: "chat", to: "pager", params: { eventAction: "trigger", summary: "New words", dedupKey: "k" } };
    const [{ before, after }] = (await planOf(made, "replace_connector", args)).effects;
    expect(before.goes).toEqual([{ action: expect.stringContaining("Connector chat"), params: { message: "Old words" } }]);
    expect(after.comes[0].params).toEqual(args.params);
    await made.call("replace_connector", args);
    for (const words of ["Old words", "New words"]) expect(made.questions[0]?.message).toContain(words);
  });

  test("when it moves to the same type: only the connector differs", async () => {
    const made = await deployment();
    await makeRule(made, "r", [action("chat", { params: { message: "Same" } })]);
    expect(JSON.stringify((await planOf(made, "replace_connector", { from: "chat", to: "other" })).effects)).not.toContain("Same");
  });

  test("when it is removed: all of it, with its conditions; a secret in it is hidden, a long text cut", async () => {
    const made = await deployment();
    const params = { message: `See https://x.example/?token=abcdefgh ${"x".repeat(500)}` };
    await makeRule(made, "r", [
      action("chat", { params, alerts_filter: { timeframe: { days: [1], timezone: "UTC", hours: { start: "08:00", end: "17:00" } } } }),
    ]);
    const [{ before }] = (await planOf(made, "replace_connector", { from: "chat", remove: true })).effects;
    expect(before.goes[0]).toMatchObject({ alerts_filter: { timeframe: { days: [1] } } });
    expect(before.goes[0].params.message).toMatch(/^See https:\/\/x\.example\/\?token=\[redacted\] x+… \(\d+ more characters\)$/);
  });

  test("in an undo and a replaced action: only what differs; once if it is the same in many rules", async () => {
    const made = await deployment({ person: accepts });
    for (const id of ["a", "b"])
      await makeRule(made, id, [action("pager", { params: { eventAction: "trigger", summary: "Old", severity: "info" } })]);
    const args = { connector: "pager", rules: ["a", "b"], params: { severity: "critical" }, replace: true };
    const [first, second] = (await planOf(made, "attach_connector", args)).effects;
    expect([first.before.goes[0].params.severity, second.before.goes, second.after.comes]).toEqual(["info", "as in a", "as in a"]);
    await made.call("attach_connector", args);
    expect(made.questions[0]?.message).toMatch(/^Before: .*"severity":"info".*\nAfter: .*"severity":"critical"/m);
    const [undone] = (await planOf(made, "undo_change", { change: "last" })).effects;
    expect([JSON.stringify(undone.before.goes), JSON.stringify(undone.after.comes)]).toEqual([
      expect.stringContaining('"severity":"critical"'),
      expect.stringContaining('"severity":"info"'),
    ]);
  });
});

describe("how many incidents there can be", () => {
  const types = { query: ".es-query", metric: "metrics.alert.threshold" };
  test("is in the plan of an attach, the question and the answer", async () => {
    const made = await product({ person: accepts, sandbox: { empty: true } });
    await makeConnector(made, "pager", ".pagerduty");
    const params = { groupBy: "top", termField: ["host.name", "service.name"], termSize: 20 };
    await makeRule(made, "a", [], { rule_type_id: types.query, params });
    await makeRule(made, "b", [], { rule_type_id: types.query });
    const one = (await made.call("attach_connector", { connector: "pager", rules: ["a"], dry_run: true })).body.plan;
    const each = "one for each host.name and service.name (20 at most)";
    expect([one.summary, one.effects[0].after.alerts]).toEqual([expect.stringContaining(`Alerts: ${each}.`), each]);
    const { result } = (await made.call("attach_connector", { connector: "pager", rules: ["a", "b"] })).body;
    expect(result.rules.map(({ alerts }: { alerts: string }) => alerts)).toEqual([each, "one for the whole rule"]);
    expect(made.questions[0]?.message).toContain("The number of possible alerts differs by rule");
  });
});

describe("a batch that is refused says what could go", () => {
  test("of connectors to delete: those that nothing uses", async () => {
    const { call } = await product({ person: accepts });
    const { code, detail } = (await call("safe_delete_connector", { ids: ["kibana-log", "ops-pagerduty", "nobody"] })).body;
    expect([code, detail.could_go, detail.refused.map(({ id }: { id: string }) => id)]).toEqual([
      "in_use",
      ["kibana-log"],
      ["ops-pagerduty", "nobody"],
    ]);
  });

  test("if one is protected: the others", async () => {
    const { call } = await product({ person: accepts, settings: { protect: ["kibana-*"] } });
    await call("create_connector", log);
    expect((await call("safe_delete_connector", { ids: ["kibana-log", "trail"] })).body).toMatchObject({
      code: "protected",
      detail: { could_go: ["trail"] },
    });
  });

  test("of rules: those that fit", async () => {
    const { call } = await product({ person: accepts });
    const args = { connector: "ops-slack", rules: ["deploy-watch", "search-latency"], groups: ["query matched"] };
    expect((await call("attach_connector", args)).body).toMatchObject({
      code: "invalid_arguments",
      detail: { could_go: ["deploy-watch"] },
    });
  });

  test("over the hour's limit: how many are left", async () => {
    const { call } = await product({ person: accepts, settings: { maxChangesPerHour: 1 } });
    const args = { ids: ["ops-slack-2", "imported-pagerduty"], dry_run: true };
    const { code, fix } = (await call("safe_delete_connector", args)).body;
    expect([code, fix]).toEqual(["limit_reached", expect.stringContaining("Do fewer in one call (1 are left now)")]);
  });
});

describe("connectors whose secret decides the target are never said to have the same target", () => {
  test.each([
    [{ type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_A" } } }],
    [{ type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: { $env: "CONNECTOR_SECRET_A" } } }],
    [{ type: ".slack_api", secrets: { token: { $env: "CONNECTOR_SECRET_B" } } }],
  ])("%j", async (one) => {
    const env = { CONNECTOR_SECRET_A: "k".repeat(32), CONNECTOR_SECRET_B: "xoxb-1234567890-abc" };
    const { call } = await product({ person: accepts, env, sandbox: { empty: true } });
    await call("create_connector", { name: "First of them", ...one });
    const { status, warnings } = (await call("create_connector", { name: "Second of them", ...one })).body;
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("cannot be seen, since a secret decides it")]);
    expect(warnings.join()).not.toContain("has the same target");
  });
});

test("a mere rename says nothing about tests, tokens or the config", async () => {
  const { call, bare } = await product({ person: accepts, sandbox: { empty: true } });
  const config = { url: "https://a.example/x?token=abcdefgh", method: "post", hasAuth: false, authType: null };
  await bare("POST", "/api/actions/connector/hook", { name: "Hook", connector_type_id: ".webhook", config, secrets: {} });
  const { status, warnings, next } = (await call("update_connector", { id: "hook", name: "Other", assert_no_other_secrets: true })).body;
  expect([status, (warnings ?? []).filter((one: string) => /test|token/i.test(one)), next]).toEqual(["done", [], undefined]);
});

describe("a dry run says what the call would be refused for", () => {
  test("that nobody could agree, with the plan", async () => {
    // Shared over HTTP, where nobody sees a page of this machine.
    const { call, writes } = await product({ settings: { http: httpSettings({ loopback: false }) } });
    const {
      status,
      plan,
      message,
      would_be_refused: refused,
    } = (await call("safe_delete_connector", { ids: ["kibana-log"], dry_run: true })).body;
    expect([status, plan.summary, message]).toEqual([
      "planned",
      expect.stringContaining("Delete"),
      expect.stringContaining("would be refused"),
    ]);
    const { code, message: why } = (await call("safe_delete_connector", { ids: ["kibana-log"] })).body;
    expect([refused[0].code, refused[0].message, writes()]).toEqual([code, why, []]);
  });

  test("that the credentials may not do it in that space, for connectors and for rules", async () => {
    const rights = { actions: { default: "all", "*": "read" }, rules: { default: "all", "*": "read" } };
    const users = [
      { username: "admin", password: "admin", actions: "all", rules: "all" },
      { username: "narrow", password: "narrow", ...rights },
    ];
    const made = await product({ sandbox: { empty: true, spaces: ["ops"], auth: JSON.stringify({ users }) } });
    const admin = await as(made, { kind: "basic", username: "admin", password: seal("admin", "password") });
    const narrow = await as(made, { kind: "basic", username: "narrow", password: seal("narrow", "password") });
    for (const [name, space] of [
      ["One", "ops"],
      ["Two", "ops"],
    ])
      await admin.call("create_connector", { name, space, type: ".server-log" });
    const body = {
      name: "Rule r",
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "1m" },
      params: {},
      actions: [action("one", { params: { message: "m" } })],
    };
    const headers = { authorization: `Basic ${btoa("admin:admin")}`, "kbn-xsrf": "x", "content-type": "application/json" };
    expect(
      (await fetch(`${made.sandboxUrl}/s/ops/api/alerting/rule/r`, { method: "POST", headers, body: JSON.stringify(body) })).status,
    ).toBe(200);
    const calls: [string, Record<string, unknown>, RegExp][] = [
      ["create_connector", { name: "Three", type: ".server-log" }, /may not change connectors in space ops/],
      ["update_connector", { id: "two", name: "Other" }, /may not change connectors in space ops/],
      ["safe_delete_connector", { ids: ["two"] }, /may not delete connectors in space ops/],
      ["replace_connector", { from: "one", to: "two" }, /may not change rules of type \.es-query in space ops, such as "Rule r"/],
    ];
    for (const [tool, args, why] of calls) {
      const planned = (await narrow.call(tool, { ...args, space: "ops", dry_run: true })).body;
      expect([tool, planned.status, planned.would_be_refused]).toEqual([
        tool,
        "planned",
        [expect.objectContaining({ code: "forbidden", message: expect.stringMatching(why) })],
      ]);
      expect((await narrow.call(tool, { ...args, space: "ops" })).body.code).toBe("forbidden");
      expect((await admin.call(tool, { ...args, space: "ops", dry_run: true })).body).not.toHaveProperty("would_be_refused");
    }
    const { plan } = (await admin.call("replace_connector", { from: "one", to: "two", space: "ops", dry_run: true })).body;
    expect([plan.effects[0].before.api_key_owner, plan.effects[0].after.api_key_owner]).toEqual(["admin", "admin"]);
  });

  test("and nothing if somebody can agree, or nobody has to", async () => {
    const asks = await product({ person: accepts });
    const token = await product({ settings: { confirm: "token" } });
    for (const { call } of [asks, token])
      expect((await call("safe_delete_connector", { ids: ["kibana-log"], dry_run: true })).body).not.toHaveProperty("would_be_refused");
    expect((await (await product()).call("create_connector", { ...log, dry_run: true })).body).not.toHaveProperty("would_be_refused");
  });

  test("what the policy refuses: protection, the hour's limit, access", async () => {
    const code = async (settings: Partial<Settings>) => {
      const { call } = await product({ person: accepts, settings });
      return (await call("update_connector", { id: "kibana-log", name: "Log", dry_run: true })).body.code;
    };
    expect([await code({ protect: ["kibana-log"] }), await code({ maxChangesPerHour: 0 })]).toEqual(["protected", "limit_reached"]);
  });
});
