import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { accepts, type Person, type ProductOptions, product, types } from "../support/product.ts";

const unused = { ids: ["ops-slack-2"] };
const serverLog = { name: "Audit trail", type: ".server-log" };
const pagerduty = { name: "Night shift", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } };
const env = { CONNECTOR_SECRET_PD: "canary-0123456789-routing" };

afterEach(() => vi.restoreAllMocks());

/** The records of the journal. */
async function records(made: Awaited<ReturnType<typeof product>>) {
  const lines = (await made.journal()).trim().split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

describe("a change that the person accepts", () => {
  test("is made once, recorded before and after, read back, and comes with its undo", async () => {
    const made = await product({ person: accepts });
    const { body, isError } = await made.call("safe_delete_connector", unused);
    expect(isError).toBe(false);
    expect(body).toMatchObject({
      status: "done",
      space: "default",
      change: expect.stringMatching(/^\d{4}-\d{2}-\d{2}-[0-9a-f]{10}$/),
      result: { deleted: ["ops-slack-2"] },
      undo: { tool: "undo_change" },
    });
    expect(body.undo.args.change).toBe(body.change);
    expect(body.undo.note).toContain("Kibana returns no secrets");
    expect(made.writes()).toEqual([{ method: "DELETE", path: "/api/actions/connector/ops-slack-2" }]);
    const [begin, end, ...more] = await records(made);
    expect(more).toEqual([]);
    expect(begin).toMatchObject({
      v: 1,
      kind: "begin",
      change: body.change,
      n: 0,
      tool: "safe_delete_connector",
      principal: "tester",
      client: "test-client",
      consent: "form",
      op: { op: "delete", space: "default", id: "ops-slack-2", name: "Ops Slack", type: ".slack", config: {} },
    });
    expect(end).toMatchObject({ v: 1, kind: "end", change: body.change, n: 0, outcome: "done" });
  });

  test("was shown with the deployment, the target, what is lost and what cannot be undone", async () => {
    const made = await product({ person: accepts });
    await made.call("safe_delete_connector", { ids: ["imported-pagerduty"] });
    const [question] = made.questions;
    expect(question?.message).toContain(made.settings.kibana?.url);
    for (const part of ["PagerDuty (imported)", ".pagerduty", "imported-pagerduty", "default", "only by giving the secrets again"])
      expect(question?.message).toContain(part);
    expect(Object.keys(question?.requestedSchema.properties ?? {})).toEqual(["confirm"]);
  });

  test("names the secret and its host side by side before it goes to a host that nobody has agreed to", async () => {
    const made = await product({ person: accepts, env, sandbox: { empty: true } });
    const { body } = await made.call("create_connector", pagerduty);
    expect(body).toMatchObject({ status: "done", result: { connector: { id: "night-shift", type: ".pagerduty" } } });
    expect(made.questions[0]?.message).toContain("CONNECTOR_SECRET_PD → events.pagerduty.com");
  });

  test("on the sandbox itself, says so first of all", async () => {
    const made = await product({ person: accepts, settings: { kibana: undefined, sandbox: true } });
    const { body } = await made.call("safe_delete_connector", { ...unused, dry_run: true });
    expect(body.deployment).toBe("SANDBOX");
    await made.call("safe_delete_connector", unused);
    expect(made.questions[0]?.message).toMatch(/^SANDBOX/);
    expect(made.calls).toEqual([]);
  });

  test("may be one of several in one plan, each recorded", async () => {
    const made = await product({ person: accepts });
    const { body } = await made.call("safe_delete_connector", { ids: ["ops-slack-2", "kibana-log", "ops-slack-2"] });
    expect(body).toMatchObject({ status: "done", result: { deleted: ["ops-slack-2", "kibana-log"] } });
    expect(made.questions).toHaveLength(1);
    expect((await records(made)).map(({ kind, n }) => `${kind} ${n}`)).toEqual(["begin 0", "end 0", "begin 1", "end 1"]);
  });
});

// Nobody can list the conversations of others, and it ran: whether it is used cannot be known.
const makeModel = async (bare: Awaited<ReturnType<typeof product>>["bare"], name: string) => {
  await bare("POST", "/api/actions/connector/gpt", {
    name,
    connector_type_id: ".gen-ai",
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
    secrets: { apiKey: "x" },
  });
  const params = { subAction: "test", subActionParams: { body: "{}" } };
  await bare("POST", "/api/actions/connector/gpt/_execute", { params });
};

describe("a name that must be typed", () => {
  test.each<[string, string, Person, string]>([
    ["in full", "GPT for support", types("GPT for support"), "done"],
    ["with space around it", "GPT for support", types("  GPT for support "), "done"],
    ["in other case", "GPT for support", types("gpt for support"), "declined"],
    ["not at all", "GPT for support", types(""), "confirmation_needed"],
    ["by a tick instead", "GPT for support", accepts, "confirmation_needed"],
  ])("%s: %s", async (_how, name, person, status) => {
    const made = await product({ person });
    await makeModel(made.bare, name);
    const before = await made.state();
    const { body } = await made.call("safe_delete_connector", { ids: ["gpt"] });
    expect(body.status).toBe(status);
    expect(Object.keys(made.questions[0]?.requestedSchema.properties ?? {})).toEqual(["name"]);
    expect((await made.state()) === before).toBe(status !== "done");
  });

  test("is never satisfied by a token", async () => {
    const made = await product({ settings: { confirm: "token" } });
    await makeModel(made.bare, "GPT for support");
    const before = await made.state();
    const { body } = await made.call("safe_delete_connector", { ids: ["gpt"] });
    expect(body.status).toBe("confirmation_needed");
    const answer = await made.call("safe_delete_connector", { ids: ["gpt"], confirm: body.confirm?.id ?? "x.y.z.a.b" });
    expect(answer.body.status).not.toBe("done");
    expect([await made.state(), made.writes()]).toEqual([before, []]);
  });

  test("has to be the only one: several at once are refused", async () => {
    const made = await product({ person: accepts });
    await makeModel(made.bare, "GPT for support");
    const { body } = await made.call("safe_delete_connector", { ids: ["gpt", "kibana-log"] });
    expect(body).toMatchObject({ code: "invalid_arguments", fix: "Delete it in a separate call.", detail: { alone: ["gpt"] } });
  });
});

describe("with --confirm token", () => {
  test("the same arguments with the id are written, once, and the journal says how it was agreed", async () => {
    const made = await product({ settings: { confirm: "token" } });
    const { confirm } = (await made.call("safe_delete_connector", unused)).body;
    expect(await made.journal()).toBe("");
    expect((await made.call("safe_delete_connector", { ...unused, confirm: confirm.id })).body.status).toBe("done");
    expect((await records(made))[0]).toMatchObject({ consent: "token" });
    expect(made.writes()).toHaveLength(1);
  });

  test("a person is asked for a name to be typed anyway", async () => {
    const made = await product({ settings: { confirm: "token" }, person: types("GPT for support") });
    await makeModel(made.bare, "GPT for support");
    expect((await made.call("safe_delete_connector", { ids: ["gpt"] })).body.status).toBe("done");
    expect(made.questions).toHaveLength(1);
  });

  test("another order of the same arguments is the same call", async () => {
    const made = await product({ settings: { confirm: "token" } });
    const { confirm } = (await made.call("test_connector", { id: "kibana-log", mode: "loud" })).body;
    expect((await made.call("test_connector", { confirm: confirm.id, mode: "loud", id: "kibana-log" })).body.status).toBe("done");
  });
});

describe("nobody is asked", () => {
  test.each<[string, string, Record<string, unknown>, ProductOptions, string]>([
    ["for a create that adds and sends no secret anywhere", "create_connector", serverLog, {}, "not_needed"],
    [
      "for a secret to a host among --target-hosts",
      "create_connector",
      pagerduty,
      { env, settings: { targetHosts: ["*.pagerduty.com"] }, sandbox: { empty: true } },
      "not_needed",
    ],
    ["for a safe test", "test_connector", { id: "kibana-log" }, {}, "not_needed"],
    [
      "for anything under --dangerously-skip-confirmation, and the journal says so",
      "safe_delete_connector",
      unused,
      { settings: { skipConfirmation: true } },
      "skipped",
    ],
  ])("%s", async (_what, tool, args, options, consent) => {
    const made = await product({ person: accepts, ...options });
    expect((await made.call(tool, args)).body.status).toBe("done");
    expect(made.questions).toEqual([]);
    expect((await records(made))[0]).toMatchObject({ consent });
  });

  test("for a secret to a host to which a connector of the space carries one already", async () => {
    const made = await product({ person: accepts, env });
    const second = { name: "Second on-call", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } };
    expect((await made.call("create_connector", second)).body.status).toBe("done");
    expect(made.questions).toEqual([]);
  });

  test("but a person is, for a host that a connector names without having needed a secret", async () => {
    const made = await product({ person: accepts, env });
    const webhook = {
      name: "Deploy intake",
      type: ".webhook",
      config: { url: "https://deploy.example.com/other", method: "post", hasAuth: false, authType: null },
      secrets: { secretHeaders: { "X-Token": { $env: "CONNECTOR_SECRET_PD" } } },
    };
    expect((await made.call("create_connector", webhook)).body.status).toBe("done");
    expect(made.questions[0]?.message).toContain("CONNECTOR_SECRET_PD → deploy.example.com");
  });

  test("but an agent cannot agree with itself by creating a harmless connector to a host first", async () => {
    const made = await product({ person: undefined, env });
    const webhook = {
      type: ".webhook",
      config: { url: "https://collector.example.net/x", method: "post", hasAuth: false, authType: null },
    };
    const first = await made.call("create_connector", { ...webhook, name: "Harmless intake" });
    const before = [await made.state(), made.writes().length];
    const { body } = await made.call("create_connector", {
      ...webhook,
      name: "Not so harmless",
      secrets: { secretHeaders: { "X-Token": { $env: "CONNECTOR_SECRET_PD" } } },
    });
    expect(body.status).toBe("confirmation_needed");
    expect([await made.state(), made.writes().length]).toEqual(before);
    expect(["done", "confirmation_needed"]).toContain(first.body.status);
  });
});

describe("several, when one of them fails", () => {
  test("stops there, and says what is done and what is not", async () => {
    const made = await product({ person: accepts });
    await made.fault("conflict", { method: "DELETE", path: "kibana-log" });
    const { body } = await made.call("safe_delete_connector", { ids: ["ops-slack-2", "kibana-log", "imported-pagerduty"] });
    expect(body).toMatchObject({
      status: "partial",
      message: "1 of 3 done; one is unknown; 1 not started.",
      result: { deleted: ["ops-slack-2"], not_deleted: ["kibana-log", "imported-pagerduty"] },
      ops: [
        { outcome: "done", id: "ops-slack-2" },
        { outcome: "unknown", id: "kibana-log" },
      ],
    });
    expect(made.writes().map(({ path }) => path)).toEqual(["/api/actions/connector/ops-slack-2", "/api/actions/connector/kibana-log"]);
  });
});

describe("an aborted call that has begun to write", () => {
  test("is brought to its end and recorded", async () => {
    const stop = new AbortController();
    const made = await product({ onRequest: ({ method }) => (method === "POST" ? stop.abort() : undefined) });
    await expect(made.call("create_connector", serverLog, stop.signal)).rejects.toThrow();
    await Promise.allSettled([...made.backend.running.keys()]);
    expect(JSON.parse(await made.bare("GET", "/api/actions/connector/audit-trail")).name).toBe("Audit trail");
    expect((await records(made)).map(({ kind, outcome }) => outcome ?? kind)).toEqual(["begin", "done"]);
  });
});

describe("the traces of a change", () => {
  test("are one line on stderr, for whoever collects them", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    const made = await product({ settings: { logLevel: "info" } });
    await made.call("create_connector", serverLog);
    await made.call("list_connectors");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: "info",
        event: "change",
        caller: "tester",
        client: "test-client",
        tool: "create_connector",
        op: "create",
        target: "audit-trail",
        name: "Audit trail",
        space: "default",
        consent: "not_needed",
        outcome: "done",
      }),
    ]);
  });

  test("are files that nobody else reads", async () => {
    const made = await product();
    await made.call("create_connector", serverLog);
    expect((await stat(made.journalDir)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(made.journalDir)) expect((await stat(join(made.journalDir, name))).mode & 0o777).toBe(0o600);
  });
});

describe("no write leaves outside an accepted change", () => {
  /** Every tool with arguments that go as far as they can; whatever the answer, without a person nothing is written. */
  const calls: [string, Record<string, unknown>][] = [
    ["describe_deployment", {}],
    ["list_connectors", { space: "*" }],
    ["list_connectors", { space: "*", state: "missing_secrets" }],
    ["get_connector", { id: "ops-pagerduty", include: ["rules"] }],
    ["get_connector", { id: "ops-mail-preconfigured", include: ["rules"] }],
    ["describe_connector_types", {}],
    ["describe_connector_types", { types: [".slack", ".webhook", ".email"] }],
    ["audit_connectors", {}],
    ["map_notifications", { space: "*" }],
    ["export_connectors", { format: "api", space: "*" }],
    ["list_changes", {}],
    ["create_connector", { ...pagerduty, dry_run: true }],
    ["create_connector", { ...serverLog, dry_run: true }],
    ["test_connector", { id: "ops-pagerduty", mode: "loud" }],
    ["test_connector", { id: "ops-slack", mode: "loud" }],
    ["test_connector", { id: "alert-audit-index", mode: "loud" }],
    ["test_connector", { id: "ops-slack" }],
    ["test_connector", { id: "kibana-log", dry_run: true }],
    ["safe_delete_connector", unused],
    ["safe_delete_connector", { ids: ["ops-pagerduty"] }],
    ["update_connector", { id: "alert-audit-index", config: { index: "other" } }],
    ["update_connector", { id: "ops-pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } }],
    ["execute_connector", { id: "ops-slack", params: { message: "hello" } }],
    ["attach_connector", { connector: "ops-slack", rules: ["deploy-watch"] }],
    ["attach_connector", { connector: "ops-pagerduty", rules: ["High CPU on web hosts"] }],
    ["replace_connector", { from: "ops-pagerduty", remove: true }],
    ["replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
    ["undo_change", { change: "2026-01-01-0123456789" }],
  ];

  test.each(calls)("%s %j", async (tool, args) => {
    const made = await product({ env });
    const before = await made.state();
    await made.call(tool, args);
    expect([made.writes(), await made.state()]).toEqual([[], before]);
  });

  test("these are all the tools there are", async () => {
    const made = await product();
    const { tools } = await made.client.listTools();
    const covered = new Set(calls.map(([name]) => name));
    const readOnly = tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name);
    const changing = tools.filter(({ annotations }) => !annotations?.readOnlyHint).map(({ name }) => name);
    expect([...readOnly, ...changing].filter((name) => !covered.has(name))).toEqual([]);
  });
});
