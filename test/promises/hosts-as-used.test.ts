import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { no, type Started, startSandboxWith, startServer } from "../support/built-server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  const hosts = ["smtp://smtp.good.example.com", "smtp.good.example.com", "good.example.com", "api.openai.com"];
  server = await startServer({
    person: no,
    env: {
      KIBANA_URL: sandbox.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
      CONNECTORS_TARGET_HOSTS: hosts.join(),
      CONNECTORS_LITERAL_SECRETS: "warn",
      CONNECTOR_SECRET_M: "mail-password-1",
      CONNECTOR_SECRET_M__FOR: [".email@smtp://smtp.good.example.com", ".email@smtp.good.example.com", ".inference@api.openai.com"].join(),
      CONNECTOR_SECRET_H: "header-value-1",
    },
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const asked = () => (server.questions.at(-1) ?? "").split("\n");
const secret = { $env: "CONNECTOR_SECRET_M" };
const header = { $env: "CONNECTOR_SECRET_H" };
const stored = async (id: string, type: string, config: Record<string, unknown>, secrets = {}) => {
  const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, {
    method: "POST",
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    body: JSON.stringify({ name: id, connector_type_id: type, config, secrets }),
  });
  expect(answer.status).toBe(200);
};
const mail = (host: string, secure: boolean) => ({
  service: "other",
  host,
  port: secure ? 465 : 587,
  secure,
  from: "a@b.c",
  hasAuth: true,
});

const notNames = [
  "smtp.good.example.com/.evil.example.net",
  "smtp.good.example.com\\.evil.example.net",
  "smtp.good.example.com?.evil.example.net",
  "smtp.good.example.com#.evil.example.net",
  "smtp.good.example.com:25/.evil.example.net",
  "smtp.good.example.com:587",
  ".evil.example.net@smtp.good.example.com",
  "user:password@smtp.good.example.com",
  "%73mtp.good.example.com",
  "smtp://smtp.good.example.com",
  "https://smtp.good.example.com",
  " smtp.good.example.com",
  "smtp.good.example.com\t",
  "smtp\uff0egood.example.com",
  "{{host}}",
];

describe("the host of a mail server is a name, not a URL", () => {
  test.each(notNames)("%j is refused before anybody is asked", async (host) => {
    for (const secure of [true, false]) {
      const before = server.questions.length;
      const { body } = await server.call("create_connector", {
        name: "Mail",
        type: ".email",
        config: mail(host, secure),
        secrets: { user: secret, password: secret },
      });
      expect(body.error).toMatchObject({ code: expect.stringMatching(/^(invalid_config|secret_refused)$/) });
      expect(body.error.fix).not.toBe("");
      expect(server.questions.length).toBe(before);
    }
  });

  test("is said with a fix", async () => {
    const { body } = await server.call("create_connector", {
      name: "Mail",
      type: ".email",
      config: { ...mail("a.example/b", true), hasAuth: false },
    });
    expect(body.error).toMatchObject({ code: "invalid_config", detail: { problems: [{ path: "config.host" }] } });
    expect(body.error.message).toContain("must be a host name or an IP address alone");
  });

  test("in an update too", async () => {
    await stored("mail", ".email", mail("smtp.good.example.com", false), { user: "u", password: "p-12345678" });
    const { body } = await server.call("update_connector", {
      id: "mail",
      config: { host: "smtp.good.example.com/.evil.example.net" },
      secrets: { user: secret, password: secret },
    });
    expect(body.error.code).toMatch(/^(invalid_config|secret_refused)$/);
  });

  test("one that is stored already cannot be read: who decides on a rule or a run sees it whole", async () => {
    await stored("odd", ".email", mail("smtp.good.example.com/.evil.example.net", false), { user: "u", password: "p-12345678" });
    const unreadable = 'A request → "unreadable address {"host":"smtp.good.example.com/.evil.example.net"}"';
    const plain = (line: string) => line.replaceAll(/\\u\{22\}|[“”]/g, '"');
    const params = { to: ["ann@example.com"], subject: "s", message: "m" };
    await server.call("attach_connector", { connector: "odd", rules: ["disk-almost-full"], params });
    expect(asked().map(plain).join("\n")).toContain(unreadable);
    await server.call("execute_connector", { id: "odd", params });
    expect(asked().map(plain).join("\n")).toContain(unreadable);
  });

  test.each(["smtp.good.example.com", "SMTP.good.example.com."])("%j goes where the operator allows", async (host) => {
    const before = server.questions.length;
    const { body } = await server.call("create_connector", {
      name: `Mail ${host.length}`,
      type: ".email",
      config: mail(host, true),
      secrets: { user: secret, password: secret },
    });
    expect([body.status, server.questions.length]).toEqual(["done", before]);
  });
});

describe("a Host header is a destination wherever it is", () => {
  const hook = { method: "post", hasAuth: false, authType: null, url: "https://good.example.com" };
  test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ["among secret headers", ".webhook", hook, { secretHeaders: { Host: "evil.example.net", A: header } }],
    [
      "in another case",
      ".http",
      { hasAuth: false, authType: null, url: hook.url },
      { secretHeaders: { hOST: "evil.example.net", A: header } },
    ],
    [
      "as the header of a key",
      ".mcp",
      { serverUrl: hook.url, authType: "apiKey", apiKeyHeaderName: "Host", apiKeyHeaderValue: "evil.example.net" },
      { apiKey: header },
    ],
    ["as a key", ".mcp", { serverUrl: hook.url, authType: "apiKey", apiKeyHeaderName: "host" }, { apiKey: header }],
  ])("%s it is refused", async (_where, type, config, secrets) => {
    const { body } = await server.call("create_connector", { name: "Hook", type, config, secrets });
    expect(body.error.code).toMatch(/^(invalid_config|secret_refused)$/);
    expect(body.error.message).toMatch(/chooses/);
  });

  test("one that is no host cannot be read", async () => {
    const config = { ...hook, headers: { Host: "good.example.com/.evil.example.net" } };
    const { body } = await server.call("create_connector", {
      name: "Hook",
      type: ".webhook",
      config,
      secrets: { secretHeaders: { A: header } },
    });
    expect(body.status).toBe("declined");
    expect(asked().join("\n")).toContain("unreadable address");
  });
});

describe("whatever a model provider's settings name is a destination", () => {
  const model = (more: Record<string, unknown>) => ({
    provider: "openai",
    taskType: "completion",
    inferenceId: "x",
    providerConfig: {},
    ...more,
  });
  test.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ["a header of a task", model({ taskTypeConfig: { headers: { Host: "evil.example.net" } } })],
    ["a header of the provider", model({ providerConfig: { headers: { host: "evil.example.net" } } })],
    ["a header of the connector", model({ headers: { Host: "evil.example.net" } })],
    ["a dotted header", model({ providerConfig: { "headers.Host": "evil.example.net" } })],
    ["a list", model({ providerConfig: { url: ["https://evil.example.net/v1"] } })],
    ["an object", model({ providerConfig: { url: { x: "https://evil.example.net/v1" } } })],
    ["capitals", model({ providerConfig: { URL: "evil.example.net/v1" } })],
    ["a blank", model({ providerConfig: { "url ": "evil.example.net/v1" } })],
    ["another key", model({ providerConfig: { api_base: "evil.example.net" } })],
    ["a part of the host", model({ provider: "azureopenai", providerConfig: { resource_name: "evil.example.net/" } })],
    ["a secret setting", model({}), { url: "https://evil.example.net/v1" }],
  ])("%s", async (_name, config, more = {}) => {
    const { body } = await server.call("create_connector", {
      name: "Model",
      type: ".inference",
      config,
      secrets: { providerSecrets: { api_key: secret, ...more } },
    });
    expect(body.error.code).toMatch(/^(invalid_config|secret_refused)$/);
  });
});
