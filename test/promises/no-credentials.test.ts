import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";

type Json = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith();
  server = await startServer({
    person: yes,
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_TARGET_HOSTS: "*", CONNECTOR_SECRET_X: "of-tests-0123456789" },
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const url = "https://tills.example.com/x";
const token = { accessTokenUrl: "https://tills.example.com/token", clientId: "tills" };
const [webhook, http] = [
  { url, method: "post", hasAuth: true },
  { url, hasAuth: true },
];
const mcp = { serverUrl: url, hasAuth: true };
const x = { $env: "CONNECTOR_SECRET_X" };

describe("a connector that authenticates is not created without its credentials", () => {
  test.each<[type: string, config: Json, required: string[]]>([
    [".webhook", webhook, ["user", "password"]],
    [".webhook", { ...webhook, authType: "webhook-authentication-basic" }, ["user", "password"]],
    [".webhook", { ...webhook, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" }, ["crt", "key"]],
    [".webhook", { ...webhook, authType: "webhook-authentication-ssl", certType: "ssl-pfx" }, ["pfx"]],
    [".webhook", { ...webhook, authType: "webhook-oauth2-client-credentials", ...token }, ["clientSecret"]],
    [".http", { ...http, authType: "webhook-authentication-basic" }, ["user", "password"]],
    [".mcp", { ...mcp, authType: "bearer" }, ["token"]],
    [".mcp", { ...mcp, authType: "apiKey", apiKeyHeaderName: "X-Key" }, ["apiKey"]],
    [
      ".email",
      { service: "other", host: "tills.example.com", port: 465, secure: true, from: "a@example.com", hasAuth: true },
      ["user", "password"],
    ],
  ])("%s %j", async (type, config, required) => {
    for (const dry_run of [true, false]) {
      const { body } = await server.call("create_connector", { name: `Without ${required}`, type, config, dry_run });
      expect(body.error).toMatchObject({ code: "secrets_needed", detail: { required } });
    }
  });

  test("nor with only a part of them, or with secret headers alone", async () => {
    for (const [config, secrets, required] of [
      [webhook, { secretHeaders: { "X-Key": x } }, ["user", "password"]],
      [{ ...mcp, authType: "basic" }, { user: x }, ["password"]],
    ] as const) {
      const type = config === webhook ? ".webhook" : ".mcp";
      const { body } = await server.call("create_connector", { name: "In part", type, config, secrets });
      expect(body.error).toMatchObject({ code: "secrets_needed", detail: { required } });
    }
  });

  test.each<[type: string, config: Json, secrets: Json]>([
    [".webhook", webhook, { user: x, password: x }],
    [".webhook", { url, method: "post" }, {}],
    [".webhook", { url, method: "post", hasAuth: false, authType: null }, { secretHeaders: { "X-Key": x } }],
    [".webhook", { ...webhook, authType: "webhook-authentication-ssl" }, {}],
    [".http", { url, hasAuth: false }, {}],
    [".mcp", { ...mcp, authType: "bearer" }, { token: x }],
    [".mcp", { serverUrl: url, hasAuth: false, authType: "none" }, {}],
    [".email", { service: "other", host: "tills.example.com", port: 465, secure: true, from: "a@example.com", hasAuth: false }, {}],
  ])("one that has them, or needs none, is: %s %j", async (type, config, secrets) => {
    const { body } = await server.call("create_connector", { name: "With all", type, config, secrets, dry_run: true });
    expect(body).toMatchObject({ status: "planned" });
  });
});
