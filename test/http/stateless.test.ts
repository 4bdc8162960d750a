import { describe, expect, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import type { Settings } from "../../src/settings/index.ts";
import { freshFolder } from "../support/folder.ts";
import { initialize, ping, servedProduct, toolCall } from "../support/http.ts";
import { accepts } from "../support/product.ts";

const trail: Partial<Settings> = { auditConnector: { space: "default", id: "alert-audit-index" } };
const shared: Partial<Settings> = { ...trail, confirm: "token", confirmKey: seal("a-key-that-all-replicas-share", "key") };

type Options = Parameters<typeof servedProduct>[0];

const stateless = (settings: Partial<Settings>, more: Options = {}) =>
  servedProduct({ ...more, settings: { ...settings, ...more?.settings }, http: { stateless: true, ...more?.http } });

describe("a stateless server", () => {
  test("answers each request on its own, with no session, and accepts only POST", async () => {
    const served = await stateless(shared);
    const hello = await served.send({ body: initialize() });
    expect([hello.status, hello.headers["mcp-session-id"]]).toEqual([200, undefined]);
    expect((await served.send({ body: ping })).json).toMatchObject({ id: 2, result: {} });
    expect(
      (await served.send({ headers: { "mcp-session-id": "of-another-server" }, body: toolCall("list_connectors") })).json.result.isError,
    ).toBeUndefined();
    for (const method of ["GET", "DELETE"])
      expect(await served.send({ method })).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect((await served.send({ headers: { "mcp-protocol-version": "2025-06-18" }, body: [ping] })).status).toBe(400);
    expect((await served.send({ body: [ping, { ...ping, id: 9 }] })).text.match(/"result":\{\}/g)).toHaveLength(2);
  });

  test("serves the official client, which finds no stream of its own there", async () => {
    const { client, call } = await (await stateless(shared)).open();
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    expect((await call("describe_deployment")).body.limits).toMatchObject({
      stateless: true,
      audit_connector: "alert-audit-index",
      confirmation: "token",
    });
  });

  test("without a trail that outlives it, it reads, and refuses every change with the reason", async () => {
    const served = await stateless({ journalDir: undefined, confirm: "token" });
    const { client, call } = await served.open();
    expect((await call("list_connectors")).isError).toBe(false);
    const changing = (await client.listTools()).tools.filter((tool) => tool.annotations?.readOnlyHint === false).map(({ name }) => name);
    expect(changing.length).toBeGreaterThanOrEqual(6);
    const args: Record<string, Record<string, unknown>> = {
      create_connector: { name: "x", type: ".server-log" },
      update_connector: { id: "ops-slack", name: "x" },
      test_connector: { id: "ops-slack" },
      execute_connector: { id: "ops-slack", params: { message: "x" } },
      safe_delete_connector: { ids: ["ops-slack"] },
      undo_change: { change: "x" },
      attach_connector: { connector: "ops-slack", rules: ["x"] },
      replace_connector: { from: "ops-slack", remove: true },
    };
    for (const name of changing) {
      const { body } = await call(name, args[name]);
      expect([name, body.code, body.fix]).toEqual([name, "journal_unavailable", expect.stringContaining("CONNECTORS_AUDIT_CONNECTOR")]);
    }
    expect(served.writes()).toEqual([]);
  });

  test("accepts a shared folder as its trail", async () => {
    const served = await stateless({ journalDir: await freshFolder() });
    expect((await (await served.open()).call("create_connector", { name: "Kept", type: ".server-log" })).body.status).toBe("done");
  });

  test("asks nobody: what a person must agree to needs a key, and a name that must be typed needs another server", async () => {
    const served = await stateless(trail);
    const { call } = await served.open(undefined, accepts);
    await call("create_connector", { name: "Kept", type: ".server-log" });
    expect((await call("safe_delete_connector", { ids: ["kept"] })).body).toMatchObject({
      code: "confirmation_invalid",
      fix: expect.stringContaining("CONNECTORS_CONFIRM_KEY"),
    });
    const keyed = await stateless(shared);
    const model = {
      name: "Model",
      connector_type_id: ".gen-ai",
      config: { apiProvider: "Other", apiUrl: "https://llm.example.com/v1", defaultModel: "m" },
      secrets: { apiKey: "k" },
    };
    await keyed.bare("POST", "/api/actions/connector/model", model);
    // Nobody can list the conversations of others, and it ran.
    const params = { subAction: "test", subActionParams: { body: "{}" } };
    await keyed.bare("POST", "/api/actions/connector/model/_execute", { params });
    expect((await (await keyed.open(undefined, accepts)).call("safe_delete_connector", { ids: ["model"] })).body).toMatchObject({
      code: "confirmation_invalid",
      fix: expect.stringContaining("a server that is not stateless"),
    });
  });

  test.each<[string, string, Record<string, unknown>, string, string]>([
    ["runs no connector", "execute_connector", { id: "ops-slack", params: { message: "hello" } }, "forbidden", "run connectors"],
    [
      "runs no connector in a dry run either",
      "execute_connector",
      { id: "ops-slack", params: { message: "hello" }, dry_run: true },
      "forbidden",
      "run connectors",
    ],
    ["runs no loud test", "test_connector", { id: "ops-slack", mode: "loud" }, "forbidden", "run tests that reach somebody"],
    [
      "rotates no secret",
      "update_connector",
      { id: "ops-slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_SLACK" } } },
      "forbidden",
      "replace only secrets",
    ],
    [
      "asks for no secret",
      "update_connector",
      { id: "ops-slack", name: "Renamed", secrets: { webhookUrl: { $ask: true } } },
      "secret_refused",
      "shared over HTTP",
    ],
  ])("%s, and says why", async (_what, tool, args, code, why) => {
    const served = await stateless(shared, { env: { CONNECTOR_SECRET_SLACK: "https://hooks.slack.com/services/T0/B0/abcdefgh" } });
    const { body } = await (await served.open()).call(tool, args);
    expect(body).toMatchObject({ code, message: expect.stringContaining(why) });
    expect(served.writes()).toEqual([]);
  });

  test("streams only to a client that asks for progress", async () => {
    const served = await stateless(shared);
    const listing = toolCall("list_connectors");
    expect((await served.send({ body: listing })).headers["content-type"]).toBe("application/json");
    const curious = { ...listing, params: { ...listing.params, _meta: { progressToken: 1 } } };
    expect((await served.send({ body: curious })).headers["content-type"]).toBe("text/event-stream");
  });

  test("runs safe tests", async () => {
    const served = await stateless(shared);
    expect((await (await served.open()).call("test_connector", { id: "ops-pagerduty" })).isError).toBe(false);
  });
});

describe("the audit connector", () => {
  const document = (served: Awaited<ReturnType<typeof stateless>>) =>
    served
      .deliveries()
      .then((all) =>
        all
          .filter((one) => one.connector_id === "alert-audit-index")
          .flatMap((one) => (one as unknown as { what: Record<string, unknown>[] }).what),
      );

  test("gets a record when a write begins and one when it ends, flat and without a secret", async () => {
    const env = { CONNECTOR_SECRET_HOOK: "hunter2-hunter2-hunter2", CONNECTOR_SECRET_USER: "kibana" };
    const served = await servedProduct({ settings: { ...trail, literalSecrets: "warn" }, env, sandbox: {} });
    const { call } = await served.open(undefined, accepts);
    const config = {
      url: "https://hooks.example.com/in",
      method: "post",
      hasAuth: true,
      authType: "webhook-authentication-basic",
      headers: { "X-Token": "ghp_0123456789abcdefghij0123456789abcdef" },
    };
    const { body } = await call("create_connector", {
      name: "Hook",
      type: ".webhook",
      config,
      secrets: { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_HOOK" } },
    });
    expect([body.status, body.code]).toEqual(["done", undefined]);
    const [begin, end, ...more] = await document(served);
    expect(more).toEqual([]);
    const what = {
      change: body.change,
      n: 0,
      tool: "create_connector",
      principal: "local",
      client: "http-client",
      consent: "form",
      op: "create",
      space: "default",
      id: "hook",
      name: "Hook",
      type: ".webhook",
    };
    expect(begin).toMatchObject({ ...what, record: "begin", "@timestamp": expect.any(String) });
    expect(end).toMatchObject({ ...what, record: "end", outcome: "done" });
    for (const value of Object.values({ ...begin, ...end })) expect(typeof value).not.toBe("object");
    expect(JSON.stringify([begin, end])).not.toMatch(/hunter2|ghp_/);
    expect(JSON.stringify(begin)).toContain("hooks.example.com");
  });

  test("that fails is reported in the answer, and the change is made", async () => {
    const served = await servedProduct({ settings: trail });
    await served.fault("error", { path: "/api/actions/connector/alert-audit-index/_execute", times: 2 });
    const { body } = await (await served.open()).call("create_connector", { name: "Told", type: ".server-log" });
    expect(body).toMatchObject({
      status: "done",
      warnings: [expect.stringContaining('The audit connector "alert-audit-index" did not accept the record')],
    });
  });

  test.each(["no-such-connector", "ops-slack"])("that is not one (%s) is reported too", async (id) => {
    const served = await servedProduct({ settings: { auditConnector: { space: "default", id } } });
    const { body } = await (await served.open()).call("create_connector", { name: "Told", type: ".server-log" });
    expect(body).toMatchObject({ status: "done", warnings: [expect.stringContaining(`The audit connector "${id}"`)] });
  });

  test.each<[string, Record<string, unknown>]>([
    ["safe_delete_connector", { ids: ["alert-audit-index"] }],
    ["update_connector", { id: "alert-audit-index", name: "Nothing to see" }],
    ["execute_connector", { id: "alert-audit-index", params: { documents: [{ forged: true }] } }],
    ["test_connector", { id: "alert-audit-index", mode: "loud" }],
  ])("is out of reach of %s", async (tool, args) => {
    const served = await servedProduct({ settings: trail });
    const { body } = await (await served.open(undefined, accepts)).call(tool, args);
    expect(["protected", "in_use"]).toContain(body.code);
    if (tool !== "safe_delete_connector") expect(body.message).toContain("audit trail");
    expect(served.writes()).toEqual([]);
  });
});
