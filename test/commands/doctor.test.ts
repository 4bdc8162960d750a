import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { freshFolder } from "../support/folder.ts";
import { answering, noPrivilege } from "../support/other-users.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { envelope, listen, scripted } from "../support/server.ts";

interface Finding {
  check: string;
  result: string;
  message: string;
  fix?: string;
}

const run = (args: string[], env: Record<string, string> = {}) => runCommand("doctor", args, env);

/** The report as data. */
async function doctor(env: Record<string, string> = {}, args: string[] = []) {
  const { stdout, stderr, code, home } = await run(["--json", ...args], env);
  if (stdout === "") throw new Error(`no report: ${stderr}`);
  const report: { ok: boolean; access: string; checks: Finding[]; api_key_request: unknown } = JSON.parse(stdout);
  const named = (check: string) => report.checks.filter((one) => one.check === check);
  const results = (result: string) => report.checks.filter((one) => one.result === result).map(({ check }) => check);
  return { ...report, code, home, stdout, named, results, find: (check: string) => named(check)[0] };
}

const auth = `
users:
  - { username: owner, password: pw, actions: all, rules: all }
api_keys:
  - { key: YWxsOmtleQ==, owner: owner, actions: all, rules: all }
  - { key: cmVhZDprZXk=, owner: owner, actions: read, rules: read }
  - { key: b25lOmtleQ==, owner: owner, actions: { default: all }, rules: none }
`;
const key = (name: string) => ({
  KIBANA_API_KEY: { all: "YWxsOmtleQ==", read: "cmVhZDprZXk=", one: "b25lOmtleQ==" }[name] ?? "d3Jvbmc6a2V5",
});

let folder: string;
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kcm-doctor-"));
  writeFileSync(join(folder, "auth.yml"), auth);
  sandbox = await startSandboxWith(["--auth", join(folder, "auth.yml")]);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

/** Kibana's status over TLS, with a certificate of test/commands/certificates. */
async function overTls(certificate: "valid" | "expired") {
  const file = (name: string) => readFileSync(`test/commands/certificates/${name}.pem`);
  const server = createServer({ key: file("key"), cert: file(certificate) }, (request, response) => {
    const found = request.url === "/api/status";
    response.writeHead(found ? 200 : 403, { "content-type": "application/json" });
    response.end(
      JSON.stringify(
        found
          ? { version: { number: "9.5.0", build_flavor: "traditional" }, status: { overall: { level: "available" } } }
          : { statusCode: 403, error: "Forbidden", message: "Unauthorized to get actions" },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("all is well", () => {
  test("every check is ok or says what it saw, and the exit code is 0", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all"), CONNECTOR_SECRET_PD: "a-secret-of-the-operator" });
    expect([report.code, report.ok, report.results("failed"), report.results("not_checked")]).toEqual([0, true, [], []]);
    expect(report.results("warning")).toEqual(["connectors in default", "log in default", "log in security", "key"]);
    expect(report.find("log in security")?.message).toBe(
      '9 runs in 24 hours, 9 failed. 1 failing: "SOC Slack" (soc-slack) 9 times, last: error calling the third party: [429] Too Many Requests.',
    );
    expect(report).not.toHaveProperty("api_key_request");
    expect(report.find("credentials")?.message).toBe("Kibana accepts the API key.");
    expect(report.find("privileges in team-payments")?.message).toBe("The key may read, execute, change, delete connectors.");
    expect(report.find("rules in default")?.message).toMatch(/^\d+ can be read, of \d types, and changed of \d\.$/);
    expect(report.find("log in default")?.message).toMatch(/^\d+ runs in 24 hours, \d+ failed\./);
    expect(report.find("secrets")?.message).toBe('Variables for {"$env": …}: CONNECTOR_SECRET_PD.');
    expect(report.stdout).not.toContain("a-secret-of-the-operator");
    expect(report.stdout).not.toContain(key("all").KIBANA_API_KEY);
  });

  test("for people it is a table with the fixes, the counts, and with --key the request for a key", async () => {
    const { stdout, code } = await run(["--key"], { KIBANA_URL: sandbox.url, KIBANA_USERNAME: "owner", KIBANA_PASSWORD: "pw" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}ok {10}url +http:\/\/127\.0\.0\.1:\d+ is a Kibana\.$/m);
    expect(stdout).toMatch(/^ {2}ok {10}credentials +Kibana accepts the password of owner\.$/m);
    expect(stdout).toMatch(/^ +Fix: Enter them again/m);
    expect(stdout).toContain("POST /_security/api_key\n{");
    expect(stdout).toContain('for access "full" in the spaces default, team-payments, security');
    expect(stdout).toMatch(/^0 failed, 4 warnings, 0 not checked, \d+ ok\.$/m);
  });

  test("on the sandbox it runs without any setting, and leaves nothing behind", async () => {
    const { code, stdout } = await run(["--sandbox"]);
    expect(code).toBe(0);
    const folder = /journal +(\S+) can be written/.exec(stdout)?.[1] ?? "";
    expect(() => readdirSync(folder)).toThrow("ENOENT");
  });

  test("nothing is written to Kibana", async () => {
    const before = await (await fetch(`${sandbox.url}/sandbox/state`)).text();
    await doctor({ KIBANA_URL: sandbox.url, ...key("all") });
    expect(await (await fetch(`${sandbox.url}/sandbox/state`)).text()).toBe(before);
  });
});

describe("how far the key is from its client", () => {
  const tokens = JSON.stringify({ principals: [{ name: "agent", token: "a-token-of-the-agent-0123456789" }] });
  const place = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const uid = process.getuid?.();
  const rows: [string, () => { env?: Record<string, string>; args?: string[] }, result: string, message: RegExp][] = [
    ["a variable over stdio", () => ({ env: key("all") }), "warning", /same user as its client \(uid \d+\).*(\/proc|environment)/],
    [
      "a file over stdio",
      () => ({ env: { KIBANA_API_KEY_FILE: place("key", "YWxsOmtleQ==") } }),
      "warning",
      new RegExp(`same user as its client.*in a file of uid ${uid} with mode 600`),
    ],
    [
      "a command over stdio",
      () => ({ env: { KIBANA_API_KEY_COMMAND: JSON.stringify([process.execPath, "-p", "'YWxsOmtleQ=='"]) } }),
      "warning",
      /same user as its client.*by running the command/,
    ],
    [
      "a flag",
      () => ({ args: ["--api-key", "YWxsOmtleQ=="] }),
      "warning",
      /every user of this machine can read it in the list of processes/,
    ],
    ["HTTP without a token", () => ({ env: { ...key("all"), CONNECTORS_HTTP: "127.0.0.1:0" } }), "warning", /need no token/],
    [
      "HTTP with tokens",
      () => ({ env: { ...key("all"), CONNECTORS_HTTP: "127.0.0.1:0", MCP_AUTH_TOKEN_FILE: place("tokens", tokens) } }),
      "not_checked",
      new RegExp(`as which user a client runs: programs of this server's user \\(uid ${uid}\\) and root can read it`),
    ],
  ];
  test.each(rows)("%s", async (_name, given, result, message) => {
    const { env = {}, args = [] } = given();
    const report = await doctor({ KIBANA_URL: sandbox.url, ...env }, args);
    expect(report.find("key")).toMatchObject({ result, message: expect.stringMatching(message) });
    expect([report.code, report.find("credentials")?.result]).toEqual([0, "ok"]);
  });

  test("nothing is said without a key, and where there is no Kibana", async () => {
    expect((await doctor({}, ["--sandbox"])).named("key")).toEqual([]);
    expect((await doctor()).named("key")).toEqual([]);
  });
});

describe("the address", () => {
  test("nothing configured: says what to set, and checks what it can", async () => {
    const report = await doctor();
    expect([report.code, report.results("failed")]).toEqual([1, ["url"]]);
    expect(report.find("url")?.fix).toMatch(/^Set KIBANA_URL and KIBANA_API_KEY/);
    expect(report.results("not_checked")).toEqual(["tls", "credentials", "version", "spaces", "privileges", "rules", "log"]);
    expect(report.find("journal")?.result).toBe("ok");
  });

  test("a port on which nobody listens", async () => {
    const report = await doctor({ KIBANA_URL: "http://127.0.0.1:1", ...key("all") });
    expect([report.code, report.find("url")]).toEqual([
      1,
      {
        check: "url",
        result: "failed",
        message: "No answer from Kibana at http://127.0.0.1:1: nothing listens at that address (ECONNREFUSED).",
        fix: "Check that Kibana is up and that the host and port in KIBANA_URL are right.",
      },
    ]);
    expect(report.results("ok")).not.toContain("credentials");
  });

  test.each([
    ["a key that it knows", { status: 400, json: { error: "no handler found for uri [/api/status] and method [GET]" } }],
    ["a key that it does not know", { status: 401, json: { error: { root_cause: [], type: "security_exception" }, status: 401 } }],
  ])("Elasticsearch in place of Kibana, with %s", async (_what, reply) => {
    const { url } = await scripted(reply);
    const report = await doctor({ KIBANA_URL: url, ...key("all") });
    expect(report.find("url")).toMatchObject({ result: "failed", message: `${url} is Elasticsearch, not Kibana.` });
    expect(report.find("url")?.fix).toContain(".kb.");
  });

  test("a login page in front of Kibana", async () => {
    const { url } = await scripted({ text: "<!doctype html><title>Sign in</title>" });
    const report = await doctor({ KIBANA_URL: url, ...key("all") });
    expect(report.find("url")?.message).toBe(`${url} answered 200 with an HTML page titled "Sign in" instead of Kibana's JSON.`);
  });

  test("settings that cannot be read have an exit code of their own, with every problem", async () => {
    const { code, stderr, stdout } = await run([], { KIBANA_HOST: "https://kibana.example.com", KIBANA_API_KEY: "a b" });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("did you mean KIBANA_URL?");
  });

  test("a tool that does not exist among the settings", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all"), CONNECTORS_TOOLS: "list_conectors" });
    expect(report.find("settings")).toMatchObject({
      result: "failed",
      message: '"list_conectors" is not a tool: did you mean list_connectors?',
    });
  });
});

describe("TLS", () => {
  test("an unknown authority", async () => {
    const report = await doctor({ KIBANA_URL: await overTls("valid"), ...key("all") });
    expect(report.find("url")?.result).toBe("ok");
    expect(report.find("tls")).toMatchObject({ result: "failed", fix: "Set KIBANA_CA_FILE to the authority's certificate." });
    expect(report.find("credentials")?.result).toBe("not_checked");
  });

  test("an expired certificate, although its authority is known", async () => {
    const ca = "test/commands/certificates/authority.pem";
    const report = await doctor({ KIBANA_URL: await overTls("expired"), KIBANA_CA_FILE: ca, ...key("all") });
    expect(report.find("tls")).toMatchObject({
      result: "failed",
      message: expect.stringContaining("its certificate has expired"),
      fix: "Renew Kibana's certificate.",
    });
  });

  test("a valid one: until when", async () => {
    const ca = "test/commands/certificates/authority.pem";
    const report = await doctor({ KIBANA_URL: await overTls("valid"), KIBANA_CA_FILE: ca, ...key("all") });
    expect(report.find("tls")?.message).toBe("The certificate is signed by the authority in KIBANA_CA_FILE and valid until 2126-01-01.");
  });

  test("verification that is off is a warning", async () => {
    const report = await doctor({ KIBANA_URL: await overTls("expired"), KIBANA_INSECURE_SKIP_TLS_VERIFICATION: "true", ...key("all") });
    expect(report.find("tls")).toMatchObject({ result: "warning", fix: expect.stringContaining("KIBANA_CA_FILE") });
  });
});

describe("credentials and privileges", () => {
  test("a key that Kibana does not know", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("wrong") });
    expect([report.code, report.find("url")?.result]).toEqual([1, "ok"]);
    expect(report.find("credentials")).toMatchObject({
      result: "failed",
      message: "Kibana answers, but does not accept the credentials (its status leaves out the version).",
    });
    expect(report.results("ok")).not.toContain("spaces");
  });

  test("none, when some are needed", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url });
    expect(report.find("credentials")).toMatchObject({ result: "failed", message: "None are set, and this Kibana needs them." });
  });

  test("a key that may only read is too little for changes, and enough with --read-only", async () => {
    const env = { KIBANA_URL: sandbox.url, ...key("read") };
    const report = await doctor(env);
    expect(report.find("privileges in default")).toEqual({
      check: "privileges in default",
      result: "failed",
      message: 'The key may read, execute connectors; access "full" needs more.',
      fix: "Make a key with feature_actions.all: the recipe is below.",
    });
    const reading = await doctor(env, ["--read-only"]);
    expect([reading.code, reading.results("failed")]).toEqual([0, []]);
  });

  test("the request for a key is shown if the key is missing or too weak, otherwise only with --key", async () => {
    const asked = async (env: Record<string, string>, args: string[] = []) =>
      "api_key_request" in (await doctor({ KIBANA_URL: sandbox.url, ...env }, args));
    expect(await asked(key("all"))).toBe(false);
    expect(await asked(key("all"), ["--key"])).toBe(true);
    expect(await asked(key("wrong"))).toBe(true);
    expect(await asked({})).toBe(true);
    expect(await asked(key("read"))).toBe(true);
    expect("api_key_request" in (await doctor({ KIBANA_URL: "http://127.0.0.1:1", ...key("all") }))).toBe(false);
  });

  test("an invalid key is reported before Kibana is asked", async () => {
    const report = await doctor({ KIBANA_URL: "http://127.0.0.1:1", KIBANA_API_KEY: "YOUR_API_KEY" });
    expect(report.code).toBe(1);
    expect(report.find("credentials")).toMatchObject({ result: "failed", message: "KIBANA_API_KEY is a placeholder, not a key." });
    expect(report.results("not_checked")).toContain("url");
    expect(report).toHaveProperty("api_key_request");
  });

  test("a placeholder that nobody filled in is a warning", async () => {
    const hole = ["$", "{user_config.spaces}"].join("");
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all"), CONNECTORS_SPACES: hole });
    expect(report.find("settings")).toMatchObject({
      result: "warning",
      message: `CONNECTORS_SPACES holds ${hole}, which nobody filled in: it counts as not set.`,
    });
  });

  test("a key that may do more than the server is a warning", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all") }, ["--read-only"]);
    expect([report.code, report.find("privileges in default")?.result]).toEqual([0, "warning"]);
  });

  test("a key for one space that cannot read rules: says what will be refused", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("one") });
    expect(report.checks.filter(({ check }) => check.endsWith("team-payments"))).toEqual([]);
    expect(report.find("rules in default")).toMatchObject({
      result: "warning",
      message: expect.stringContaining("deleting one that has references is refused"),
      fix: expect.stringContaining("feature_stackAlerts"),
    });
  });

  test("what besides rules may use connectors and cannot be looked up", async () => {
    const whole = await doctor({ KIBANA_URL: sandbox.url, ...key("all") });
    expect(whole.find("users in default")).toMatchObject({ result: "ok" });
    const proxy = await rewritingProxy(sandbox.url, answering({ "/api/workflows": noPrivilege }));
    const narrow = await doctor({ KIBANA_URL: proxy.url, ...key("all") });
    expect(narrow.find("users in default")).toMatchObject({
      result: "warning",
      message: expect.stringMatching(/^Not looked at: workflows \(.*unauthorized/),
      fix: expect.stringMatching(/privilege/),
    });
  });

  test("a space that does not exist, and one that the key does not see", async () => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all"), CONNECTORS_SPACES: "default,team-payment" });
    expect(report.code).toBe(1);
    expect(report.named("spaces")).toMatchObject([
      { result: "ok" },
      { result: "failed", message: 'There is no space "team-payment".', fix: expect.stringContaining('Did you mean "team-payments"?') },
    ]);
    const narrow = await doctor({ KIBANA_URL: sandbox.url, ...key("one"), KIBANA_SPACE: "security" });
    expect(narrow.find("spaces")).toMatchObject({ result: "failed", fix: expect.stringContaining("The key sees: default.") });
  });

  test.each([
    ["read", "read", ["space:default", "space:team-payments", "space:security"]],
    ["change", "all", ["space:default", "space:team-payments"]],
    ["full", "all", ["space:default", "space:team-payments", "space:security"]],
  ])("the recipe for access %s gives %s", async (access, level, resources) => {
    const args = resources.length === 2 ? ["--spaces", "default,team-payments"] : [];
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all") }, ["--key", "--access", access, ...args]);
    expect(report.api_key_request).toMatchObject({
      role_descriptors: {
        "kibana-connectors-mcp": {
          applications: [
            {
              application: "kibana-.kibana",
              privileges: [`feature_actions.${level}`, `feature_stackAlerts.${level}`, "feature_workflowsManagement.read"],
              resources,
            },
          ],
        },
      },
    });
  });
});

describe("an older or ailing Kibana", () => {
  async function kibana(status: object) {
    return listen((request, response) => {
      const known =
        request.url === "/api/status" ? status : request.url === "/api/spaces/space" ? [{ id: "default", name: "Default" }] : {};
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known));
    });
  }
  const of = (number: string, level = "available") => ({ version: { number }, status: { overall: { level } } });

  test.each([
    ["7.17.0", "failed"],
    ["8.6.2", "warning"],
    ["8.17.0", "ok"],
  ])("version %s is %s", async (version, result) => {
    const report = await doctor({ KIBANA_URL: await kibana(of(version)), ...key("all") });
    expect(report.find("version")?.result).toBe(result);
  });

  test("a degraded Kibana", async () => {
    const report = await doctor({ KIBANA_URL: await kibana(of("9.5.0", "degraded")), ...key("all") });
    expect(report.find("health")).toMatchObject({ result: "warning", message: "Kibana says that it is degraded." });
  });

  test("routes that a proxy blocks are not checked, which is not ok", async () => {
    const url = await listen((request, response) => {
      const blocked = request.method === "POST";
      if (blocked) return void response.writeHead(405, { "content-type": "text/html" }).end("<html><title>Blocked</title></html>");
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(request.url === "/api/status" ? of("9.5.0") : request.url === "/api/spaces/space" ? [] : {}));
    });
    const report = await doctor({ KIBANA_URL: url, ...key("all") });
    expect(report.results("not_checked")).toEqual(["privileges in default", "log in default"]);
    expect(report.find("log in default")?.message).toContain('"Blocked"');
  });

  test("no encryption key: the list of connectors fails, and the fix names the setting", async () => {
    const { url } = await scripted(
      { json: of("9.5.0") },
      { json: [{ id: "default", name: "Default" }] },
      { json: {} },
      { json: { actions: { show: true, execute: true, save: true, delete: true } } },
      envelope(500, "An internal server error occurred. Check Kibana server logs for details."),
    );
    const report = await doctor({ KIBANA_URL: url, ...key("all") });
    expect(report.find("connectors in default")).toMatchObject({ result: "failed", fix: expect.stringContaining("encryptionKey") });
  });
});

describe("this machine", () => {
  test("a journal that cannot be written to fails, unless the server may change nothing anyway", async () => {
    const folder = await freshFolder();
    writeFileSync(`${folder}/file`, "");
    const env = { KIBANA_URL: sandbox.url, ...key("all"), CONNECTORS_JOURNAL_DIR: `${folder}/file/journal` };
    const report = await doctor(env);
    expect([report.code, report.find("journal")]).toMatchObject([
      1,
      { result: "failed", message: expect.stringContaining("ENOTDIR"), fix: expect.stringContaining("CONNECTORS_JOURNAL_DIR") },
    ]);
    expect((await doctor(env, ["--read-only"])).find("journal")?.result).toBe("warning");
  });

  test("a journal that others can read is a warning", async () => {
    const folder = `${await freshFolder()}/open`;
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all"), CONNECTORS_JOURNAL_DIR: folder });
    expect(report.find("journal")).toMatchObject({ result: "warning", fix: `chmod 700 ${folder}` });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("secrets that would be refused later", async () => {
    const report = await doctor({
      KIBANA_URL: sandbox.url,
      ...key("all"),
      CONNECTOR_SECRET_EMPTY: "",
      CONNECTOR_SECRET_PD: "x",
      CONNECTOR_SECRET_PD__FOR: ".pagerduty",
      CONNECTOR_SECRET_GONE__FOR: "@events.pagerduty.com",
      CONNECTORS_SECRET_DIR: "/nowhere/at/all",
    });
    expect(report.named("secrets").map(({ result, message }) => `${result}: ${message}`)).toEqual([
      'ok: Variables for {"$env": …}: CONNECTOR_SECRET_EMPTY, CONNECTOR_SECRET_PD.',
      "failed: CONNECTOR_SECRET_EMPTY is empty.",
      "failed: CONNECTOR_SECRET_PD__FOR is not a valid binding, so its secret goes nowhere.",
      "warning: CONNECTOR_SECRET_GONE__FOR binds a variable that is not set.",
      "failed: The secrets folder /nowhere/at/all cannot be read (ENOENT).",
    ]);
  });

  test.each([
    [["--dangerously-skip-confirmation"], "Nobody is asked before a change."],
    [["--confirm", "token"], "Nobody is asked: the agent gets a token and passes it back by itself."],
    [
      ["--http", "127.0.0.1:0", "--stateless"],
      "A stateless server cannot ask anybody without a key: changes that need a person are refused.",
    ],
  ])("%j is a warning", async (args, message) => {
    const report = await doctor({ KIBANA_URL: sandbox.url, ...key("all") }, args);
    expect(report.find("consent")).toMatchObject({ result: "warning", message });
  });
});

describe("what the operator protects", () => {
  const protectedNow = ({ checks }: { checks: Finding[] }) =>
    checks.filter(({ check }) => /^protected|^audit trail/.test(check)).map(({ result, message }) => `${result}: ${message}`);
  const env = () => ({ KIBANA_URL: sandbox.url, ...key("all") });

  test("each pattern says what it protects now, and warns where that is nothing", async () => {
    const report = await doctor({
      ...env(),
      CONNECTORS_PROTECT: "ops-*,Payments PagerDuty,pagerduty-prod,ops-slak*",
      CONNECTORS_PROTECT_RULES: "tag:payments,tag:payment,Login failures",
    });
    expect(protectedNow(report)).toEqual([
      expect.stringMatching(/^ok: "ops-\*" protects \d connectors: "Ops .*", …\.$/),
      'ok: "Payments PagerDuty" protects 1 connector: "Payments PagerDuty".',
      expect.stringMatching(
        /^warning: "pagerduty-prod" protects nothing now: none of the \d+ connectors that the key sees in 3 spaces fits it\.$/,
      ),
      expect.stringMatching(/^warning: "ops-slak\*" protects nothing now/),
      expect.stringMatching(/^ok: "tag:payments" protects \d rules: /),
      expect.stringMatching(/^warning: "tag:payment" protects nothing now: none of the \d+ rules that the key sees in 3 spaces fits it\.$/),
      'ok: "Login failures" protects 1 rule: "Login failures".',
    ]);
    expect([report.code, report.ok]).toEqual([0, true]);
  });

  test("one of another space counts only where the server uses that space, and what could not be read is not called nothing", async () => {
    const narrow = await doctor({ ...env(), CONNECTORS_SPACES: "default", CONNECTORS_PROTECT: "soc-*" });
    expect(protectedNow(narrow)).toEqual([
      expect.stringMatching(/^warning: "soc-\*" protects nothing now: .* in the space "default" fits/),
    ]);
    const proxy = await rewritingProxy(
      sandbox.url,
      answering(
        {},
        {
          refuse: ({ path }) =>
            path.startsWith("/s/security/api/actions/connectors") ? { status: 403, body: JSON.stringify(noPrivilege.body) } : undefined,
        },
      ),
    );
    const partly = await doctor({ ...env(), KIBANA_URL: proxy.url, CONNECTORS_PROTECT: "soc-*,ops-*" });
    expect(protectedNow(partly)).toEqual([
      expect.stringMatching(/^not_checked: Whether "soc-\*" protects anything: connectors were not all read \(of the space "security": /),
      expect.stringMatching(/^ok: "ops-\*" protects at least \d connectors: /),
    ]);
    expect(protectedNow(await doctor(env()))).toEqual([]);
  });

  test.each([
    ["alert-audit-index", 'ok: The connector "Alert audit log" is there.'],
    ["alert-audit", 'warning: There is no connector "alert-audit" in the space "default": no entry gets there.'],
    ["ops-slack", 'warning: The connector "ops-slack" is of type .slack: entries need an index.'],
  ])("and whether the connector of the audit trail is one: %s", async (id, says) => {
    expect(protectedNow(await doctor({ ...env(), CONNECTORS_AUDIT_CONNECTOR: id }))).toEqual([says]);
  });
});
