import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer } from "../support/built-server.ts";
import { startHttpProcess } from "../support/http-process.ts";

/** A server for people on other machines: it shows no page, so nobody can type a secret. */
async function shared() {
  const sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  onTestFinished(() => sandbox.stop());
  const post = async (id: string, body: object) => {
    const headers = { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" };
    const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  };
  await post("readable", {
    name: "Readable",
    connector_type_id: ".webhook",
    config: { url: "https://hooks.example.com/x", hasAuth: false, method: "post", headers: { "X-Api-Key": "0123456789abcdef" } },
    secrets: {},
  });
  await post("basic", {
    name: "Basic",
    connector_type_id: ".webhook",
    config: { url: "https://hooks.example.com/x", hasAuth: true, authType: "webhook-authentication-basic", method: "post" },
    secrets: { user: "u", password: "p" },
  });
  const flags = ["--http", "127.0.0.1:0", "--allowed-hosts", "127.0.0.1,mcp.example.com", "--confirm", "token", "--access", "full"];
  const http = await startHttpProcess(flags, { CONNECTOR_SECRET_HOOK: "a-secret-of-hooks-1" }, sandbox.url);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(http.url)));
  onTestFinished(() => client.close());
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  const call = async (name: string, args: object = {}): Promise<any> => {
    const { content } = (await client.callTool({ name, arguments: { ...args } })) as CallToolResult;
    return content[0]?.type === "text" ? JSON.parse(content[0].text) : undefined;
  };
  return { sandbox, client, call };
}

const readable = { url: "https://hooks.example.com/y", hasAuth: false, headers: { "X-Api-Key": "0123456789abcdef" } };
const calls: [tool: string, args: object][] = [
  ["describe_deployment", {}],
  ["audit_connectors", { spaces: ["*"], detail: true, limit: 50 }],
  ["audit_connectors", { spaces: ["*"], limit: 50 }],
  ["describe_connector_types", { types: [".webhook"] }],
  ["describe_connector_types", { types: [".http"] }],
  ["describe_connector_types", { types: [".pagerduty"] }],
  ["create_connector", { name: "A", type: ".pagerduty", config: {} }],
  ["create_connector", { name: "A", type: ".pagerduty", config: {}, secrets: { routingKey: "text" } }],
  ["create_connector", { name: "A", type: ".pagerduty", config: {}, secrets: { routingKey: { $env: "CONNECTOR_SECRET_NONE" } } }],
  ["create_connector", { name: "A", type: ".pagerduty", config: {}, secrets: { routingKey: { env: "X" } } }],
  ["create_connector", { name: "A", type: ".webhook", config: readable }],
  ["create_connector", { name: "A", type: ".webhook", config: readable, secrets: { secretHeaders: { $env: "CONNECTOR_SECRET_HOOK" } } }],
  ["create_connector", { name: "A", type: ".webhook", config: { url: "https://hooks.slack.com/services/T/B/abcdefgh" } }],
  ["update_connector", { id: "basic", config: { url: "https://hooks.example.com/z" } }],
  ["update_connector", { id: "readable", config: { headers: { "X-Api-Key": "fedcba9876543210" } } }],
  ["update_connector", { id: "readable", config: { url: "https://hooks.example.com/q" }, dry_run: true }],
];

test("a shared server proposes nothing that it refuses: no finding, error or fix asks a person to type a secret", async () => {
  const { call, client } = await shared();
  const found = await call("audit_connectors", { spaces: ["*"], detail: true, limit: 50, checks: ["missing_secrets", "secret_in_config"] });
  const proposed = found.findings.flatMap(({ next }: { next?: { args: { secrets?: object } } }) => next?.args.secrets ?? []);
  expect(proposed.length).toBeGreaterThan(1);
  expect(JSON.stringify(proposed)).toContain('{"$env":"CONNECTOR_SECRET_');
  for (const [tool, args] of calls)
    expect(JSON.stringify(await call(tool, args)), `${tool} ${JSON.stringify(args)}`).not.toMatch(/\$ask|local page/);
  expect(client.getInstructions()).not.toContain("$ask");
  for (const [name, args] of [
    ["setup_connector", { service: "PagerDuty" }],
    ["rotate_connector_secret", { connector: "basic" }],
  ] as const)
    expect(JSON.stringify(await client.getPrompt({ name, arguments: { ...args } }))).not.toContain("$ask");
});

test("asking for it there is refused with what works, in each form", async () => {
  const { call } = await shared();
  for (const secrets of [{ $ask: true }, { routingKey: { $ask: true } }, { routingKey: { ask: true } }]) {
    const { error } = await call("create_connector", { name: "A", type: ".pagerduty", config: {}, secrets });
    expect([error.code, error.fix]).toEqual(["secret_refused", expect.stringContaining('{"$env": "CONNECTOR_SECRET_')]);
    expect(error.fix).not.toContain("$ask");
  }
});

test("on the person's own machine findings and prompts propose it", async () => {
  const { sandbox } = await shared();
  const own = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_HOOK: "a-secret-of-hooks-1" } });
  onTestFinished(() => own.close());
  const { body } = await own.call("audit_connectors", {
    spaces: ["*"],
    detail: true,
    limit: 50,
    checks: ["missing_secrets", "secret_in_config"],
  });
  expect(JSON.stringify(body.findings)).toMatch(/"\$ask":true.*A person types the secrets on a local page/);
  expect(own.client.getInstructions()).toContain('{"$ask": true}');
  const prompt = await own.client.getPrompt({ name: "rotate_connector_secret", arguments: { connector: "basic" } });
  expect(JSON.stringify(prompt)).toContain("$ask");
});
