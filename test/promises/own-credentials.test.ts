import { chmodSync, linkSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve } from "../pages/form.ts";
import { type Started, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { openClient, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";

type Json = Record<string, unknown>;

/** `id:key` */
const [half, key] = ["s3cretHalfOfTheKey99", Buffer.from("VuaCfGcBCdbkQm-e5aOx:s3cretHalfOfTheKey99").toString("base64")];
const [confirm, proxied, innocent] = ["Confirm-Zq7vXw2Lr9TkPm4s", "pr0xy-Pass-77-word", "PDKEY-Vq8rT2xLm4Zp7Kd9"];

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

let made = 0;
const hook = (reference: Json, host = "tills.example.com") => ({
  name: `Till ${++made}`,
  type: ".webhook",
  config: { url: `https://${host}/alerts`, hasAuth: true },
  secrets: { user: { $env: "CONNECTOR_SECRET_USER" }, password: reference },
});
const hosts = { CONNECTORS_TARGET_HOSTS: "tills.example.com,shop.example.com", CONNECTOR_SECRET_USER: "svc" };

function folderOf(files: Record<string, string | Buffer>): string {
  const dir = join(mkdtempSync(join(tmpdir(), "kcm-own-")), "secrets");
  mkdirSync(dir, { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content, { mode: 0o600 });
  return dir;
}

async function serve(env: Record<string, string>, options: Parameters<typeof startServer>[0] = {}): Promise<Started> {
  const server = await startServer({ person: yes, ...options, env: { KIBANA_URL: sandbox.url, ...hosts, ...env } });
  onTestFinished(() => server.close());
  return server;
}

async function refused(server: Started, reference: Json, source: RegExp): Promise<void> {
  const { body, raw } = await server.call("create_connector", hook(reference));
  expect(body.error, JSON.stringify(body)).toMatchObject({ code: "secret_refused", message: expect.stringMatching(source) });
  expect(server.questions).toEqual([]);
  expect(JSON.stringify(raw)).not.toMatch(new RegExp([half, key, confirm, proxied].join("|")));
}

describe("the server's own credentials are given to no connector", () => {
  const tokens = JSON.stringify({ principals: [{ name: "ops", token: tokenOf("ops") }] });

  test.each([
    ["the file of Kibana's key", "kibana_api_key"],
    ["the file of the tokens, which nobody serves", "tokens.json"],
    ["another name of the key's file", "linked"],
  ])("by %s, nor is it proposed; doctor and the start name it", async (_what, name) => {
    const dir = folderOf({ kibana_api_key: key, "tokens.json": tokens, pagerduty: innocent });
    linkSync(join(dir, "kibana_api_key"), join(dir, "linked"));
    const env = {
      KIBANA_API_KEY_FILE: join(dir, "kibana_api_key"),
      MCP_AUTH_TOKEN_FILE: join(dir, "tokens.json"),
      CONNECTORS_SECRET_DIR: dir,
    };
    const server = await serve(env);
    await refused(server, { $file: name }, /secrets\.password names a file that holds a credential of this server itself/);
    const { body: own } = await server.call("create_connector", hook({ $file: name }));
    expect(own.error.fix).toMatch(/^Give the connector a credential of its own, with no more rights than it needs\. Pass /);
    const { body } = await server.call("create_connector", { name, type: ".pagerduty" });
    expect(JSON.stringify(body)).not.toContain(`"${name}"`);
    expect(server.stderr()).toContain(`The file ${name} in the secrets folder holds a credential of this server itself`);
    expect(server.stderr()).not.toContain("The file pagerduty");
    expect((await server.call("create_connector", hook({ $file: "pagerduty" }))).body.status).toBe("done");
  });

  test.each<[what: string, written: string, source: RegExp]>([
    ["a copy of the key", key, /API key/],
    ["the key with its scheme", `ApiKey ${key}`, /API key/],
    ["the key decoded", Buffer.from(key, "base64").toString(), /API key/],
    ["its secret half", half, /API key/],
    ["Elasticsearch's answer", JSON.stringify({ id: "a", api_key: half, encoded: key }), /API key/],
    ["the key, once more in base64", Buffer.from(key).toString("base64"), /API key/],
    ["the key that signs continuations", confirm, /confirm key/],
    ["the password of the proxy", `http://ann:${proxied}@proxy.example.com`, /HTTPS_PROXY/],
    ["a token that is set in vain", `Bearer ${tokenOf("ops")}`, /MCP_AUTH_TOKEN/],
  ])("by %s, in a variable or a file", async (_what, written, source) => {
    const dir = folderOf({ copy: `${written}\n` });
    const server = await serve({
      ...{ KIBANA_API_KEY: key, CONNECTORS_CONFIRM_KEY: confirm, MCP_AUTH_TOKEN: tokenOf("ops"), CONNECTORS_CONFIRM: "form" },
      ...{ HTTPS_PROXY: `http://ann:${proxied}@proxy.example.com`, NO_PROXY: "127.0.0.1", CONNECTOR_SECRET_COPY: written },
      CONNECTORS_SECRET_DIR: dir,
    });
    await refused(server, { $env: "CONNECTOR_SECRET_COPY" }, source);
    await refused(server, { $file: "copy" }, source);
  });

  test("by the key that a command prints, the password, and what is set beside the sandbox", async () => {
    const printed = await serve({ KIBANA_API_KEY_COMMAND: `/bin/echo ${key}`, CONNECTOR_SECRET_COPY: key });
    await refused(printed, { $env: "CONNECTOR_SECRET_COPY" }, /API key/);
    const login = { KIBANA_USERNAME: "ann", KIBANA_PASSWORD: proxied };
    const basic = Buffer.from(`ann:${proxied}`).toString("base64");
    await refused(await serve({ ...login, CONNECTOR_SECRET_COPY: basic }), { $env: "CONNECTOR_SECRET_COPY" }, /password/);
    const alone = await startServer({
      args: ["--sandbox"],
      env: { ...hosts, KIBANA_API_KEY: key, CONNECTOR_SECRET_COPY: key },
      person: yes,
    });
    onTestFinished(() => alone.close());
    await refused(alone, { $env: "CONNECTOR_SECRET_COPY" }, /API key/);
  });

  test("by being typed, which the page says at its field; another value goes on", async () => {
    const server = await serve({ KIBANA_API_KEY: key }, { person: undefined as never });
    const args = hook({ $ask: true });
    const { body } = await server.call("create_connector", args);
    const { html } = await approve(body.confirm.url, { "secrets.password": key });
    expect(html).toContain("It has the value of a credential of this server itself (API key)");
    expect(html).not.toContain(key);
    await approve(body.confirm.url, { "secrets.password": innocent });
    expect((await server.call("create_connector", { ...args, confirm: body.confirm.id })).body.status).toBe("done");
  });

  test("by an update", async () => {
    const server = await serve({ KIBANA_API_KEY: key, CONNECTOR_SECRET_COPY: key, CONNECTOR_SECRET_FINE: innocent });
    const { body } = await server.call("create_connector", hook({ $env: "CONNECTOR_SECRET_FINE" }));
    const secrets = hook({ $env: "CONNECTOR_SECRET_COPY" }).secrets;
    const { id } = body.result.connector;
    expect((await server.call("update_connector", { id, secrets })).body.error).toMatchObject({ code: "secret_refused" });
  });

  test("of the holders of tokens: none by another one's, over HTTP", async () => {
    const dir = folderOf({
      "tokens.json": JSON.stringify({ principals: ["ops", "pay"].map((name) => ({ name, token: tokenOf(name), access: "change" })) }),
    });
    writeFileSync(join(dir, "copy"), tokenOf("ops"), { mode: 0o600 });
    const env = { ...hosts, CONNECTORS_SECRET_DIR: dir, MCP_AUTH_TOKEN_FILE: join(dir, "tokens.json") };
    const { url } = await startHttpProcess(["--http", "127.0.0.1:0"], env, sandbox.url);
    const client = await openClient(url, tokenOf("pay"));
    for (const name of ["tokens.json", "copy"]) {
      const { text } = await client.call("create_connector", hook({ $file: name }));
      expect(text).toContain("secret_refused");
      expect(text).toContain("of this server itself");
    }
  });

  test.each([
    "KIBANA",
    "KIBANA_",
    "KIBANA_API",
    "KIB",
    "MCP",
    "MCP_AUTH",
    "CONNECTOR",
    "CONNECTORS",
    "CONNECTORS_CONFIRM_KEY_2",
    "HTTP",
    "HTTPS_PROXY_",
  ])("by the prefix %s, with which the server does not start", async (prefix) => {
    await expect(serve({ KIBANA_API_KEY: key, CONNECTORS_SECRET_PREFIX: prefix })).rejects.toThrow("CONNECTORS_SECRET_PREFIX must");
  });

  test.each(["CONNECTOR_", "KIBANAS_", "TEAM_"])("the prefix %s is none of its own", async (prefix) => {
    const server = await serve({ KIBANA_API_KEY: key, CONNECTORS_SECRET_PREFIX: prefix, [`${prefix}A1`]: innocent, [`${prefix}B`]: "svc" });
    const { secrets: _given, ...args } = hook({});
    const secrets = { user: { $env: `${prefix}B` }, password: { $env: `${prefix}A1` } };
    expect((await server.call("create_connector", { ...args, secrets })).body.status).toBe("done");
  });

  test("by the journal's folder as that of the secrets: the server does not start", async () => {
    const dir = folderOf({});
    await expect(serve({ KIBANA_API_KEY: key, CONNECTORS_SECRET_DIR: dir, CONNECTORS_JOURNAL_DIR: `${dir}/` })).rejects.toThrow(
      "CONNECTORS_SECRET_DIR and CONNECTORS_JOURNAL_DIR name the same folder",
    );
  });

  test("a file that may be read by everybody is still refused for that, and one of its own for what it is", async () => {
    const dir = folderOf({ open: innocent });
    chmodSync(join(dir, "open"), 0o644);
    const server = await startBuilt({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: key, ...hosts, CONNECTORS_SECRET_DIR: dir } });
    onTestFinished(() => server.close());
    expect((await server.call("create_connector", hook({ $file: "open" }))).body.error.message).toContain("readable by everybody");
  });
});

describe("a bound value goes nowhere else by another reference", () => {
  const value = "PD-Zq7vXw2Lr9TkPm4sBn8d";
  const serviceAccount = (word: string) =>
    JSON.stringify(
      { type: "service_account", private_key: `${word}-${word}`, token_uri: "https://oauth2.example.com/token/of/google" },
      null,
      2,
    );
  const env = (dir: string) => ({
    ...{
      KIBANA_API_KEY: key,
      CONNECTORS_SECRET_DIR: dir,
      CONNECTOR_SECRET_TILL: value,
      CONNECTOR_SECRET_TILL__FOR: ".webhook@tills.example.com",
    },
    ...{ CONNECTOR_SECRET_OLD: value, CONNECTOR_SECRET_HEADER: `Token token=${value}`, CONNECTOR_SECRET_OTHER: innocent },
    ...{ CONNECTOR_SECRET_SHOP: value, CONNECTOR_SECRET_SHOP__FOR: "@shop.example.com" },
    ...{ CONNECTOR_SECRET_WORDS: "harbour-shop", CONNECTOR_SECRET_WORDS__FOR: "@tills.example.com", CONNECTOR_SECRET_LIKE: "harbour-shop" },
    ...{
      CONNECTOR_SECRET_TEAM: "harbour-shop-2",
      CONNECTOR_SECRET_MAIL: "ops@example.com",
      CONNECTOR_SECRET_MAIL__FOR: "@tills.example.com",
    },
    ...{
      CONNECTOR_SECRET_SENDER: "ops@example.com",
      CONNECTOR_SECRET_ACCOUNT: serviceAccount("Kq7vXw2Lr9Tk"),
      CONNECTOR_SECRET_ACCOUNT__FOR: "@tills.example.com",
    },
  });
  const folder = () =>
    folderOf({
      copy: value,
      header: `Bearer ${value}`,
      encoded: Buffer.from(`svc:${value}`).toString("base64"),
      account: serviceAccount("Zz8rT2xLm4Zp"),
    });
  const elsewhere = "third.example.com";
  const agreed = { CONNECTORS_TARGET_HOSTS: `${hosts.CONNECTORS_TARGET_HOSTS},${elsewhere}` };

  test.each<[Json]>([
    [{ $env: "CONNECTOR_SECRET_OLD" }],
    [{ $env: "CONNECTOR_SECRET_HEADER" }],
    [{ $env: "CONNECTOR_SECRET_LIKE" }],
    [{ $file: "copy" }],
    [{ $file: "header" }],
    [{ $file: "encoded" }],
  ])("a reference %j that has it or holds it", async (reference) => {
    const server = await serve({ ...env(folder()), ...agreed });
    const { body, raw } = await server.call("create_connector", hook(reference, elsewhere));
    expect(body.error, JSON.stringify(body)).toMatchObject({
      code: "secret_refused",
      message: expect.stringMatching(/has the value of CONNECTOR_SECRET_/),
    });
    expect(body.error.message).toContain("which is bound to");
    expect(server.questions).toEqual([]);
    expect(JSON.stringify(raw)).not.toContain(value);
  });

  test("typed neither, which the page says", async () => {
    const server = await serve({ ...env(folder()), ...agreed }, { person: undefined as never });
    const { body } = await server.call("create_connector", hook({ $ask: true }, elsewhere));
    const { html } = await approve(body.confirm.url, { "secrets.password": value });
    expect(html).toContain("It has the value of CONNECTOR_SECRET_");
    expect(html).not.toContain(value);
  });

  test.each<[what: string, reference: Json, host: string]>([
    ["where it is bound to, by a file", { $file: "copy" }, "tills.example.com"],
    ["by another binding of the same value, there", { $env: "CONNECTOR_SECRET_SHOP" }, "shop.example.com"],
    ["another value", { $env: "CONNECTOR_SECRET_OTHER" }, elsewhere],
    ["words that hold such words", { $env: "CONNECTOR_SECRET_TEAM" }, elsewhere],
    ["a mail address, which is no secret", { $env: "CONNECTOR_SECRET_SENDER" }, elsewhere],
    ["another account, whose file has the same lines", { $file: "account" }, elsewhere],
  ])("is taken: %s", async (_what, reference, host) => {
    const server = await serve({ ...env(folder()), ...agreed });
    const { body } = await server.call("create_connector", hook(reference, host));
    expect(body.status, JSON.stringify(body)).toBe("done");
  });
});
