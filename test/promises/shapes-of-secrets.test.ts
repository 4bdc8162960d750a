import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readingFor, type Started, serverBuild, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { filesIn } from "../support/http-process.ts";
import { type Passing, rewritingProxy } from "../support/rewriting-proxy.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
});
afterAll(() => sandbox.stop());

// Put together here: whole ones are taken for leaked ones by those who look through repositories.
const parts = ["Canary-pw1", "abcDEF123ghiJKL456mnoPQ", "canary-query"] as const;
const address = `https://bob:${parts[0]}@in.example.com/hooks/${parts[1]}?api_key=${parts[2]}`;
const shown = "https://bob:[redacted]@in.example.com/hooks/[redacted]?api_key=[redacted]";
const leaks = (text: string) => parts.filter((part) => text.includes(part));

async function put(id: string, config: Record<string, unknown>, type = ".webhook") {
  const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, {
    method: "POST",
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    body: JSON.stringify({ name: id, connector_type_id: type, config, secrets: {} }),
  });
  expect(answer.status).toBe(200);
}
const hook = (url: string, headers: Record<string, string> | null = null) => ({
  method: "post",
  hasAuth: false,
  authType: null,
  url,
  headers,
});

async function serverFor(refuse: (call: Passing) => { status: number; body: string; type?: string } | undefined, more: string[] = []) {
  const proxy = await rewritingProxy(sandbox.url, { refuse });
  const server = await startServer({
    person: yes,
    args: ["--max-changes-per-hour", "1000", ...more],
    env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" },
  });
  onTestFinished(() => server.close());
  return server;
}

const notAllowed = `error validating connector type config: error validation webhook action config: target url "${address}" is not added to the Kibana config xpack.actions.allowedHosts`;
const problem = (status: number, message: string) => ({ status, body: JSON.stringify({ statusCode: status, error: "Bad", message }) });

describe("a refusal of Kibana's that repeats an address with its tokens", () => {
  test.each<[what: string, method: string, path: RegExp, tool: string, args: Record<string, unknown>]>([
    ["update", "PUT", /connector\/refused/, "update_connector", { id: "refused", name: "other" }],
    ["copy", "POST", /\/api\/actions\/connector(\/[\w-]+)?$/, "create_connector", { from: { id: "refused" }, name: "Copy" }],
    ["execute", "POST", /_execute$/, "execute_connector", { id: "refused", params: { body: "x" } }],
    ["test", "POST", /_execute$/, "test_connector", { id: "refused", mode: "loud" }],
    ["attach", "PUT", /alerting\/rule/, "attach_connector", { connector: "refused", rules: ["disk-almost-full"], params: { body: "x" } }],
    ["replace", "PUT", /alerting\/rule/, "replace_connector", { from: "ops-slack", to: "refused", params: { body: "x" } }],
    ["delete", "DELETE", /connector\/log/, "safe_delete_connector", { ids: ["log"] }],
  ])("is told without them, in the answer, the list of changes and the journal: %s", async (_what, method, path, tool, args) => {
    await put("refused", hook(address)).catch(() => undefined);
    await put("log", {}, ".server-log").catch(() => undefined);
    for (const status of [400, 403, 500]) {
      const server = await serverFor((call) => (call.method === method && path.test(call.path) ? problem(status, notAllowed) : undefined));
      const { raw } = await server.call(tool, args);
      expect(leaks(JSON.stringify(raw))).toEqual([]);
      expect(JSON.stringify(raw)).toContain("in.example.com");
      expect(leaks(JSON.stringify((await server.call("list_changes")).raw))).toEqual([]);
      const ends = filesIn(join(server.home, "state/kibana-connectors-mcp/journal"))
        .split("\n")
        .filter((line) => line.includes('"kind":"end"'));
      expect(leaks(ends.join() + server.stderr())).toEqual([]);
    }
  });

  test("keeps its meaning: the host is told, and what to do", async () => {
    await put("meaning", hook(address));
    const server = await serverFor(({ method }) => (method === "PUT" ? problem(400, notAllowed) : undefined));
    const { body } = await server.call("update_connector", { id: "meaning", name: "other" });
    expect(body.error).toMatchObject({ code: "invalid_config", message: `Kibana does not allow the target ${shown}.` });
    expect(body.error.detail.kibana).toContain(`target url "${shown}" is not added`);
  });
});

test.each<[string, { status: number; body: string; type?: string }]>([
  ["a page's title", { status: 500, type: "text/html", body: `<html><title>Login ${address}</title></html>` }],
  ["JSON of a proxy", { status: 502, body: JSON.stringify({ message: `no route to ${address}` }) }],
  ["a 403", problem(403, `Authorization: Bearer ${parts[1]} for ${address}`)],
  ["a 404", problem(404, address)],
  ["a 409", problem(409, address)],
  ["a 503", problem(503, address)],
  ["a 500", problem(500, `connect ECONNREFUSED ${address}`)],
  [
    "a text that is cut in the middle of a password",
    problem(500, `${"x".repeat(470)} https://bob:${parts[0]}${"p".repeat(40)}@in.example.com`),
  ],
])("what answers in place of Kibana is quoted without secrets: %s", async (_what, answer) => {
  const server = await serverFor(({ path }) => (path.includes("/connectors") ? answer : undefined));
  const { raw, failed } = await server.call("list_connectors");
  expect(failed).toBe(true);
  expect(leaks(JSON.stringify(raw))).toEqual([]);
});

/** In words, as services, proxies and queries write it. */
const spoken = (secret: string) => [
  `api_key: ${secret}`,
  `the API key = "${secret}"`,
  `X-Api-Key: ${secret}`,
  `Authorization: Custom ${secret}`,
  `login with password=${secret},user=bob failed`,
  `user.password : "${secret}" and host.name : web-1`,
  JSON.stringify({ text: JSON.stringify({ api_key: secret }) }).slice(1),
  `at https%3A%2F%2Fin.example.com%3Fapi_key%3D${secret}%26x%3D1`,
  `<password>${secret}</password>`,
  `&lt;password&gt;${secret}&lt;/password&gt;`,
  `GET /a?token=Bearer ${secret}`,
  `{ password: { value: '${secret}' } }`,
  `x {"token":{"format":"}","value":"${secret}"}} y`,
  `<add key="password" value="${secret}"/>`,
  `Cookie: $Version=1;; sid="${secret}"`,
  JSON.stringify({ password: [{ name: secret }], secret }),
];

test("the same in words", async () => {
  let message = "";
  const server = await serverFor(({ path }) => (path.includes("/connectors") ? problem(400, message) : undefined));
  for (const text of spoken(parts[0])) {
    message = `refused: ${text}`;
    const { raw } = await server.call("list_connectors");
    expect([text, leaks(JSON.stringify(raw))]).toEqual([text, []]);
    expect(JSON.stringify(raw)).toContain("[redacted]");
  }
});

test("what a service says to a run, and what the log says of it, is told without secrets", async () => {
  await put("said", hook("https://in.example.com/"));
  const words = spoken(parts[0]).join("; ");
  const body = {
    ...{ status: "error", connector_id: "said", message: `failed: ${address}` },
    service_message: `Token ${parts[1]} ${words}`,
    data: { text: words },
  };
  const server = await serverFor(({ path, method }) => {
    if (path.endsWith("_execute") && method === "POST") return { status: 200, body: JSON.stringify(body) };
    if (!path.includes("_global_connector_execution_logs")) return undefined;
    const run = { timestamp: new Date().toISOString(), status: "failure", connector_id: "said", message: `error: ${address} ${words}` };
    return { status: 200, body: JSON.stringify({ total: 1, data: [run] }) };
  });
  for (const [tool, args] of [
    ["execute_connector", { id: "said", params: { body: "x" } }],
    ["test_connector", { id: "said", mode: "loud" }],
    ["get_connector", { id: "said", include: ["health"] }],
    ["attach_connector", { connector: "said", rules: ["disk-almost-full"], params: { body: "x" }, dry_run: true }],
    ["audit_connectors", {}],
  ] as const) {
    const { raw } = await server.call(tool, args);
    expect([tool, leaks(JSON.stringify(raw))]).toEqual([tool, []]);
  }
});

describe("an address of a config that our own sentences name", () => {
  test.each(["?api_key=canary-query", "hooks/abcDEF123ghiJKL456mnoPQ"])(
    "a refused run names the connector's host alone: %s",
    async (rest) => {
      const id = `own-${rest.length}`;
      await put(id, { hasAuth: false, authType: null, url: `https://bob:Canary-pw1@in.example.com/${rest}` }, ".http");
      const server = await serverFor(() => undefined);
      const { body, raw } = await server.call("execute_connector", { id, params: { method: "GET", url: "https://other.example.net/" } });
      expect(body.error).toMatchObject({ code: "secret_refused", message: expect.stringContaining("Its own is in.example.com.") });
      expect(leaks(JSON.stringify(raw))).toEqual([]);
    },
  );

  test.each([
    ["query", "https://in$x.example.com/hook?api_key=canary-query"],
    ["userinfo", "https://bob:Canary-pw1@in$x.example.com/hook"],
    ["path", "https://in$x.example.com/hook/abcDEF123ghiJKL456mnoPQ"],
  ])("one that cannot be read is shown with its host and without its token: %s", async (what, url) => {
    await put(`unread-${what}`, hook(url));
    const server = await serverFor(() => undefined);
    for (const [tool, args] of [
      ["execute_connector", { params: { body: "x" }, dry_run: true }],
      ["test_connector", { mode: "loud", dry_run: true }],
      ["update_connector", { config: { url: "https://in2.example.com/" } }],
      ["get_connector", {}],
    ] as const) {
      const { raw } = await server.call(tool, { id: `unread-${what}`, ...args });
      expect([tool, leaks(JSON.stringify(raw) + server.questions.join())]).toEqual([tool, []]);
    }
  });
});

describe("a secret in a config, by its name or shape", () => {
  let server: Started;
  beforeAll(async () => {
    server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" } });
  });
  afterAll(() => server.close());
  let count = 0;
  async function read(url: string, headers: Record<string, string> | null) {
    const id = `shape-${count++}`;
    await put(id, hook(url, headers));
    return (await server.call("get_connector", { id })).body.connector.config;
  }

  test.each([
    ...["access-token", "subscription-key", "webhook_token", "sessionToken", "X-Amz-Signature", "api%5Fkey", "token[]", "api%4Bey"].map(
      (name) => `https://a.example.com/?x=1&${name}=sEcR3t`,
    ),
    ...["https:user:sEcR3t@a.example.com/", "https:/\\user:sEcR3t@a.example.com/", "https://sEcR3t@a.example.com/"],
    `https://api.telegram.org/bot123456789:AA${"sEcR3t".repeat(5)}/sendMessage`,
    ...["%3D", ".MnOpQrSt"].map((end) => `https://a.example.com/hooks/sEcR3tAbCdEfGhIjKlMn${end}`),
  ])("is not shown: %s", async (url) => {
    const config = await read(url, null);
    expect(JSON.stringify(config)).not.toContain("sEcR3t");
    expect(config.url).toMatch(/a\.example\.com|api\.telegram\.org/);
  });

  test.each([
    ...["X_API_KEY", "X-Authorization", "x-functions-key", "pwd", "X-Passcode", "X-Api-Key-V2", "api_key ", "X-ApiKey", "Authorisation"],
    ...["X-Session", "X-Auth-Header"],
  ])("nor in a header: %s", async (name) => {
    expect((await read("https://a.example.com/", { [name]: "sEcR3tabc" })).headers).toEqual({ [name.trim()]: "[redacted]" });
  });

  test.each(["Token sEcR3tabcdef", "Splunk sEcR3tabcdef", "token sEcR3tab"])("nor one with a scheme: %s", async (value) => {
    expect((await read("https://a.example.com/", { "X-Custom": value })).headers).toEqual({ "X-Custom": "[redacted]" });
  });

  test("innocent neighbours are shown", async () => {
    const innocent = ["tokenType", "keyField", "max_tokens", "dedupKey", "issueKey", "projectKey", "authType", "accessTokenUrl"];
    const more = ["primary_key", "keyboard", "monkey", "X-Request-Id"];
    const headers = Object.fromEntries([...innocent, ...more].map((name) => [name, "plain words"]));
    const url = "https://a.example.com/team-payments/v2?sort=key&page=2&monkey=1";
    expect(await read(url, headers)).toMatchObject({ url, headers });
  });
});

test("a file that is added to the secrets folder or changed while the server runs is known at the next call, and so is its old value", async () => {
  const dir = mkdtempSync(join(tmpdir(), "kcm-secrets-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const write = (name: string, value: string) => writeFileSync(join(dir, name), `${value}\n`, { mode: 0o600 });
  write("first", "first-canary-1");
  let message = "";
  const server = await serverFor(({ path }) => (path.includes("/connectors") ? problem(400, message) : undefined), ["--secret-dir", dir]);
  const said = async (text: string) => {
    message = `the value ${text} was refused`;
    return JSON.stringify((await server.call("list_connectors")).raw);
  };
  expect(await said("first-canary-1")).not.toContain("canary");
  write("second", "second-canary-2");
  expect(await said("second-canary-2")).not.toContain("canary");
  write("first", "third--canary-3");
  expect(await said("third--canary-3")).not.toContain("canary");
  expect(await said("first-canary-1")).not.toContain("canary");
});

test.each<[string, (text: string) => string]>([
  ["octal", (text) => each(text, (byte) => `\\${byte.toString(8).padStart(3, "0")}`)],
  ["\\x", (text) => each(text, (byte) => `\\x${byte.toString(16)}`)],
  ["quoted-printable", (text) => each(text, (byte) => `=${byte.toString(16).toUpperCase()}`)],
  ["hexadecimal with colons", (text) => each(text, (byte) => `:${byte.toString(16)}`).slice(1)],
  ["full width", (text) => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))],
  ["\\x of Latin-1", (text) => text.replace("\u00e4", "\\xe4")],
  ["UTF-8 taken for Latin-1", (text) => Buffer.from(text).toString("latin1")],
])("a known secret is hidden in %s", async (_what, encoded) => {
  const proxy = await rewritingProxy(sandbox.url, {
    refuse: ({ path }) =>
      path.includes("/connectors") ? problem(400, `the value ${encoded("c\u00e4nary-secret-42")} was refused`) : undefined,
  });
  const server = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_A: "c\u00e4nary-secret-42" } });
  onTestFinished(() => server.close());
  expect((await server.call("list_connectors")).body.error.message).toContain("the value [redacted] was refused");
});

const each = (text: string, write: (byte: number) => string) => [...Buffer.from(text)].map(write).join("");

describe("a mistake in the settings is told without the value that was given", () => {
  const word = "topSecretWord123456";
  const folder = mkdtempSync(join(tmpdir(), "kcm-settings-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const tokens = (text: unknown) => {
    const path = join(folder, `${Math.random()}.json`);
    writeFileSync(path, JSON.stringify(text), { mode: 0o600 });
    return ["serve", "--http", "127.0.0.1:0", "--auth-token-file", path];
  };
  test.each<[string, string[]]>([
    ["a token for a key of the tokens file", tokens({ principals: [{ [word]: "ann" }] })],
    ["the same, outside", tokens({ [word]: "ann" })],
    ["a token for a name", tokens({ principals: [{ name: word, token: `${word}-of-ann`, spaces: ["b"] }] }).concat("--spaces", "a")],
    ["a mistyped flag before it", ["--pasword", word]],
    ["a mistyped flag with it", [`--pasword=${word}`]],
    ["a flag of one letter", [`-p${word}`]],
    ["a switch before it", ["--read-only", word]],
    ["a secret in place of a file", ["--api-key-file", word]],
    ["in place of a command", [word]],
    ["of doctor", ["doctor", "--pasword", word]],
    ["of audit", ["audit", word]],
    ["of export", ["export", word]],
    ["of demo", ["demo", word]],
    ["of sandbox", ["sandbox", "--auth", "x", word]],
  ])("%s", async (_what, args) => {
    const home = { PATH: process.env.PATH ?? "", HOME: folder, KIBANA_URL: sandbox.url, ...readingFor("0") };
    const ran = await promisify(execFile)(process.execPath, [serverBuild, ...args], { env: home, timeout: 20_000 }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(ran).toMatchObject({ code: expect.any(Number) });
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/topSecret|Word123/);
  });
});

describe("a secret in words", () => {
  const words = spoken(parts[0]).join("; ");
  test("that a rule's action or query has is neither shown nor in the journal", async () => {
    const path = "/api/alerting/rule/disk-almost-full";
    const headers = { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" };
    const stored = (await (await fetch(sandbox.url + path, { headers })).json()) as Passing["body"];
    const { name, tags, schedule, params } = stored;
    const action = {
      ...{ id: "ops-slack", group: "metrics.threshold.fired", params: { message: words } },
      frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
    };
    const save = async (body: object) =>
      expect((await fetch(sandbox.url + path, { method: "PUT", headers, body: JSON.stringify(body) })).status).toBe(200);
    await save({ name, tags, schedule, params: { ...params, filterQuery: words, filterQueryText: words }, actions: [action] });
    onTestFinished(() => save({ name, tags, schedule, params, actions: [] }));
    const server = await serverFor(() => undefined);
    const seen = [
      await server.call("get_connector", { id: "ops-slack", include: ["rules"] }),
      await server.call("attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], params: { message: "x" } }),
      await server.call("list_changes", {}),
    ].map(({ raw }) => JSON.stringify(raw));
    expect(seen.map(leaks)).toEqual([[], [], []]);
    const journal = filesIn(join(server.home, "state/kibana-connectors-mcp/journal"));
    expect(journal).toContain("disk-almost-full");
    expect(leaks(journal)).toEqual([]);
  });
});

describe("what Kibana stores differently in a saved rule", () => {
  const token = ["xoxb", "123456789012", "AbCdEfGhIjKlMnOpQrStUvWx"].join("-");
  const rule = "/api/alerting/rule/disk-almost-full";
  const action = (id: string, message: string) => ({
    ...{ id, group: "metrics.threshold.fired", params: { message } },
    frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
  });
  const kibana = async (method: string, body?: unknown): Promise<Passing["body"]> => {
    const answer = await fetch(sandbox.url + rule, {
      method,
      headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Passing["body"];
  };

  /** A server to which Kibana shows a rule with this message; what it saves is stored as `stored` makes it. */
  async function saving(message: string, stored: (rule: Passing["body"]) => void) {
    const { name, tags, schedule, params } = await kibana("GET");
    const before = { name, tags, schedule, params, actions: [action("ops-slack", message), action("ops-slack-2", "x")] };
    await kibana("PUT", before);
    onTestFinished(async () => void (await kibana("PUT", before)));
    const proxy = await rewritingProxy(sandbox.url, {
      request({ method, path, body }) {
        if (method === "PUT" && path.startsWith(rule)) stored(body);
      },
    });
    const server = await startServer({ person: yes, env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" } });
    onTestFinished(() => server.close());
    return server;
  }

  test.each<[string, string, (rule: Passing["body"]) => void, RegExp]>([
    [
      "a token in a message",
      token,
      ({ actions }) => {
        for (const { params } of actions) params.message += "!";
      },
      /params\.message: "\[redacted\]" → "\[redacted\]!"/,
    ],
    [
      "a token in one of more actions",
      token,
      ({ actions }) => {
        actions.push(action("ops-slack-2", token));
      },
      /actions: \[.+ → \[/,
    ],
    ["a token in a rule's params", "m", ({ params }) => Object.assign(params, { filterQuery: `it is ${token}` }), /it is \[redacted\]/],
    ["a password by its name", "m", ({ params }) => Object.assign(params, { password: "Canary-pw1" }), /password: none → "\[redacted\]"/],
    [
      "a password within an object",
      "m",
      ({ params }) => Object.assign(params, { login: { apiToken: "Canary-pw1" } }),
      /login: none → \{"apiToken":"\[redacted\]"\}/,
    ],
  ])("is told without %s", async (_what, message, stored, told) => {
    const server = await saving(message, stored);
    const { body } = await server.call("replace_connector", { from: "ops-slack-2", remove: true, rules: ["disk-almost-full"] });
    expect(body.warnings.join(" ")).toMatch(told);
    const list = await server.call("list_changes");
    const undo = await server.call("undo_change", { change: body.change, dry_run: true });
    for (const text of [body, list.body, undo.body, server.questions].map((one) => JSON.stringify(one)))
      expect([text.includes(token), text.includes("Canary-pw1")], text).toEqual([false, false]);
  });
});
