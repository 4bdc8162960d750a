import { describe, expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { rewritingProxy } from "../support/config-proxy.ts";

async function built() {
  const kibana = await startSandboxWith();
  const server = await startServer({ env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(async () => {
    await server.close();
    await kibana.stop();
  });
  return { ...server, kibana };
}

describe("a connector that lives in another space", () => {
  const again = 'If that one is meant, call again with space "security".';
  const ofRules =
    'Rules use only connectors of their own space. If the rules are in "security" too, call again with space "security"; otherwise copy it to their space first: create_connector with from: {"id":"soc-jira","space":"security"}.';

  test.each<[string, Record<string, unknown>, string]>([
    ["get_connector", { id: "soc-jira" }, again],
    ["update_connector", { id: "soc-jira", name: "x" }, again],
    ["test_connector", { id: "soc-jira" }, again],
    ["execute_connector", { id: "soc-jira", params: {} }, again],
    [
      "safe_delete_connector",
      { ids: ["soc-jira"] },
      'If that one is meant, delete it with a call of its own: ids ["soc-jira"], space "security".',
    ],
    [
      "create_connector",
      { name: "Copy", from: { id: "soc-jira" } },
      'If that one is meant, say where it is: from: {"id":"soc-jira","space":"security"}.',
    ],
    ["attach_connector", { connector: "soc-jira", rules: ["disk-almost-full"] }, ofRules],
    ["replace_connector", { from: "ops-slack", to: "soc-jira" }, ofRules],
    ["replace_connector", { from: "soc-jira", remove: true }, ofRules],
    ["export_connectors", { ids: ["soc-jira"] }, 'If that one is meant, call again with space "default,security".'],
  ])("%s %j: the fix is one that this tool accepts", async (tool, args, fix) => {
    const { call } = await built();
    const { failed, body } = await call(tool, args);
    expect([failed, body.error.code, body.error.fix]).toEqual([true, "connector_not_found", fix]);
    expect(body.error.detail.elsewhere).toMatchObject([{ space: "security", id: "soc-jira" }]);
  });

  test("among several to be deleted: each says where it is", async () => {
    const { call } = await built();
    const { body } = await call("safe_delete_connector", { ids: ["kibana-log", "soc-jira", "in-no-space"] });
    expect(body.error.detail.refused).toMatchObject([
      { id: "soc-jira", fix: expect.stringContaining('space "security"'), elsewhere: [{ space: "security" }] },
      { id: "in-no-space", fix: expect.stringContaining("list_connectors") },
    ]);
  });

  test("what the fix says works", async () => {
    const { call } = await built();
    const copied = await call("create_connector", {
      name: "Copy",
      from: { id: "soc-jira", space: "security" },
      secrets: { email: { $ask: true }, apiToken: { $ask: true } },
      dry_run: true,
    });
    expect(copied.failed).toBe(false);
    expect((await call("export_connectors", { ids: ["soc-jira"], space: "default,security" })).failed).toBe(false);
    expect((await call("get_connector", { id: "soc-jira", space: "security" })).failed).toBe(false);
  });
});

/** The sandbox's answers with connectors of Elastic's own among them. */
async function managed(id: string, type: string, version = "9.5") {
  const row = {
    id,
    name: "Elastic's own",
    connector_type_id: type,
    is_preconfigured: true,
    is_deprecated: false,
    is_missing_secrets: false,
  };
  const kibana = await startSandboxWith(["--kibana-version", version]);
  const between = await rewritingProxy({
    after({ path, method }, text) {
      if (method !== "GET") return undefined;
      if (path.endsWith(`/api/actions/connector/${id}`)) return { status: 200, text: JSON.stringify(row) };
      if (path.endsWith("/api/actions/connectors")) return JSON.stringify([...JSON.parse(text), { ...row, referenced_by_count: 0 }]);
      return undefined;
    },
  });
  between.target = kibana.url;
  const server = await startServer({ env: { KIBANA_URL: between.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(async () => {
    await server.close();
    await kibana.stop();
  });
  return async () => [
    await server.call("update_connector", { id, name: "Mine" }),
    await server.call("safe_delete_connector", { ids: [id] }),
    await server.call("create_connector", { name: "Copy", from: { id } }),
  ];
}

describe("a managed connector", () => {
  test.each([
    ["serverless", "elastic-llm", ".inference"],
    ["serverless", "some-mail", ".email"],
    ["9.5", "elastic-cloud-email", ".email"],
  ])("on %s, %s of type %s is not blamed on kibana.yml", async (version, id, type) => {
    const ask = await managed(id, type, version);
    for (const { body } of await ask()) {
      expect(body.error).toMatchObject({ code: "preconfigured", message: expect.stringContaining("managed by Elastic") });
      expect(JSON.stringify(body)).not.toContain("kibana.yml");
    }
  });

  test("one of Kibana's own beside those of a self-managed kibana.yml: both causes are named", async () => {
    const ask = await managed("elastic-llm", ".inference");
    const [updated] = await ask();
    expect(updated?.body.error.message).toContain("is preconfigured, by Elastic or in kibana.yml");
  });

  test("one of kibana.yml is", async () => {
    const { call } = await built();
    const { body } = await call("update_connector", { id: "ops-mail-preconfigured", name: "x" });
    expect(body.error.message).toContain("is defined in kibana.yml");
  });
});

test("a saved connector without a config is not called preconfigured, and can be copied", async () => {
  const kibana = await startSandboxWith();
  const without = (text: string) => JSON.stringify(JSON.parse(text), (key, value) => (key === "config" ? undefined : value));
  const between = await rewritingProxy({
    after: ({ path, method }, text) =>
      method === "GET" && /\/api\/actions\/connector(s|\/kibana-log)$/.test(path) ? without(text) : undefined,
  });
  between.target = kibana.url;
  const server = await startServer({ env: { KIBANA_URL: between.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(async () => {
    await server.close();
    await kibana.stop();
  });
  const { body } = await server.call("get_connector", { id: "kibana-log", include: ["health"] });
  expect(JSON.stringify(body)).not.toContain("preconfigured");
  expect(body.warnings).toEqual(["It is stored without a config."]);
  expect((await server.call("create_connector", { name: "Copy of the log", from: { id: "kibana-log" } })).body.status).toBe("done");
});
