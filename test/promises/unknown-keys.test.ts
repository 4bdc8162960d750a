import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { look } from "../pages/form.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { newerKibana } from "../support/newer-kibana.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
let byPage: Started;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.7"]);
  const url = await newerKibana(sandbox.url, ["proxyUrl", "relay"], (end) => ends.push(end));
  const env = {
    KIBANA_URL: url,
    KIBANA_API_KEY: "any",
    CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
    CONNECTORS_TARGET_HOSTS: "in.example.com",
    CONNECTOR_SECRET_X: "secret-of-mine-1",
    CONNECTOR_SECRET_URL: "https://hidden.example.org/hook",
    CONNECTOR_SECRET_HOST: "hidden.example.org:3128",
    CONNECTOR_SECRET_SLACK: "https://in.example.com/services/1",
    CONNECTOR_SECRET_BOUND: "secret-of-mine-2",
    CONNECTOR_SECRET_BOUND__FOR: "@in.example.com",
  };
  server = await startServer({ person: yes, env });
  byPage = await startServer({ env, args: ["--confirm", "page"] });
});
afterAll(async () => {
  await Promise.all([server.close(), byPage.close()]);
  for (const end of ends) await end();
  await sandbox.stop();
});

const secret = { $env: "CONNECTOR_SECRET_X" };
const bound = { $env: "CONNECTOR_SECRET_BOUND" };
type Case = [type: string, config: Dict, fields: string[]];
const webhook: Case = [".webhook", { url: "https://in.example.com/", method: "post", hasAuth: true }, ["user", "password"]];
const types: Case[] = [
  webhook,
  [".jira", { apiUrl: "https://in.example.com/", projectKey: "P" }, ["email", "apiToken"]],
  [".mcp", { serverUrl: "https://in.example.com/mcp", hasAuth: true, authType: "bearer" }, ["token"]],
  [".gen-ai", { apiProvider: "OpenAI", apiUrl: "https://in.example.com/" }, ["apiKey"]],
  [".pagerduty", { apiUrl: "https://in.example.com/" }, ["routingKey"]],
  [".email", { service: "other", host: "in.example.com", port: 465, secure: true, from: "a@b.c", hasAuth: true }, ["user", "password"]],
  [".http", { url: "https://in.example.com/", hasAuth: true }, ["user", "password"]],
];
const withAll = (fields: readonly string[], value: unknown) => Object.fromEntries(fields.map((field) => [field, value]));
const planned = async (type: string, config: Dict, secrets: Dict) =>
  (await server.call("create_connector", { name: `New ${type}`, type, config, secrets, dry_run: true })).body;

const addresses: Dict[] = [
  { proxyUrl: "https://evil.example.net:3128" },
  { tokenUrl: "http://evil.example.net" },
  { endpoint: "evil.example.net" },
  { proxy: { host: "evil.example.net", port: 3128 } },
  { relay: "PROXY evil.example.net:3128" },
  { relay: "u:p@evil.example.net" },
  { relays: [{ via: "evil\u3002example.net" }] },
];
/** Names of a network, numbers and short forms, which only the key tells from other words. */
const words: [Dict, string][] = [
  [{ proxy: "evilhost" }, "evilhost"],
  [{ gateway: "evilhost" }, "evilhost"],
  [{ upstream: { target: "evil-svc" } }, "evil-svc"],
  [{ target: "evilhost/x" }, "evilhost"],
  [{ relay: "10.1" }, "10.0.0.1"],
  [{ forwardTo: "0x0a420606" }, "10.66.6.6"],
  [{ host: 174483718 }, "10.102.105.6"],
  [{ brokers: ["evilhost:9092"] }, "evilhost:9092"],
];

describe("an address under a key of the config that no known version of the type has", () => {
  test.each(types)("is a destination of the secrets of %s", async (type, config, fields) => {
    for (const more of type === ".webhook" ? addresses : addresses.slice(2, 4)) {
      const { plan } = await planned(type, { ...config, ...more }, withAll(fields, secret));
      expect([more, plan.secrets.join(), plan.needs_a_person?.join()]).toEqual([
        more,
        expect.stringContaining("evil.example.net"),
        expect.stringContaining("nobody has agreed to"),
      ]);
      const { error } = await planned(type, { ...config, ...more }, withAll(fields, bound));
      expect([more, error?.code]).toEqual([more, "secret_refused"]);
    }
  });

  test.each(words)("is one by a word or number too: %j", async (more, host) => {
    const [type, config, fields] = webhook;
    const { plan } = await planned(type, { ...config, ...more }, withAll(fields, secret));
    expect([plan.secrets.join(), plan.needs_a_person?.join()]).toEqual([
      expect.stringContaining(host),
      expect.stringContaining("nobody has agreed to"),
    ]);
    expect((await planned(type, { ...config, ...more }, withAll(fields, bound))).error?.code).toBe("secret_refused");
  });

  test.each<[string, Dict]>([
    ["a number, a word, nothing", { retries: 3, strict: true, mode: "fast", note: null }],
    ["a sentence", { note: "Owned by the platform team, e.g. in case of doubt." }],
    ["a version", { revision: "2.1.0", apiVersion: "2024.05.01", baseModel: "gpt-4.1" }],
    ["a file, a field or a setting", { attachment: "report.pdf", groupBy: "host.name", setting: "index.refresh_interval" }],
    ["a model", { model: "gpt-4.1", fallback: "us.anthropic.claude-3-5-sonnet-20240620-v1:0" }],
    ["its own host", { statusUrl: "https://in.example.com/status" }],
  ])("is none where it is %s", async (_what, more) => {
    for (const [type, config, fields] of types.slice(0, 3)) {
      const { status, plan } = await planned(type, { ...config, ...more }, withAll(fields, bound));
      expect([type, status, plan?.needs_a_person]).toEqual([type, "planned", undefined]);
    }
  });

  test("is in the question of a create, an update, a run, an action of a rule and an undo, and on the page", async () => {
    const [type, config, fields] = webhook;
    const secrets = withAll(fields, secret);
    const hosts = "evil.example.net, in.example.com";
    const asked = async (tool: string, args: Dict) => {
      const before = server.questions.length;
      const { body } = await server.call(tool, args);
      expect([tool, body.status]).toEqual([tool, "done"]);
      expect([tool, server.questions.slice(before).join()]).toEqual([tool, expect.stringContaining(`→ ${hosts}`)]);
      return body;
    };
    await asked("create_connector", {
      id: "first",
      name: "First",
      type,
      config: { ...config, proxyUrl: "https://evil.example.net" },
      secrets,
    });
    const free = await server.call("create_connector", { id: "second", name: "Second", type, config, secrets });
    expect(free.body.asked).toBe("none");
    const update = await asked("update_connector", { id: "second", config: { proxyUrl: "https://evil.example.net" }, secrets });
    await asked("execute_connector", { id: "second", params: { body: "x" } });
    await asked("attach_connector", { connector: "second", rules: ["disk-almost-full"], params: { body: "x" } });
    const back = await server.call("undo_change", { change: update.change, secrets });
    expect(back.body.status).toBe("done");
    const proxy = { proxyUrl: "https://evil.example.net" };
    await asked("update_connector", { id: "second", config: proxy, secrets });
    await asked("create_connector", { name: "Both", space: "default,security", type, config: { ...config, ...proxy }, secrets });
    const { body } = await byPage.call("execute_connector", { id: "second", params: { body: "x" } });
    expect((await look(body.confirm.url)).html).toContain(hosts);
    const map = await server.call("map_notifications", { text: "Disk almost full" });
    expect(JSON.stringify(map.body)).toContain(hosts);
  });

  test("is told beside a host that only a secret says, and of a type that sends nowhere", async () => {
    const config = { proxyUrl: "https://evil.example.net" };
    const slack = await planned(".slack", config, { webhookUrl: { $env: "CONNECTOR_SECRET_SLACK" } });
    expect(slack.plan.secrets).toEqual(["CONNECTOR_SECRET_SLACK → evil.example.net, in.example.com"]);
    for (const [id, type, more, params] of [
      ["chat", ".slack", {}, { message: "x" }],
      ["log", ".server-log", {}, { message: "x", level: "info" }],
    ] as const) {
      const secrets = id === "chat" ? { webhookUrl: { $env: "CONNECTOR_SECRET_SLACK" } } : {};
      await server.call("create_connector", { id, name: id, type, config: { ...more, ...config }, secrets });
      await server.call("execute_connector", { id, params });
      expect(server.questions.at(-1)).toContain("evil.example.net");
      expect((server.questions.at(-1) ?? "").includes("a host not known beforehand")).toBe(id === "chat");
    }
    // What is not known there is not agreed to elsewhere.
    const model = { provider: "newai", taskType: "completion", inferenceId: "i1" };
    const { plan } = await planned(".inference", model, { providerSecrets: { api_key: secret } });
    expect([plan.secrets, plan.needs_a_person?.join()]).toEqual([
      ["CONNECTOR_SECRET_X → a host not known beforehand"],
      expect.stringContaining("nobody has agreed to"),
    ]);
  });
});

describe("an address in a secret that no known version of the type has", () => {
  const [type, config, fields] = webhook;
  test.each([
    ["CONNECTOR_SECRET_URL", "hidden.example.org"],
    ["CONNECTOR_SECRET_HOST", "unreadable address in secrets.relay"],
  ])("%s is a destination of all of them: %s", async (name, host) => {
    const { plan } = await planned(type, config, { ...withAll(fields, secret), relay: { $env: name } });
    expect(plan.secrets.find((one: string) => one.startsWith("CONNECTOR_SECRET_X"))).toContain(host);
    expect(plan.needs_a_person.join()).toMatch(/nobody has agreed to|as the secret says/);
    const { error } = await planned(type, config, { ...withAll(fields, bound), relay: { $env: name } });
    expect(error.code).toBe("secret_refused");
    expect(JSON.stringify(error)).not.toContain("3128");
  });

  test("and a token is none", async () => {
    const { plan } = await planned(type, config, { ...withAll(fields, bound), relay: secret });
    expect(plan.needs_a_person).toBeUndefined();
  });
});

describe("a Kibana whose schemas are known", () => {
  test.each<[string, Dict, string]>([
    [".email", { to: ["ana@example.com"] }, "config.to is not a field of .email config (to belongs in params)"],
    [".webhook", { proxyUrl: "https://evil.example.net" }, "config.proxyUrl is not a field of .webhook config"],
    [".jira", { projectkey: "P" }, "config.projectkey is not a field of .jira config"],
  ])("refuses unknown keys, and nobody is asked: %s %j", async (type, more, said) => {
    const old = await startSandboxWith(["--kibana-version", "9.5"]);
    const person = { asked: 0 };
    const here = await startServer({
      person: () => {
        person.asked += 1;
        return yes();
      },
      env: { KIBANA_URL: old.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_X: "secret-of-mine-1" },
    });
    const [, config, fields] = types.find(([id]) => id === type) ?? webhook;
    const secrets = withAll(fields, secret);
    const made = await here.call("create_connector", { id: "known", name: "Known", type, config, secrets });
    expect(made.body.status).toBe("done");
    const before = person.asked;
    const created = await here.call("create_connector", { name: "Other", type, config: { ...config, ...more }, secrets });
    const updated = await here.call("update_connector", { id: "known", config: more, secrets });
    for (const { body } of [created, updated]) {
      expect(body.error).toMatchObject({ code: "invalid_config", detail: { problems: [{ path: `config.${Object.keys(more)[0]}` }] } });
      expect(body.error.message).toContain(said);
    }
    expect(person.asked).toBe(before);
    await here.close();
    await old.stop();
  });
});
