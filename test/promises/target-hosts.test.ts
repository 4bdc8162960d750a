import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanEnv, serverBuild, startBuilt, startSandboxWith, startServer } from "../support/built-server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
});
afterAll(() => sandbox.stop());

type Connector = { type: string; config: Record<string, unknown>; secrets: Record<string, unknown> };
const secret = { $env: "CONNECTOR_SECRET_X" };
const webhook = (url: string, more: Record<string, unknown> = {}): Connector => ({
  type: ".webhook",
  config: { url, hasAuth: true, authType: "webhook-authentication-basic", ...more },
  secrets: { user: secret, password: secret },
});
const mail = (more: Record<string, unknown>): Connector => ({
  type: ".email",
  config: { service: "other", host: "in.example.com", port: 587, secure: true, from: "a@example.com", hasAuth: true, ...more },
  secrets: { user: secret, password: secret },
});
const model = (more: Record<string, unknown>): Connector => ({
  type: ".gen-ai",
  config: { apiProvider: "Other", apiUrl: "https://in.example.com/v1", defaultModel: "m", ...more },
  secrets: { apiKey: secret },
});
const inference = (provider: string, providerConfig: Record<string, unknown> = {}): Connector => ({
  type: ".inference",
  config: { provider, taskType: "completion", inferenceId: "i1", providerConfig },
  secrets: { providerSecrets: { api_key: secret } },
});
const bedrock = (more: Record<string, unknown>): Connector => ({
  type: ".bedrock",
  config: { apiUrl: "https://in.example.com", defaultModel: "m", ...more },
  secrets: { accessKey: secret, secret },
});
const http = (more: Record<string, unknown>): Connector => ({ ...webhook("https://in.example.com/", more), type: ".http" });

/** Whether each is created without a person, by a server whose operator named these hosts. */
async function freely(connectors: readonly Connector[], env: Record<string, string>, start = startServer): Promise<string[]> {
  const server = await start({
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTOR_SECRET_X: "secret-of-mine-1", ...env },
  });
  try {
    const all: string[] = [];
    for (const one of connectors) {
      // Nobody can be asked, and a created one would make its host known for the next.
      const { body } = await server.call("create_connector", { name: "Target", dry_run: true, ...one });
      const asks = body.plan?.needs_a_person !== undefined;
      all.push(body.error?.code ?? (asks ? "asks" : "free"));
    }
    return all;
  } finally {
    await server.close();
  }
}

const weaker: [string, Connector][] = [
  ["http", webhook("http://in.example.com/")],
  ["http, in capitals", webhook("HTTP://IN.EXAMPLE.COM/")],
  ["no verification", webhook("https://in.example.com/", { verificationMode: "none" })],
  ["a certificate without its name", webhook("https://in.example.com/", { verificationMode: "certificate" })],
  [
    "its own authority",
    webhook("https://in.example.com/", { ca: "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }),
  ],
  [
    "its own authority, fully checked",
    http({ ca: "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=", verificationMode: "full" }),
  ],
  ["an unverified model", model({ verificationMode: "none" })],
  ["an unverified proxy", http({ proxyUrl: "https://in.example.com", proxyVerificationMode: "none" })],
  ["a proxy in the clear", http({ proxyUrl: "http://in.example.com" })],
  ["mail in the clear", mail({ port: 25, secure: false })],
  ["mail that may go in the clear", mail({ secure: false })],
  ["mail whose TLS is left to the default", mail({ secure: null })],
  ["another scheme", webhook("ftp://in.example.com/")],
];
const safe: [string, Connector][] = [
  ["https", webhook("https://in.example.com/")],
  ["https, written otherwise", webhook("HTTPS://In.Example.Com.:443/x")],
  ["full verification", webhook("https://in.example.com/", { verificationMode: "full" })],
  ["a verified model", model({ verificationMode: "full" })],
  ["a verified proxy", http({ proxyUrl: "https://in.example.com", proxyVerificationMode: "full" })],
  ["mail with TLS", mail({})],
  ["mail on the port for TLS", mail({ port: 465, secure: null })],
];

describe.each([["in.example.com"], ["*.example.com"], ["IN.EXAMPLE.COM."], ["*"]])("--target-hosts %s", (hosts) => {
  test("means verified TLS", async () => {
    const results = await freely(
      safe.map(([, one]) => one),
      { CONNECTORS_TARGET_HOSTS: hosts },
    );
    expect(results.map((result, index) => [safe[index]?.[0], result])).toEqual(safe.map(([name]) => [name, "free"]));
  });

  test("and nothing weaker", async () => {
    const results = await freely(
      weaker.map(([, one]) => one),
      { CONNECTORS_TARGET_HOSTS: hosts },
      hosts === "*.example.com" ? startBuilt : startServer,
    );
    expect(results.map((result, index) => [weaker[index]?.[0], result])).toEqual(weaker.map(([name]) => [name, "asks"]));
  });
});

test.each<[hosts: string, Connector, string]>([
  ["http://in.example.com", webhook("http://in.example.com/"), "free"],
  ["http://*.example.com", webhook("http://in.example.com/"), "free"],
  ["http://in.example.com", webhook("https://in.example.com/"), "asks"],
  ["http://*.example.com", webhook("https://in.example.com/"), "asks"],
  ["unverified://in.example.com", webhook("https://in.example.com/", { verificationMode: "none" }), "free"],
  ["unverified://*.example.com", webhook("https://in.example.com/", { verificationMode: "none" }), "free"],
  ["unverified://in.example.com", webhook("http://in.example.com/", { verificationMode: "none" }), "asks"],
  ["smtp://in.example.com", mail({ port: 25, secure: false }), "free"],
  ["smtp://in.example.com:25", mail({ port: 587, secure: false }), "free"],
  ["smtp://*.example.com", mail({ secure: false }), "free"],
  ["smtp://in.example.com", webhook("http://in.example.com/"), "asks"],
  ["smtp://in.example.com", mail({}), "asks"],
  ["*.example.com", webhook("https://evilexample.com/"), "asks"],
  ["*.example.com", webhook("https://example.com/"), "asks"],
  ["*.example.com", webhook("https://a.b.example.com/"), "free"],
  ["*.example.com", webhook("https://in.example.com.evil.net/"), "asks"],
  ["*.example.com", webhook("https://in.example.com:8443/"), "asks"],
  ["*.example.com:8443", webhook("https://in.example.com:8443/"), "free"],
  ["*.example.com:8443", webhook("https://in.example.com/"), "asks"],
  ["in.example.com:443", webhook("https://in.example.com/"), "free"],
  ["in.example.com:*", webhook("https://in.example.com:8443/"), "free"],
  ["in.*.com", webhook("https://in.example.com/"), "free"],
  ["in.*.com", webhook("https://in.a.b.com/"), "asks"],
  ["in.*.com", webhook("https://in.evil.net/.com"), "asks"],
  ["[2001:DB8::1]", webhook("https://[2001:db8:0:0:0:0:0:1]/"), "free"],
  ["[2001:db8::1]", webhook("https://[2001:db8::2]/"), "asks"],
  ["[2001:db8::1]:9243", webhook("https://[2001:db8::1]:9243/"), "free"],
  ["b\u00fccher.example", webhook("https://xn--bcher-kva.example/"), "free"],
  ["*.example.com", webhook("https://*.example.com/"), "asks"],
  ["*", webhook("not an address at all"), "invalid_config"],
  ["newai,in.example.com", inference("newai"), "asks"],
  ["in.example.com", inference("in.example.com"), "asks"],
  ["*", inference("newai", { url: "https://in.example.com" }), "asks"],
  ["in.example.com", inference("hugging_face", { url: "https://in.example.com" }), "free"],
  ["in.example.com", bedrock({}), "asks"],
  ["in.example.com,bedrock-runtime.us-east-1.amazonaws.com", bedrock({}), "free"],
  ["in.example.com", bedrock({ region: "x.evil.example.net/#" }), "asks"],
  ["in.example.com", bedrock({ region: "eu-west-3" }), "asks"],
  ["in.example.com,bedrock-runtime.*.amazonaws.com", bedrock({ region: "eu-west-3" }), "free"],
])("--target-hosts %s: %j is %s", async (hosts, connector, expected) => {
  expect(await freely([connector], { CONNECTORS_TARGET_HOSTS: hosts })).toEqual([expected]);
});

test.each([
  ["https://in.example.com"],
  ["in.example.com/path"],
  ["*example.com"],
  ["in*.example.com"],
  ["?n.example.com"],
  ["a@in.example.com"],
  ["ftp://in.example.com"],
])("--target-hosts %s is refused at the start, and the message says how to write it", (hosts) => {
  const home = mkdtempSync(join(tmpdir(), "kcm-hosts-"));
  const { status, stderr } = spawnSync(process.execPath, [serverBuild, "--target-hosts", hosts], {
    env: cleanEnv(home, { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" }),
    input: "",
    encoding: "utf8",
    timeout: 10_000,
  });
  rmSync(home, { recursive: true, force: true });
  expect(status).not.toBe(0);
  expect(stderr).toContain("smtp://");
});

describe("a bound secret", () => {
  const results = (binding: string, connectors: readonly Connector[]) => freely(connectors, { CONNECTOR_SECRET_X__FOR: binding });

  test("goes to its host over verified TLS without a question", async () => {
    expect(
      await results(
        "@in.example.com",
        safe.map(([, one]) => one),
      ),
    ).toEqual(safe.map(() => "free"));
  });

  test("does not go there in a weaker way", async () => {
    expect(
      await results(
        "@in.example.com",
        weaker.map(([, one]) => one),
      ),
    ).toEqual(weaker.map(() => "secret_refused"));
  });

  test.each<[string, Connector, string]>([
    [".email@smtp://in.example.com", mail({ port: 25, secure: false }), "free"],
    [".email@smtp://in.example.com", mail({}), "secret_refused"],
    [".webhook@http://in.example.com", webhook("http://in.example.com/"), "free"],
    [".webhook@unverified://in.example.com", webhook("https://in.example.com/", { verificationMode: "none" }), "free"],
    [".webhook@IN.example.com.:443", webhook("https://in.example.com/"), "free"],
    [".webhook@in.example.com:8443", webhook("https://in.example.com/"), "secret_refused"],
    [".webhook@*.example.com", webhook("https://in.example.com/"), "secret_refused"],
  ])("%s: %j is %s", async (binding, connector, expected) => {
    expect(await results(binding, [connector])).toEqual([expected]);
  });
});
