import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Answer, type Started, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { initialize, openClient, ping, send, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";
import { recordingProxy } from "../support/recording-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

let sandbox: { url: string; stop(): Promise<void> };
let folder: string;
let number = 0;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kcm-limits-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shared = (most: number, more: Record<string, string> = {}) => ({
  KIBANA_URL: sandbox.url,
  CONNECTORS_JOURNAL_DIR: join(folder, "journal"),
  CONNECTORS_MAX_CHANGES_PER_HOUR: String(most),
  ...more,
});

/** Each has answered once, so that what follows starts at the same moment. */
async function started(number: number, env: Record<string, string>): Promise<Started[]> {
  const all = await Promise.all(Array.from({ length: number }, () => startBuilt({ env, person: yes })));
  onTestFinished(async () => void (await Promise.all(all.map((one) => one.close()))));
  await Promise.all(all.map((one) => one.call("list_connectors")));
  return all;
}

async function named(prefix: string): Promise<number> {
  const all = (await (await fetch(`${sandbox.url}/api/actions/connectors`)).json()) as { name: string }[];
  return all.filter(({ name }) => name.startsWith(prefix)).length;
}

const create = (server: Started, name: string) => server.call("create_connector", { name, type: ".server-log" });
const codes = (answers: Answer[]) => new Set(answers.filter(({ failed }) => failed).map(({ body }) => body.error.code));

describe("the limit of changes an hour", () => {
  test("holds for servers that share a journal and all write at the same moment, and the rest is used", async () => {
    for (const round of [1, 2]) {
      const most = 5 * round;
      const servers = await started(4, shared(most));
      const answers = await Promise.all(
        servers.flatMap((server, s) => [1, 2, 3, 4].map((n) => create(server, `Racing ${round} ${s} ${n}`))),
      );
      expect([round, await named("Racing")]).toEqual([round, most]);
      expect(codes(answers)).toEqual(new Set(["limit_reached"]));
    }
  });

  test("holds for replicas over HTTP", async () => {
    const env = shared(3, { MCP_AUTH_TOKEN: "a-token-of-16-characters" });
    const replicas = await Promise.all([1, 2, 3].map(() => startHttpProcess(["--http", "127.0.0.1:0"], env, sandbox.url)));
    const clients = await Promise.all(replicas.map(({ url }) => openClient(url, "a-token-of-16-characters")));
    await Promise.all(clients.map((client) => client.call("list_connectors")));
    const answers = await Promise.all(
      clients.flatMap((client, c) =>
        [1, 2, 3].map((n) => client.call("create_connector", { name: `Replica ${c} ${n}`, type: ".server-log" })),
      ),
    );
    expect(await named("Replica")).toBe(3);
    expect(answers.filter(({ isError }) => isError).every(({ body }) => body.code === "limit_reached")).toBe(true);
  });

  test("holds for all Kibanas together, by whatever address each is reached", async () => {
    const other = await startSandboxWith(["--empty"]);
    onTestFinished(() => other.stop());
    const { port } = new URL(sandbox.url);
    let done = 0;
    for (const url of [sandbox.url, `http://localhost:${port}`, other.url]) {
      const [server] = await started(1, shared(2, { KIBANA_URL: url }));
      for (let n = 0; n < 2; n++) if (server && (await create(server, `Many addresses ${++number}`)).body.status === "done") done += 1;
    }
    expect(done).toBe(2);
  });

  test("holds for changes of several writes, which stop where it is reached", async () => {
    const two = await started(2, shared(1000));
    const ids = Array.from({ length: 12 }, (_, n) => `several-${n}`);
    for (const id of ids) await two[0]?.call("create_connector", { name: id, id, type: ".server-log" });
    const servers = await started(2, shared(20));
    const halves = [ids.slice(0, 6), ids.slice(6)];
    const answers = await Promise.all(servers.map((server, s) => server.call("safe_delete_connector", { ids: halves[s] })));
    // 12 were made, so 8 are left: one of the two cannot finish, and together they stay within the limit.
    expect(await named("several")).toBeGreaterThanOrEqual(4);
    const ends = answers.map(({ body }) => body.status ?? body.error.code);
    expect(ends.filter((end) => end === "limit_reached" || end === "partial").length).toBeGreaterThan(0);
    expect(ends.every((end) => ["done", "limit_reached", "partial"].includes(end))).toBe(true);
  }, 60_000);

  test("blocks nobody after a process was killed in the middle", async () => {
    const env = { ...process.env, ...shared(4) };
    const worker = `
      import { Client } from ${JSON.stringify(import.meta.resolve("@modelcontextprotocol/sdk/client/index.js"))};
      import { StdioClientTransport } from ${JSON.stringify(import.meta.resolve("@modelcontextprotocol/sdk/client/stdio.js"))};
      const client = new Client({ name: "w", version: "1" });
      const transport = new StdioClientTransport({ command: process.execPath, args: [process.env.BUILD], env: process.env, stderr: "ignore" });
      await client.connect(transport);
      process.stdout.write(transport.pid + "\\n");
      for (let n = 0; n < 50; n++) await client.callTool({ name: "create_connector", arguments: { name: "Killed " + n, type: ".server-log" } }).catch(() => {});
    `;
    const { serverBuild } = await import("../support/built-server.ts");
    const child = spawn(process.execPath, ["--input-type=module", "-e", worker], {
      env: { ...env, BUILD: serverBuild },
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const pid = Number(await new Promise((found) => child.stdout.once("data", (chunk: Buffer) => found(chunk.toString()))));
    while ((await named("Killed")) === 0) await new Promise((done) => setTimeout(done, 5));
    process.kill(pid, "SIGKILL");
    const [server] = await started(1, shared(8));
    const start = Date.now();
    const answer = server && (await create(server, "After the kill"));
    expect([answer?.body.status, Date.now() - start < 5_000]).toEqual(["done", true]);
    expect(await named("Killed")).toBeLessThanOrEqual(4);
  });

  test("a continuation works once, however many replicas get it at the same moment", async () => {
    const env = shared(100, { CONNECTORS_CONFIRM_KEY: "a-key-that-all-replicas-share" });
    const proxy = await recordingProxy(sandbox.url, ({ method }) =>
      method === "PUT" ? new Promise((done) => setTimeout(done, 100)) : undefined,
    );
    const servers = await Promise.all([1, 2, 3, 4].map(() => startBuilt({ env: { ...env, KIBANA_URL: proxy.url } })));
    onTestFinished(async () => void (await Promise.all(servers.map((one) => one.close()))));
    const [first] = servers;
    await first?.call("create_connector", { name: "Once", id: "once", type: ".server-log" });
    const args = { id: "once", name: "Renamed once" };
    const { body } = (await first?.call("update_connector", args)) ?? { body: {} };
    await Promise.all(servers.map((one) => one.call("get_connector", { id: "once" })));
    await Promise.all(servers.map((one) => one.call("update_connector", { ...args, confirm: body.confirm.id })));
    expect(proxy.calls.filter(({ method }) => method === "PUT").length).toBeLessThanOrEqual(1);
  });
});

describe("a call that names more than anybody can mean", () => {
  const shared = sharedServers();
  const many = (n: number) => Array.from({ length: n }, (_, i) => `some-${i}`);
  const long = "x".repeat(5_000);

  test.each<[string, Record<string, unknown>]>([
    ["list_connectors", { space: many(3_000).join(",") }],
    ["audit_connectors", { spaces: many(3_000) }],
    ["audit_connectors", { checks: many(3_000) }],
    ["export_connectors", { space: many(3_000).join(",") }],
    ["export_connectors", { ids: many(3_000) }],
    ["describe_connector_types", { types: many(3_000) }],
    ["describe_connector_types", { types: [".slack"], parts: Array.from({ length: 3_000 }, () => "config") }],
    ["get_connector", { id: "a", include: Array.from({ length: 3_000 }, () => "rules") }],
    ["attach_connector", { connector: "a", rules: many(3_000) }],
    ["attach_connector", { connector: "a", rules: ["r"], groups: many(3_000) }],
    ["replace_connector", { from: "a", to: "b", rules: many(3_000) }],
    ["safe_delete_connector", { ids: many(3_000) }],
    ["get_connector", { id: long }],
    ["get_connector", { id: "a", space: long }],
    ["list_connectors", { space: long }],
    ["audit_connectors", { spaces: [long] }],
    ["create_connector", { name: long, type: ".server-log" }],
    ["safe_delete_connector", { ids: [long] }],
    ["test_connector", { id: long }],
    ["execute_connector", { id: long, params: {} }],
    ["update_connector", { id: long, name: "B" }],
    ["replace_connector", { from: long, to: "b" }],
    ["attach_connector", { connector: long, rules: ["a"] }],
  ])("%s is refused before any request to Kibana", async (tool, args) => {
    const { call, calls } = await shared("", sandbox.url);
    const { failed, body } = await call(tool, args);
    expect([failed, ["invalid_arguments", "id_invalid"].includes(body.error?.code)]).toEqual([true, true]);
    expect(calls.filter(({ path }) => /some-\d|xxxx/.test(path))).toEqual([]);
    expect(calls.length).toBeLessThan(3);
    expect(JSON.stringify(body).length).toBeLessThan(5_000);
  });
});

describe("arguments of tens of thousands of keys", () => {
  const shared = sharedServers();
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}`, "v"]));
  const url = "https://intake.example.net/";
  test.each<[what: string, tool: string, args: Record<string, unknown>]>([
    ["in a config", "create_connector", { name: "Many", type: ".webhook", config: { url, ...many(40_000) } }],
    ["in headers", "update_connector", { id: "kibana-log", config: { headers: many(40_000) } }],
    ["in a config as JSON text", "create_connector", { name: "Many", type: ".webhook", config: JSON.stringify(many(9_000)) }],
    ["in secrets", "create_connector", { name: "Many", type: ".webhook", secrets: { secretHeaders: many(40_000) } }],
    ["in params", "execute_connector", { id: "kibana-log", params: many(40_000) }],
    ["in the params of a rule", "attach_connector", { connector: "kibana-log", rules: ["disk-almost-full"], params: many(40_000) }],
    ["spread over many objects", "execute_connector", { id: "kibana-log", params: { list: Array.from({ length: 60 }, () => many(900)) } }],
    ["as a list", "execute_connector", { id: "kibana-log", params: { list: Array.from({ length: 40_000 }, () => 1) } }],
  ])("%s are refused at once", async (_what, tool, args) => {
    const { call } = await shared("", sandbox.url);
    await call("list_connectors");
    const began = performance.now();
    const { body } = await call(tool, args);
    expect(body.error).toMatchObject({ code: "invalid_arguments", message: expect.stringMatching(/keys/) });
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe("a call that names more whom it reaches than a person can decide on", () => {
  const shared = sharedServers();
  const hosts = (count: number) => Array.from({ length: count }, (_none, n) => `http://h${n}.example.org`);
  const words = (count: number) => Array.from({ length: count }, (_none, n) => `word-${n}`);
  const tool = (list: unknown) => ({ subAction: "callTool", subActionParams: { name: "fetch", arguments: { list } } });
  const run = (params: unknown) => ["execute_connector", { id: "named", params, dry_run: true }] as const;
  const attach = (body: unknown, rules = ["disk-almost-full"]) =>
    ["attach_connector", { connector: "ops-webhook", rules, params: { body: JSON.stringify(body) }, dry_run: true }] as const;
  const everyRule: string[] = [];
  const text = "A sentence of a document. ".repeat(360);

  beforeAll(async () => {
    const make = (id: string, type: string, config: unknown) =>
      fetch(`${sandbox.url}/api/actions/connector/${id}`, {
        method: "POST",
        headers: { "kbn-xsrf": "t", "content-type": "application/json" },
        body: JSON.stringify({ name: id, connector_type_id: type, config, secrets: {} }),
      });
    const { data } = (await (await fetch(`${sandbox.url}/api/alerting/rules/_find?per_page=100`)).json()) as { data: { id: string }[] };
    everyRule.push(...data.map(({ id }) => id));
    await make("named", ".mcp", { serverUrl: "https://tools.example.com/mcp" });
    await make("ops-webhook", ".webhook", { url: "https://hooks.example.com/x", method: "post", hasAuth: false });
  });

  test.each<[string, readonly [string, Record<string, unknown>]]>([
    ["hosts among a tool's arguments", run(tool(hosts(9_900)))],
    ["hosts, of few values", run(tool(hosts(600)))],
    [
      "hosts in texts",
      run(
        tool(
          Array.from({ length: 90 }, (_none, n) =>
            hosts(400 * (n + 1))
              .slice(-400)
              .join(" "),
          ),
        ),
      ),
    ],
    ["words among a tool's arguments", run(tool(words(5_000)))],
    ["hosts under a key that nobody knows", run({ ...tool([]), other: hosts(9_000) })],
    ["texts of a tool's arguments", run(tool(Array.from({ length: 90 }, () => text)))],
  ])("%s is refused at once", async (_what, [name, args]) => {
    const { call } = await shared("", sandbox.url);
    await call("list_connectors");
    const began = performance.now();
    const { body } = await call(name, args);
    expect(body.error).toMatchObject({ code: "limit_reached", fix: expect.any(String) });
    expect(performance.now() - began).toBeLessThan(500);
    expect(JSON.stringify(body).length).toBeLessThan(1_000);
  });

  test.each<[string, readonly [string, Record<string, unknown>]]>([
    ["a few hundred hosts", run(tool(hosts(450)))],
    ["many words", run(tool(words(900)))],
    ["a body of many words", attach({ list: words(900) })],
    // JSON of so many values is one text: nobody looks into it, and a page shows it whole.
    ["hosts in the body of a rule's webhook", attach({ list: hosts(9_000) })],
    ["values in several rules", attach({ list: words(900) }, everyRule)],
    [
      "values in rules that move to another type",
      ["replace_connector", { from: "ops-slack", to: "ops-webhook", params: { body: JSON.stringify(words(5_000)) }, dry_run: true }],
    ],
  ])("and %s are shown, soon", async (_what, [name, args]) => {
    const { call } = await shared("", sandbox.url);
    await call("list_connectors");
    const began = performance.now();
    expect((await call(name, args)).body.status).toBe("planned");
    expect(performance.now() - began).toBeLessThan(1_500);
  });
});

test("rules whose texts have very many values are planned in seconds, and read as texts", async () => {
  const own = await startSandboxWith(["--empty"]);
  onTestFinished(() => own.stop());
  const post = (path: string, body: Record<string, unknown>) => postTo(own.url, path, body);
  for (const id of ["one", "two"])
    await post(`/api/actions/connector/${id}`, {
      name: id,
      connector_type_id: ".webhook",
      config: { url: "https://in.example.com/", method: "post", hasAuth: false, authType: null },
      secrets: {},
    });
  const body = JSON.stringify(Array.from({ length: 15_000 }, (_, n) => n));
  for (let n = 0; n < 20; n++) await post(`/api/alerting/rule/r${n}`, esQueryRule(`r${n}`, [{ id: "one", params: { body } }]));
  const server = await startServer({ env: { KIBANA_URL: own.url, KIBANA_API_KEY: "any" } });
  onTestFinished(() => server.close());
  await server.call("list_connectors");
  const began = performance.now();
  const answer = await server.call("replace_connector", { from: "one", to: "two", dry_run: true });
  expect([answer.body.status, performance.now() - began < 4_000]).toEqual(["planned", true]);
}, 60_000);

describe("clients without a token keep nobody out of the HTTP server", () => {
  const token = "the-token-of-somebody-known";
  const small = { CONNECTORS_MAX_SESSIONS: "4", CONNECTORS_MAX_IN_FLIGHT: "4" };

  /** Sockets that the server may cut, opened again and again as an attacker would. */
  function hold(url: string, number: number, first: string): Socket[] {
    const { hostname, port } = new URL(url);
    const all = Array.from({ length: number }, () => {
      const socket = connect(Number(port), hostname, () => socket.write(first));
      return socket.on("error", () => undefined);
    });
    onTestFinished(() => {
      for (const socket of all) socket.destroy();
    });
    return all;
  }

  const head = (host: string) => `POST /mcp HTTP/1.1\r\nHost: ${host}\r\n`;

  test.each<[string, (host: string) => string]>([
    ["idle connections", () => ""],
    ["half a request line", () => "POS"],
    ["half a head", (host) => head(host)],
    [
      "a head with a wrong token and half a body",
      (host) =>
        `${head(host)}Authorization: Bearer nobodys-token-at-all\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 1000\r\n\r\n{`,
    ],
    ["kept-alive connections after a health check", (host) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ["kept-alive connections after a path that is not there", (host) => `GET /nothing HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
  ])(
    "%s, more than the server takes",
    async (_what, first) => {
      const served = await startHttpProcess(["--http", "127.0.0.1:0"], { MCP_AUTH_TOKEN: token, ...small }, sandbox.url);
      const { host } = new URL(served.url);
      hold(served.url, 400, first(host));
      await new Promise((done) => setTimeout(done, 300));
      const start = Date.now();
      const client = await openClient(served.url, token);
      const { body } = await client.call("list_connectors");
      expect([body.connectors.length > 0, Date.now() - start < 5_000]).toEqual([true, true]);
    },
    15_000,
  );

  test("of those that stay connected, only a limited number may", async () => {
    const served = await startHttpProcess(["--http", "127.0.0.1:0"], { MCP_AUTH_TOKEN: token }, sandbox.url);
    const first = hold(served.url, 300, "");
    await new Promise((done) => setTimeout(done, 1_200));
    hold(served.url, 300, "");
    await new Promise((done) => setTimeout(done, 500));
    expect(first.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(128);
  });

  test("a session with a token continues meanwhile", async () => {
    const served = await startHttpProcess(["--http", "127.0.0.1:0"], { MCP_AUTH_TOKEN: token, ...small }, sandbox.url);
    const client = await openClient(served.url, token);
    await client.call("list_connectors");
    for (let round = 0; round < 3; round++) {
      hold(served.url, 200, "G");
      const { isError } = await client.call("list_connectors");
      expect(isError).toBe(false);
    }
    const { status } = await send(served.url, { headers: { authorization: `Bearer ${token}` }, body: initialize() });
    expect(status).toBe(200);
  });
});

describe("the holder of one token", () => {
  const names = ["carl", "bob", "alice"];
  const of = (name: string) => `the-token-of-${name}-0123456789`;
  const bearer = (name: string) => ({ authorization: `Bearer ${of(name)}` });
  async function serveAll(env: Record<string, string>, kibana = sandbox.url, args: string[] = []) {
    const tokens = join(folder, "tokens.json");
    writeFileSync(tokens, JSON.stringify({ principals: names.map((name) => ({ name, token: of(name) })) }), { mode: 0o600 });
    return startHttpProcess(["--http", "127.0.0.1:0", ...args], { MCP_AUTH_TOKEN_FILE: tokens, ...env }, kibana);
  }

  test("with as many sessions as allowed leaves others theirs", async () => {
    const served = await serveAll({ CONNECTORS_MAX_SESSIONS: "30" });
    const open = async (name: string) => (await send(served.url, { headers: bearer(name), body: initialize() })).status;
    const carl = [];
    for (let n = 0; n < 40; n++) carl.push(await open("carl"));
    // Half of all places are shares of five each, the other half is first come, first served.
    expect(carl.filter((status) => status === 200)).toHaveLength(20);
    expect(carl.at(-1)).toBe(503);
    for (const name of ["bob", "alice"]) for (let n = 0; n < 5; n++) expect([name, n, await open(name)]).toEqual([name, n, 200]);
  });

  test.each([[[]], [["--stateless"]]])(
    "with calls that all wait for Kibana leaves others room, at Kibana too (%j)",
    async (args) => {
      let slow = false;
      const proxy = await recordingProxy(sandbox.url, () => (slow ? new Promise((done) => setTimeout(done, 6_000)) : undefined));
      const stateless =
        args.length > 0 ? { CONNECTORS_CONFIRM_KEY: "a-key-that-all-replicas-share-32", CONNECTORS_JOURNAL_DIR: folder } : {};
      const served = await serveAll({ CONNECTORS_MAX_IN_FLIGHT: "60", ...(stateless as Record<string, string>) }, proxy.url, args);
      const bob = await openClient(served.url, of("bob"));
      await bob.call("list_connectors");
      const { headers } = await send(served.url, { headers: bearer("carl"), body: initialize() });
      const session = headers["mcp-session-id"];
      slow = true;
      const refused: number[] = [];
      for (let n = 0; n < 100; n++)
        void send(served.url, {
          headers: { ...bearer("carl"), ...(session === undefined ? {} : { "mcp-session-id": String(session) }) },
          body: { jsonrpc: "2.0", id: n + 10, method: "tools/call", params: { name: "list_connectors", arguments: { text: `q${n}` } } },
        }).then(
          ({ status }) => status === 429 && refused.push(status),
          () => undefined,
        );
      await expect.poll(() => refused.length, { timeout: 5_000 }).toBe(60);
      slow = false;
      const start = Date.now();
      const answers = await Promise.all([1, 2, 3].map(() => bob.call("list_connectors", { text: "ops" })));
      expect(answers.map(({ isError }) => isError)).toEqual([false, false, false]);
      expect(Date.now() - start).toBeLessThan(3_000);
      const alice = await openClient(served.url, of("alice"));
      expect((await alice.call("list_connectors")).isError).toBe(false);
    },
    30_000,
  );

  test("with open connections leaves others room", async () => {
    const served = await serveAll({ CONNECTORS_MAX_SESSIONS: "10", CONNECTORS_MAX_IN_FLIGHT: "10" });
    const { hostname, port } = new URL(served.url);
    const held = Array.from({ length: 60 }, () => {
      const socket = connect(Number(port), hostname).on("error", () => undefined);
      socket.write(`GET /mcp HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${of("carl")}\r\n\r\n`);
      return socket;
    });
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
    });
    await Promise.all(held.map((socket) => new Promise((done) => socket.once("data", done).once("close", done))));
    expect((await send(served.url, { headers: bearer("bob"), body: initialize() })).status).toBe(200);
  });
});

describe("pages that wait for a person", () => {
  test("are not pushed out by those of another principal", async () => {
    const tokens = join(folder, "tokens.json");
    const of = (name: string) => `the-token-of-${name}-0123456789`;
    writeFileSync(tokens, JSON.stringify({ principals: ["mary", "mallory"].map((name) => ({ name, token: of(name) })) }), { mode: 0o600 });
    const served = await startHttpProcess(["--http", "127.0.0.1:0"], { MCP_AUTH_TOKEN_FILE: tokens }, sandbox.url);
    const [mary, mallory] = await Promise.all([openClient(served.url, of("mary")), openClient(served.url, of("mallory"))]);
    const args = { name: "Hers", type: ".slack", secrets: { webhookUrl: { $ask: true } } };
    const { body } = await mary.call("create_connector", args);
    expect(body.status).toBe("secrets_wanted");
    for (let n = 0; n < 240; n += 20)
      await Promise.all(Array.from({ length: 20 }, (_, i) => mallory.call("create_connector", { ...args, name: `Flood ${n + i}` })));
    expect((await fetch(body.confirm.url)).status).toBe(200);
    const again = await mary.call("create_connector", { ...args, confirm: body.confirm.id });
    expect(again.body.status).toBe("secrets_wanted");
  }, 60_000);

  test("open although hundreds of connections to their port are held", async () => {
    const server = await startBuilt({ env: { KIBANA_URL: sandbox.url } });
    onTestFinished(() => server.close());
    const { body } = await server.call("create_connector", { name: "Asked", type: ".slack", secrets: { webhookUrl: { $ask: true } } });
    const { hostname, port } = new URL(body.confirm.url);
    const held = Array.from({ length: 1_000 }, () => connect(Number(port), hostname).on("error", () => undefined));
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
    });
    await new Promise((done) => setTimeout(done, 1_300));
    expect((await fetch(body.confirm.url)).status).toBe(200);
    held.push(...Array.from({ length: 1_000 }, () => connect(Number(port), hostname).on("error", () => undefined)));
    await new Promise((done) => setTimeout(done, 1_300));
    expect(held.slice(0, 1_000).filter((socket) => !socket.closed).length).toBeLessThanOrEqual(200);
    expect((await fetch(body.confirm.url)).status).toBe(200);
  });
});

describe("a body of a token holder", () => {
  const of = (count: number, value: unknown) => Array.from({ length: count }, () => value);
  const keys = (count: number, value: unknown) => Object.fromEntries(of(count, value).map((one, n) => [`k${n}`, one]));
  const message = (method: string, params: unknown, more = {}) => ({ jsonrpc: "2.0", id: 7, method, params, ...more });
  let url: string;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), "kcm-limits-"));
    ends.push(async () => rmSync(home, { recursive: true }));
    const file = join(home, "tokens.json");
    writeFileSync(file, JSON.stringify({ principals: ["ann", "bob"].map((name) => ({ name, token: tokenOf(name) })) }), { mode: 0o600 });
    ({ url } = await startHttpProcess(["--http", "127.0.0.1:0", "--auth-token-file", file], {}, sandbox.url, (end) => ends.push(end)));
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  test.each<[string, unknown]>([
    ["of many empty messages", of(300_000, {})],
    ["of many numbers", of(450_000, 0)],
    ["of many notifications", of(20_000, { jsonrpc: "2.0", method: "a" })],
    ["of many answers", of(20_000, { jsonrpc: "2.0", id: 9, result: {} })],
    [
      "that says hello with many pictures",
      message("initialize", {
        protocolVersion: "2025-03-26",
        capabilities: {},
        clientInfo: { name: "a", version: "1", icons: of(300_000, {}) },
      }),
    ],
    [
      "that says hello with many abilities",
      message("initialize", {
        protocolVersion: "2025-03-26",
        capabilities: { experimental: keys(70_000, {}) },
        clientInfo: { name: "a", version: "1" },
      }),
    ],
    ["with many keys beside its params", message("ping", {}, keys(70_000, 0))],
    ["with many keys in its params", message("ping", keys(70_000, 0))],
    ["with many arguments", message("tools/call", { name: "list_connectors", arguments: keys(70_000, 0) })],
    ["with lists in lists in its arguments", message("tools/call", { name: "list_connectors", arguments: { a: of(1000, of(200, [])) } })],
  ])("%s is refused before it is read closely, and others are answered meanwhile", async (_what, body) => {
    const [ann, bob] = await Promise.all(
      ["ann", "bob"].map(async (name) => {
        const authorization = `Bearer ${tokenOf(name)}`;
        const { headers } = await send(url, { headers: { authorization }, body: initialize("2025-03-26") });
        return { authorization, "mcp-session-id": String(headers["mcp-session-id"]) };
      }),
    );
    const raw = JSON.stringify(body);
    const start = Date.now();
    const heavy = Array.from({ length: 5 }, () => send(url, { headers: ann ?? {}, raw }));
    const other = await send(url, { headers: bob ?? {}, body: ping });
    const waited = Date.now() - start;
    expect(other.status).toBe(200);
    expect((await Promise.all(heavy)).map(({ status }) => status)).toEqual(of(5, 400));
    expect(waited).toBeLessThan(4_000);
  });

  test("with as many documents as a call may write is no such body", async () => {
    const { url } = await startHttpProcess(["--http", "127.0.0.1:0", "--stateless", "--confirm-key", "k".repeat(32)], {}, sandbox.url);
    const documents = of(500, keys(12, "text"));
    const { json } = await send(url, {
      body: message("tools/call", {
        name: "execute_connector",
        arguments: { id: "alert-audit-index", params: { documents }, dry_run: true },
      }),
    });
    expect(JSON.stringify(json)).not.toContain("values in the arguments");
    expect(json.result).toBeDefined();
  });
});
