import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectorTypes } from "../../src/catalog/index.ts";
import { alternatives, asSchema, inputSchema, type JsonSchema } from "../../src/catalog/json-schema.ts";
import { look } from "../pages/form.ts";
import { startLyingKibana } from "../secrets-through/watched-server.ts";
import { type Started, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";

let kibana: Awaited<ReturnType<typeof startLyingKibana>>;
let server: Started;
let unattended: Started;
beforeAll(async () => {
  kibana = await startLyingKibana();
  await kibana.tell("none");
  const env = {
    KIBANA_URL: kibana.url,
    KIBANA_API_KEY: "any",
    CONNECTOR_SECRET_API: "secret-of-the-api-1",
    CONNECTOR_SECRET_API__FOR: ".http@api.example.com",
    CONNECTOR_SECRET_TINES: "secret-of-tines-1",
    CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
  };
  server = await startBuilt({ person: yes, env });
  unattended = await startServer({ env: { ...env, CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION: "true", CONNECTORS_TARGET_HOSTS: "*,*:*" } });
  const bearer = { $env: "CONNECTOR_SECRET_API" };
  await server.call("create_connector", {
    id: "api",
    name: "API",
    type: ".http",
    config: { url: "https://api.example.com", hasAuth: false, authType: null },
    secrets: { secretHeaders: { Authorization: bearer } },
  });
  const tines = {
    type: ".tines",
    config: { url: "https://tenant.tines.com" },
    secrets: { email: { $env: "CONNECTOR_SECRET_TINES" }, token: { $env: "CONNECTOR_SECRET_TINES" } },
  };
  for (const [id, space] of [
    ["tines", "default"],
    ["tines-soc", "security"],
  ])
    expect((await server.call("create_connector", { id, name: `Tines ${id}`, space, ...tines })).body.status).toBe("done");
});
afterAll(async () => {
  await server.close();
  await unattended.close();
  await kibana.stop();
});

const runs = async () => (await kibana.seen()).filter(({ path }) => path.endsWith("/_execute")).length;
const asked = () => server.questions.at(-1) ?? "";

describe("a call of .http, whose stored secrets travel with it", () => {
  const escapes: [string, Record<string, unknown>][] = [
    ["another host", { url: "https://evil.example.net/" }],
    ["the host as a user name", { url: "https://api.example.com@evil.example.net/" }],
    ["the host with another ending", { url: "https://api.example.com.evil.example.net/" }],
    ["another port", { url: "https://api.example.com:8443/" }],
    ["no encryption", { url: "http://api.example.com/" }],
    ["another scheme", { url: "ftp://api.example.com/" }],
    ["an address of its own network", { url: "https://[::1]/" }],
    ["a look-alike", { url: "https://\u0430pi.example.com/" }],
    ["an escaped host", { url: "https://%65vil.example.net/" }],
    ["backslashes", { url: "https:\\\\evil.example.net\\x" }],
    ["a line break within the scheme", { url: "https\n://evil.example.net/" }],
    ["a template", { url: "https://{{host}}/" }],
    ["a path that is an address", { path: "https://evil.example.net/x" }],
    ["a path that begins with two slashes", { path: "//evil.example.net/x" }],
    ["a path with backslashes", { path: "\\\\evil.example.net\\x" }],
    ["a path with a slash and a backslash", { path: "/\\evil.example.net/x" }],
    ["a path with a tab", { path: "/\t/evil.example.net/x" }],
    ["a path that makes a user name of the host", { path: "@evil.example.net/x" }],
    ["a path with a port", { path: ":8443/x" }],
    ["its own Host header", { headers: { hOsT: "evil.example.net" } }],
    ["TLS that nobody checks", { fetcher: { skip_ssl_verification: true } }],
    ["both", { url: "https://api.example.com/v1", path: "//evil.example.net" }],
  ];
  test.each(escapes)("is refused for %s, before anything runs", async (_name, params) => {
    const before = [await runs(), server.questions.length];
    const { body } = await server.call("execute_connector", { id: "api", params });
    expect([await runs(), server.questions.length]).toEqual(before);
    expect(body.error.code).toMatch(/^(secret_refused|invalid_arguments)$/);
    expect(body.error.fix).not.toBe("");
    const alone = await unattended.call("execute_connector", { id: "api", params });
    expect([alone.failed, await runs()]).toEqual([true, before[0]]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["its own address", { url: "https://api.example.com/v2/items" }],
    ["its own address, written otherwise", { url: "HTTPS://API.example.com.:443/v2" }],
    ["a path", { path: "/items/7" }],
    ["a path without a slash", { path: "items:search" }],
    ["a path that names a well-known place", { path: ".well-known/x" }],
    ["an address in its query", { path: "/go", query: { to: "https://other.example.net" } }],
    ["an address in its body", { method: "POST", body: "https://other.example.net" }],
  ])("runs for %s", async (_name, params) => {
    const before = await runs();
    expect((await server.call("execute_connector", { id: "api", params })).body).toMatchObject({ status: "done" });
    expect(await runs()).toBe(before + 1);
  });

  test.each([
    [".evil.example.net/x"],
    ["\u3002evil.example.net/x"],
    ["-x.evil.example.net"],
    ["{{x}}"],
    ["x.evil.example.net/y"],
    ["%2eevil.example.net"],
    ["\u00ad.evil.example.net"],
  ])("never puts the path %j right after the host: a slash is added, and shown", async (path) => {
    expect((await server.call("execute_connector", { id: "api", params: { path } })).body.status).toBe("done");
    const last = (await kibana.seen()).filter((one) => one.path.endsWith("/_execute")).at(-1);
    expect(JSON.parse(last?.body ?? "").params.path).toBe(`/${path}`);
    const { body } = await server.call("execute_connector", { id: "api", params: { path }, dry_run: true });
    expect(body.plan.recipients.join()).toContain('path "/');
  });

  test("the refusal names field and host, and what to do", async () => {
    const { body } = await server.call("execute_connector", { id: "api", params: { url: "https://evil.example.net/" } });
    expect(body.error).toMatchObject({ code: "secret_refused", detail: { path: "params.url", host: "evil.example.net" } });
    expect(body.error.fix).toContain("create_connector");
  });
});

describe("a call of .tines, whose params name the webhook", () => {
  const story = (webhookUrl: string) => ({ subAction: "run", subActionParams: { webhookUrl, body: "{}" } });

  test("is asked with the host in its first line, and the page shows it", async () => {
    await server.call("execute_connector", { id: "tines", params: story("https://evil.example.net/webhook/1/2") });
    expect(asked().split("\n")[0]).toContain("evil.example.net");
    const page = await startServer({ env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" } });
    try {
      const { body } = await page.call("execute_connector", { id: "tines", params: story("https://evil.example.net/webhook/1/2") });
      expect(body.plan.requests.join()).toContain("evil.example.net");
      expect((await look(body.confirm.url)).html).toContain("evil.example.net");
    } finally {
      await page.close();
    }
  });

  test("is asked about because of that host, unless --target-hosts has it", async () => {
    const args = { id: "tines", params: story("https://evil.example.net/webhook/1/2"), dry_run: true };
    const reasons = async (by: Started) => (await by.call("execute_connector", args)).body.plan.needs_a_person.join();
    expect(await reasons(server)).toMatch(/goes to evil\.example\.net/);
    expect(await reasons(unattended)).not.toContain("goes to");
  });

  test("names only its own host where the webhook is on it", async () => {
    await server.call("execute_connector", { id: "tines", params: story("https://tenant.tines.com/webhook/1/2") });
    expect(asked().match(/→ \S+/g)).toEqual(["→ tenant.tines.com"]);
  });

  test("a test of it names the host too", async () => {
    const fill = { webhookUrl: "http://evil.example.net:8080/webhook/1/2" };
    await server.call("test_connector", { id: "tines", mode: "loud", fill });
    expect(asked().split("\n")[0]).toContain("http://evil.example.net:8080");
  });

  test("rules that get such params do as well: when attached, replaced and restored", async () => {
    const rules = ["brute-force-over-ssh"];
    const space = "security";
    const attached = await server.call("attach_connector", {
      connector: "tines-soc",
      rules,
      space,
      params: story("https://evil.example.net/webhook/1/2"),
    });
    expect(attached.body).toMatchObject({ status: "done" });
    expect(asked()).toContain("→ evil.example.net");
    const removed = await server.call("replace_connector", { from: "tines-soc", remove: true, rules, space });
    expect(removed.body).toMatchObject({ status: "done" });
    expect(asked()).not.toContain("→ evil.example.net");
    const back = await server.call("undo_change", { change: removed.body.change });
    expect(back.body).toMatchObject({ status: "done" });
    expect(asked()).toContain("→ evil.example.net");
    const other = await server.call("replace_connector", {
      from: "soc-jira",
      to: "tines-soc",
      space,
      params: story("https://other.example.net/webhook/1/2"),
      recovery_params: story("https://closing.example.net/webhook/1/2"),
    });
    expect(other.body.status === "done" || other.body.status === "no_change" || other.failed).toBe(true);
    if (other.body.status === "done") expect(asked()).toContain("→ other.example.net");
  });

  test("an undo that gives them back to a rule is asked about because of that host, as the attach is", async () => {
    const rules = { rules: ["malware-detected"], space: "security" };
    const attach = { connector: "tines-soc", params: story("https://evil.example.net/webhook/1/2"), ...rules };
    const reasons = async (tool: string, args: object) => (await server.call(tool, { ...args, dry_run: true })).body.plan.needs_a_person;
    const before = await reasons("attach_connector", attach);
    await server.call("attach_connector", attach);
    const { change } = (await server.call("replace_connector", { from: "tines-soc", remove: true, ...rules })).body;
    const undo = await reasons("undo_change", { change });
    expect([undo, undo.join()]).toEqual([before, expect.stringMatching(/goes to evil\.example\.net/)]);
  });

  /** Where the requests of a rule with such params go, as its plan says. */
  async function requestsOf(address: string): Promise<string[]> {
    const args = { connector: "tines-soc", rules: ["malware-detected"], space: "security", params: story(address), dry_run: true };
    return (await server.call("attach_connector", args)).body.plan.requests ?? [];
  }

  test.each([
    "https://{{context.host}}/webhook",
    "https://{{rule.name}}@tenant.tines.com/webhook",
    "https://x:{{rule.name}}@tenant.tines.com/webhook",
    "https:{{rule.name}}//tenant.tines.com/webhook",
    "{{rule.name}}://tenant.tines.com/webhook",
    "{{rule.name}}@tenant.tines.com/webhook",
    "https://tenant.tines.com{{rule.name}}/webhook",
    "https://tenant.tines.com:443{{rule.name}}/webhook",
    "https://{{{rule.name}}}@tenant.tines.com/webhook",
    "https://{{#rule}}@tenant.tines.com/webhook{{/rule}}",
  ])("a template before the path is an unknown destination, and the person sees it: %s", async (address) => {
    expect((await requestsOf(address)).join("\n")).toContain("unreadable address");
  });

  test.each(["https://tenant.tines.com/{{rule.id}}", "https://tenant.tines.com/webhook?to={{rule.name}}"])(
    "a template in its path or query leaves the host as it is: %s",
    async (address) => {
      expect(await requestsOf(address)).toEqual(['A request → tenant.tines.com (.tines "Tines tines-soc")']);
    },
  );
});

describe("a call of a type whose params are partly the service's own", () => {
  const types: [id: string, type: string, config: Record<string, unknown>, secrets: Record<string, unknown>][] = [
    ["open-ai", ".gen-ai", { apiProvider: "OpenAI", apiUrl: "https://llm.example.com/v1/chat/completions" }, { apiKey: 1 }],
    [
      "other-ai",
      ".gen-ai",
      { apiProvider: "Other", apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" },
      { apiKey: 1 },
    ],
    ["mcp", ".mcp", { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "bearer" }, { token: 1 }],
    ["bedrock", ".bedrock", { apiUrl: "https://llm.example.com" }, { accessKey: 1, secret: 1 }],
    [
      "gemini",
      ".gemini",
      { apiUrl: "https://llm.example.com", gcpRegion: "r", gcpProjectID: "p" },
      { credentialsJson: { $env: "CONNECTOR_SECRET_GCP" } },
    ],
    [
      "inference",
      ".inference",
      { provider: "openai", taskType: "chat_completion", inferenceId: "x", providerConfig: { model_id: "g" } },
      { providerSecrets: { api_key: 1 } },
    ],
  ];
  let open: Started;
  let kibana94: Awaited<ReturnType<typeof startSandboxWith>>;
  beforeAll(async () => {
    kibana94 = await startSandboxWith(["--kibana-version", "9.4"]);
    const env = { CONNECTOR_SECRET_API: "secret-of-the-api-1", CONNECTOR_SECRET_GCP: '{"type":"service_account"}' };
    open = await startServer({
      person: yes,
      env: { KIBANA_URL: kibana94.url, KIBANA_API_KEY: "any", ...env, CONNECTORS_MAX_CHANGES_PER_HOUR: "1000" },
    });
    for (const [id, type, config, secrets] of types) {
      const given = JSON.parse(JSON.stringify(secrets).replaceAll(":1", ':{"$env":"CONNECTOR_SECRET_API"}'));
      expect((await open.call("create_connector", { id, name: id, type, config, secrets: given })).body, id).toMatchObject({
        status: "done",
      });
    }
  });
  afterAll(async () => {
    await open.close();
    await kibana94.stop();
  });

  const sub = (subAction: string, subActionParams: Record<string, unknown>) => ({ subAction, subActionParams });
  const messages = [{ role: "user", content: "ping" }];
  const unknown: [id: string, params: Record<string, unknown>][] = [
    ...["apiUrl", "url", "baseURL", "api_base", "endpoint", "proxy", "targetHost"].map((key): [string, Record<string, unknown>] => [
      "open-ai",
      sub("run", { body: "{}", [key]: "https://evil.example.net" }),
    ]),
    ...["run", "test", "stream"].map((name): [string, Record<string, unknown>] => [
      "other-ai",
      sub(name, { body: "{}", host: "evil.example.net" }),
    ]),
    ["open-ai", sub("invokeAI", { messages, apiUrl: "evil.example.net/path" })],
    ["open-ai", sub("invokeStream", { messages, options: { server: "evil.example.net:8443" } })],
    ["open-ai", sub("getDashboard", { dashboardId: "d", url: "//evil.example.net/x" })],
    ["mcp", sub("listTools", { serverUrl: "evil.example.net/path" })],
    ["mcp", sub("callTool", { name: "x", serverUrl: "https:\\\\evil.example.net" })],
    ["mcp", sub("test", { server: "evil.example.net" })],
    ["mcp", sub("test", { anything: "see https://evil.example.net/x" })],
    ["bedrock", sub("converse", { messages: [], endpoint: "evil.example.net" })],
    ["bedrock", sub("run", { body: "{}", apiUrl: "https://evil.example.net" })],
    ["gemini", sub("run", { body: {}, apiUrl: "https://evil.example.net" })],
    ["inference", sub("unified_completion", { body: { messages, url: "https://evil.example.net" } })],
    ["inference", sub("completion", { input: "x", endpoint: "evil.example.net" })],
  ];
  test.each(unknown)("%s: an unknown key that leads to another host is refused (%j)", async (id, params) => {
    const before = open.questions.length;
    const { body } = await open.call("execute_connector", { id, params });
    expect(body.error).toMatchObject({ code: "secret_refused", detail: { host: expect.stringContaining("evil.example.net") } });
    expect(open.questions.length).toBe(before);
  });

  const content: [id: string, own: string, params: Record<string, unknown>][] = [
    ["open-ai", "llm.example.com", sub("run", { body: JSON.stringify({ messages, api_base: "https://evil.example.net/v1" }) })],
    ["other-ai", "llm.example.com", sub("test", { body: JSON.stringify({ messages, base_url: "evil.example.net" }) })],
    [
      "other-ai",
      "llm.example.com",
      sub("stream", { body: JSON.stringify({ tools: [{ type: "mcp", server_url: "https://evil.example.net" }] }) }),
    ],
    ["mcp", "mcp.example.com", sub("callTool", { name: "fetch", arguments: { url: "https://evil.example.net/x" } })],
    ["mcp", "mcp.example.com", sub("callTool", { name: "fetch", arguments: { deep: [{ hosts: ["evil.example.net"] }] } })],
    ...[
      { feed: "https://evil.example.net/x" },
      { repo: "git+ssh://evil.example.net/x.git" },
      { sitemap: " HTTPS:\\\\evil.example.net/x\n" },
      { x: ["a", ["https://evil.example.net/x"]] },
      { x: "https://evil.example.net/a, https://mcp.example.com/b" },
      { x: "https://evil.example.net/a b" },
      { x: "<https://evil.example.net>" },
      { x: "//evil.example.net/x" },
      { text: "https://evil.example.net/x" },
      { x: '{"deep":{"y":"https://evil.example.net"}}' },
      { "https://evil.example.net/as-a-key": 1 },
    ].map((args): [string, string, Record<string, unknown>] => [
      "mcp",
      "mcp.example.com",
      sub("callTool", { name: "fetch", arguments: args }),
    ]),
    ["open-ai", "llm.example.com", sub("run", { body: JSON.stringify({ messages, feed: "https://evil.example.net/x" }) })],
    ["bedrock", "llm.example.com", sub("bedrockClientSend", { command: { input: { feed: ["https://evil.example.net/x"] } } })],
    ["gemini", "llm.example.com", sub("run", { body: { messages, feed: "https://evil.example.net/x" } })],
    ["bedrock", "llm.example.com", sub("bedrockClientSend", { command: { endpoint: "evil.example.net" } })],
    ["gemini", "llm.example.com", sub("run", { body: { tools: [{ server_url: "https://evil.example.net" }] } })],
    ["gemini", "llm.example.com", sub("run", { body: JSON.stringify({ fileData: { fileUri: "https://evil.example.net/f" } }) })],
  ];
  test.each(content)("%s: an address that the service reads is a destination, besides %s (%j)", async (id, own, params) => {
    const { body } = await open.call("execute_connector", { id, params });
    expect(body.error?.code).not.toBe("secret_refused");
    const question = open.questions.at(-1) ?? "";
    expect(question.split("\n")[0]).toContain("evil.example.net");
    expect(
      question
        .split("\n")
        .filter((line) => line.startsWith("A request → "))
        .join(),
    ).toContain(own);
    const requests = question.split("\n").filter((line) => line.startsWith("A request → "));
    expect(requests.join()).toMatch(/(→ |, |:\/\/)evil\.example\.net/);
  });

  test.each<[string, Record<string, unknown>]>([
    ["open-ai", sub("run", { body: JSON.stringify({ messages: [{ role: "user", content: "see https://docs.example.net/x" }] }) })],
    ["open-ai", sub("run", { body: JSON.stringify({ messages: [{ content: [{ image_url: { url: "data:image/png;base64,AAAA" } }] }] }) })],
    ["open-ai", sub("invokeAI", { messages, apiUrl: "https://llm.example.com/v1/other" })],
    ["mcp", sub("callTool", { name: "search", arguments: { text: "https://docs.example.net/x is it", limit: 5 } })],
  ])("%s: an address that is only mentioned, or its own host, is not a destination (%j)", async (id, params) => {
    await open.call("execute_connector", { id, params });
    const lines = (open.questions.at(-1) ?? "").split("\n").filter((line) => line.startsWith("A request → "));
    expect(lines.join()).not.toMatch(/docs\.example\.net|unreadable/);
  });
});

test("of a type without an entry every address in the params is shown", async () => {
  // The same Kibana, with .tines under an unknown name.
  const renaming = createServer(async (incoming, outgoing) => {
    const headers = { authorization: "ApiKey any", "kbn-xsrf": "true", "content-type": "application/json" };
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    const answer = await fetch(kibana.url + (incoming.url ?? "/"), { method: incoming.method ?? "GET", headers, body });
    outgoing.writeHead(answer.status, { "content-type": "application/json" });
    outgoing.end((await answer.text()).replaceAll('".tines"', '".read-anything"'));
  });
  await new Promise<void>((listening) => renaming.listen(0, "127.0.0.1", listening));
  const { port } = renaming.address() as AddressInfo;
  const page = await startServer({ env: { KIBANA_URL: `http://127.0.0.1:${port}`, KIBANA_API_KEY: "any" } });
  try {
    const params = { subAction: "browse", subActionParams: { text: "see https://evil.example.net/x now", host: "other.example.net" } };
    const { body } = await page.call("execute_connector", { id: "tines", params });
    expect(body.plan.summary).toContain("evil.example.net");
    expect(body.plan.requests.join()).toMatch(/evil\.example\.net.*other\.example\.net/);
    for (const [key, value] of [
      ["url", "one.example.net/path"],
      ["endpoint_url", "one.example.net:443"],
      ["hosts", ["one.example.net"]],
      ["serverName", "one.example.net"],
      ["target", "one.example.net"],
      ["webhook_url", "HTTPS:\\\\one.example.net"],
      ["x", "https:one.example.net"],
      ["u", "ftp://one.example.net"],
      ["deep", { b: { c: ["//one.example.net/x"] } }],
      ["text", '{"base_url":"one.example.net/v1"}'],
      ["https://one.example.net/as-a-key", 1],
    ] as const) {
      const { body: planned } = await page.call("execute_connector", { id: "tines", params: { [key]: value } });
      expect(planned.plan.requests.join(), key).toContain("one.example.net");
    }
  } finally {
    await page.close();
    renaming.close();
  }
});

describe("the catalogue", () => {
  /** Params that hold an address which the service reads, not Kibana: nothing is sent there by the connector. */
  const readByTheService = [
    ".email kibanaFooterLink.path",
    ".email kibanaFooterLink",
    ".pagerduty links",
    ".servicenow-sir subActionParams.incident.malware_url",
    ".sentinelone subActionParams.domains",
    ".sentinelone subActionParams.script.singularityxdrUrl",
    ".crowdstrike subActionParams.endpoint_ids",
    ".microsoft_defender_endpoint subActionParams.lastIpAddress",
  ];
  /** Config that people open, or that says how and not where. */
  const innocentConfig = [".cases-webhook viewIncidentUrl", ".http hasProxyAuth", ".http proxyVerificationMode"];

  test("knows each param that could name a host", async () => {
    const found = (await connectorTypes()).flatMap((type) => {
      const known = (type.paramTargets ?? []).map(({ field }) => field);
      return addressFields(type.schemas().params)
        .filter((field) => !known.includes(field))
        .map((field) => `${type.id} ${field}`);
    });
    expect(found.filter((one) => !readByTheService.includes(one))).toEqual([]);
  });

  test("has each config field that names a host among the destinations", async () => {
    const missing = (await connectorTypes()).flatMap((type) => {
      const known = type.target.kind === "config" || type.target.kind === "computed" ? type.target.fields : [];
      return addressFields(type.schemas().config)
        .filter((field) => !known.includes(field))
        .map((field) => `${type.id} ${field}`);
    });
    expect(missing.filter((one) => !innocentConfig.includes(one))).toEqual([]);
  });
});

function addressFields(schema: Parameters<typeof inputSchema>[0]): string[] {
  const found = new Set<string>();
  const walk = (json: JsonSchema, path: string) => {
    for (const each of alternatives(json)) {
      const name = path.split(".").at(-1) ?? "";
      if (path !== "" && (each.format === "uri" || /url|uri|host$|proxy|link|endpoint|^path$|server$|domain|address/i.test(name)))
        found.add(path);
      for (const [key, inner] of Object.entries(each.properties ?? {})) walk(asSchema(inner), path === "" ? key : `${path}.${key}`);
    }
  };
  walk(inputSchema(schema), "");
  return [...found];
}
