import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve, look } from "../pages/form.ts";
import { no, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { openClient, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";

type Json = Record<string, unknown>;

/** Nothing in its shape says that it is one. */
const [value, inFile, apiKey, bound, mail] = [
  "night-shift-pager",
  "till of the harbour",
  "a2V5LWlkOnBsYWluLWtleQ==",
  "x9-till-3t",
  "ops@example.com",
];
const certificate = readFileSync("test/commands/certificates/valid.pem", "utf8");
const key = readFileSync("test/commands/certificates/key.pem", "utf8");
const at = "https://tills.example.com/alerts";
const hook = (url: string, headers?: Json) => ({ type: ".webhook", config: { url, hasAuth: false, ...(headers && { headers }) } });

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
const dir = join(mkdtempSync(join(tmpdir(), "kcm-secrets-")), "secrets");
const env = () => ({
  ...{ KIBANA_URL: sandbox.url, KIBANA_API_KEY: apiKey, CONNECTORS_MAX_CHANGES_PER_HOUR: "500", CONNECTORS_SECRET_DIR: dir },
  ...{ CONNECTOR_SECRET_PAGER: value, CONNECTOR_SECRET_MAIL: mail, CONNECTOR_SECRET_TEAM: "Operations", CONNECTOR_SECRET_SHORT: "admin" },
  ...{ CONNECTOR_SECRET_TILL: bound, CONNECTOR_SECRET_TILL__FOR: "@tills.example.com" },
  ...{ CONNECTOR_SECRET_SHOP: "harbour-shop", CONNECTOR_SECRET_SHOP__FOR: "@shop.example.com" },
});
beforeAll(async () => {
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(join(dir, "harbour"), inFile, { mode: 0o600 });
  writeFileSync(join(dir, "authority.crt"), certificate, { mode: 0o600 });
  writeFileSync(join(dir, "pair.pem"), certificate + key, { mode: 0o600 });
  sandbox = await startSandboxWith(["--kibana-version", "9.4"]);
  await postTo(sandbox.url, "/api/actions/connector/with-it", {
    ...{ name: "With it", connector_type_id: ".webhook", secrets: {} },
    config: { ...hook(`${at}/${value}`).config, method: "post", authType: null },
  });
  const mailer = { from: "kibana@example.com", service: "other", host: "smtp.example.com", port: 465, hasAuth: false };
  await postTo(sandbox.url, "/api/actions/connector/mail", { name: "Mail", connector_type_id: ".email", config: mailer, secrets: {} });
});
afterAll(() => sandbox.stop());

async function serve(options: Parameters<typeof startServer>[0] = {}): Promise<Started> {
  const server = await startServer({ ...options, env: { ...env(), ...options.env } });
  onTestFinished(() => server.close());
  return server;
}

describe("a value that this server holds as a secret is written nowhere else before a person read which one it is", () => {
  let server: Started;
  beforeAll(async () => {
    server = await startServer({ env: env(), person: no });
  });
  afterAll(() => server.close());

  const attach = (params: Json) => ({ connector: "ops-slack-2", rules: ["disk-almost-full"], ...params });
  const percented = [...value].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
  const base64 = Buffer.from(`till:${value}`).toString("base64");
  const calls: [what: string, tool: string, args: Json, path: string][] = [
    ["the path of a URL", "create_connector", { name: "Till", ...hook(`${at}/${value}`) }, "config.url"],
    ["a parameter", "create_connector", { name: "Till", ...hook(`${at}?t=${value}`) }, "config.url"],
    ["a parameter, escaped", "create_connector", { name: "Till", ...hook(`${at}?t=${percented}`) }, "config.url"],
    ["a header", "create_connector", { name: "Till", ...hook(at, { "X-Req": `v=1 ${value}` }) }, "config.headers.X-Req"],
    ["a parameter, in base64", "create_connector", { name: "Till", ...hook(`${at}?t=${base64}`) }, "config.url"],
    ["the name of a header", "create_connector", { name: "Till", ...hook(at, { [value]: "1" }) }, "a key of config.headers"],
    ["an index", "create_connector", { name: "Till", type: ".index", config: { index: `logs-${value}` } }, "config.index"],
    ["the name", "create_connector", { name: `Till ${value}`, ...hook(at) }, "name"],
    ["the id", "create_connector", { name: "Till", id: `a-${value}`, ...hook(at) }, "id"],
    ["a copy", "create_connector", { name: "Copy", from: { id: "with-it" }, config: { headers: { x: value } } }, "config.headers.x"],
    ["several spaces", "create_connector", { name: "Till", space: "*", ...hook(`${at}/${value}`) }, "config.url"],
    ["a change", "update_connector", { id: "with-it", config: { headers: { x: value } } }, "config.headers.x"],
    ["another name", "update_connector", { id: "kibana-log", name: `Log ${value}` }, "name"],
    ["a message", "execute_connector", { id: "ops-slack-2", params: { message: `it is ${value}` } }, "params.message"],
    ["a test", "test_connector", { id: "mail", mode: "near_safe", fill: { to: `${value}@example.com` } }, "fill.to"],
    ["a rule's message", "attach_connector", attach({ params: { message: value } }), "params.message"],
    ["one split by a template", "attach_connector", attach({ params: { message: "night{{nope}}-shift-pager" } }), "params.message"],
    ["a replacement", "replace_connector", { from: "ops-slack", to: "ops-slack-2", params: { message: value } }, "params.message"],
  ];
  test.each(calls)("in %s", async (_what, tool, args, path) => {
    const asked = server.questions.length;
    const { body, raw } = await server.call(tool, args);
    expect(body.status, JSON.stringify(body)).toBe("declined");
    expect(server.questions.slice(asked)).toEqual([
      expect.stringContaining(`${path} holds the value of CONNECTOR_SECRET_PAGER, and is no place for a secret`),
    ]);
    expect(JSON.stringify(raw)).not.toMatch(new RegExp(`${value}|${percented}|${base64}`));
  });

  test.each([
    ["a file of the secrets folder", inFile, "file harbour"],
    ["the server's own key", apiKey, "a credential of this server itself (API key)"],
    ["the secret part of that key", "plain-key", "a credential of this server itself (API key)"],
    ["a line of a key, in a file with its certificate", key.split("\n")[1] ?? "", "file pair.pem"],
    ["a word that anybody may write", "Operations", "CONNECTOR_SECRET_TEAM"],
  ])("also of %s", async (_what, written, name) => {
    const { body } = await server.call("create_connector", { name: "Till", ...hook(`${at}?t=${encodeURIComponent(written)}`) });
    expect(body.status).toBe("declined");
    expect(server.questions.at(-1)).toContain(`config.url holds the value of ${name}, and`);
  });

  test("on a page too, and by token; where nobody is asked, the answer says it", async () => {
    const args = { name: "Till", ...hook(`${at}/${value}/2`) };
    const says = "config.url holds the value of CONNECTOR_SECRET_PAGER, and is no place for a secret";
    const onPage = await serve({ args: ["--confirm", "page"] });
    const { body } = await onPage.call("create_connector", args);
    expect((await look(body.confirm.url)).html).toContain(`A person is asked because ${says}`);
    const byToken = await serve({ args: ["--confirm", "token"] });
    expect((await byToken.call("create_connector", args)).body).toMatchObject({
      status: "confirmation_needed",
      plan: { needs_a_person: [says] },
    });
    const unattended = await serve({ args: ["--dangerously-skip-confirmation"] });
    const done = await unattended.call("create_connector", args);
    expect(done.body).toMatchObject({ status: "done", warnings: expect.arrayContaining([expect.stringContaining(says)]) });
  });
});

describe("nobody is asked because of a secret", () => {
  test.each<[what: string, args: Json]>([
    [
      "that is given by reference",
      {
        ...hook(at),
        config: { url: at, hasAuth: true },
        secrets: { user: { $env: "CONNECTOR_SECRET_TILL" }, password: { $env: "CONNECTOR_SECRET_TILL" } },
      },
    ],
    ["of which a config holds a part, or none", hook(`${at}/night-shift/pager`, { "X-Req": "admin" })],
    [
      "that is a mail address, which is the sender's too",
      { type: ".email", config: { from: mail, service: "other", host: "smtp.example.com", port: 465, hasAuth: false } },
    ],
    ["that is a certificate", { ...hook(at), config: { url: at, hasAuth: false, ca: certificate } }],
    ["that is one, in base64", { ...hook(at), config: { url: at, hasAuth: false, ca: Buffer.from(certificate).toString("base64") } }],
    ["that a copied config has", { from: { id: "with-it" } }],
  ])("%s", async (what, args) => {
    const server = await serve({ person: no, args: ["--target-hosts", "tills.example.com,smtp://smtp.example.com,smtp.example.com"] });
    const { body } = await server.call("create_connector", { name: `Till ${what.length}`, ...args });
    expect([body.status, server.questions]).toEqual(["done", []]);
    expect(JSON.stringify(body)).not.toContain("no place for a secret");
  });

  test("that the connector has there already", async () => {
    const server = await serve({ person: yes });
    const { config } = hook(`${at}/${value}`, { "X-Req": "1" });
    expect((await server.call("update_connector", { id: "with-it", config })).body.status).toBe("done");
    expect(server.questions).toHaveLength(1);
    expect(server.questions[0]).not.toContain("no place for a secret");
  });
});

describe("a value that is bound to a host", () => {
  test.each<[what: string, tool: string, args: Json]>([
    ["a config", "create_connector", { name: "Till", ...hook(`https://other.example.net/${bound}`) }],
    ["an index", "create_connector", { name: "Till", type: ".index", config: { index: `logs-${bound}` } }],
    ["a change of the host", "update_connector", { id: "with-it", config: { url: `https://other.example.net/${bound}` } }],
    ["a message", "execute_connector", { id: "ops-slack-2", params: { message: bound } }],
    ["a rule's message", "attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], params: { message: bound } }],
  ])("is refused elsewhere, before anybody is asked: in %s", async (_what, tool, args) => {
    const server = await serve({ person: yes });
    const { body, raw } = await server.call(tool, args);
    expect(body.error).toMatchObject({
      code: "secret_refused",
      message: expect.stringContaining("holds the value of CONNECTOR_SECRET_TILL, which is bound"),
    });
    expect(server.questions).toEqual([]);
    expect(JSON.stringify(raw)).not.toContain(bound);
  });

  test("is asked about at that host, and one of plain words everywhere", async () => {
    const server = await serve({ person: yes });
    expect((await server.call("create_connector", { name: "Till here", ...hook(`${at}/${bound}`) })).body.status).toBe("done");
    expect((await server.call("create_connector", { name: "Till there", ...hook(`${at}/harbour-shop`) })).body.status).toBe("done");
    expect(server.questions).toEqual([
      expect.stringContaining("config.url holds the value of CONNECTOR_SECRET_TILL, and"),
      expect.stringContaining("config.url holds the value of CONNECTOR_SECRET_SHOP, and"),
    ]);
  });
});

test("what one person typed for a connector is known by its field in later calls of the same caller", async () => {
  const server = await serve({ person: no, args: ["--target-hosts", "tills.example.com"] });
  const args = {
    name: "Typed",
    ...hook(at),
    config: { url: at, hasAuth: true },
    secrets: { user: { $ask: true }, password: { $ask: true } },
  };
  const { body } = await server.call("create_connector", args);
  await approve(body.confirm.url, { "secrets.user": "till-user", "secrets.password": "harbour-master" });
  expect((await server.call("create_connector", { ...args, confirm: body.confirm.id })).body.status).toBe("done");
  expect((await server.call("create_connector", { name: "Till", ...hook(`${at}/harbour-master`) })).body.status).toBe("declined");
  expect(server.questions.at(-1)).toContain("config.url holds the value of secrets.password, typed by a person, and");
});

test("whoever may not use a secret is not told its name", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "kcm-tokens-")), "tokens.json");
  const principals = [
    { name: "ann", token: tokenOf("ann"), access: "full", secrets: ["CONNECTOR_SECRET_PAGER"] },
    { name: "bob", token: tokenOf("bob"), access: "full", secrets: ["CONNECTOR_SECRET_OTHER", "CONNECTOR_SECRET_CALL"] },
  ];
  writeFileSync(file, JSON.stringify({ principals }), { mode: 0o600 });
  const more = {
    CONNECTOR_SECRET_OTHER: "e".repeat(32),
    CONNECTOR_SECRET_CALL: "c".repeat(32),
    CONNECTORS_TARGET_HOSTS: "events.pagerduty.com",
  };
  const { url } = await startHttpProcess(["--http", "127.0.0.1:0"], { ...env(), ...more, MCP_AUTH_TOKEN_FILE: file }, sandbox.url);
  const plan = async (holder: string) =>
    (await (await openClient(url, tokenOf(holder))).call("create_connector", { name: "Till", ...hook(`${at}/${value}`), dry_run: true }))
      .text;
  expect(await plan("ann")).toContain("config.url holds the value of CONNECTOR_SECRET_PAGER, and");
  expect(await plan("bob")).toContain("config.url holds the value of a secret of this server, and");
  const [ann, bob] = await Promise.all(["ann", "bob"].map((holder) => openClient(url, tokenOf(holder))));
  const pager = { name: "On call", id: "on-call", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PAGER" } } };
  expect((await ann?.call("create_connector", pager))?.text).toContain('"status":"done"');
  const other = { id: "on-call", secrets: { routingKey: { $env: "CONNECTOR_SECRET_OTHER" } }, dry_run: true };
  const replaced = (await bob?.call("update_connector", other))?.text;
  expect(replaced).toContain("CONNECTOR_SECRET_OTHER takes the place of a secret of this server, which this server stored there last.");
  expect(replaced).not.toContain("PAGER");
  // What is there for certain is none of bob's secrets: none of them may be it.
  const again = (await bob?.call("update_connector", { id: "on-call", name: "On call 2" }))?.text;
  expect(again).toContain("secrets_needed");
  expect(again).not.toContain("may be it");
  expect((await ann?.call("update_connector", { id: "on-call", name: "On call 2" }))?.text).toContain("This server stored last");
});
