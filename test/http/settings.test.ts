import { chmod, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { flagName } from "../../src/settings/flags.ts";
import { type HttpSettings, httpRows } from "../../src/settings/http.ts";
import { readSettings, settingsHelp } from "../../src/settings/index.ts";
import { unknownToolNames } from "../../src/tools/visible.ts";
import { freshFolder } from "../support/folder.ts";

const there = "127.0.0.1:3000";

function problemsOf(argv: string[], env: Record<string, string> = {}): string[] {
  const read = readSettings(argv, env);
  return "problems" in read ? read.problems : [];
}

function httpOf(argv: string[], env: Record<string, string> = {}): HttpSettings | undefined {
  const read = readSettings(argv, env);
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.settings.http;
}

async function tokenFile(content: unknown, mode = 0o600): Promise<string> {
  const path = `${await freshFolder()}/tokens.json`;
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  await chmod(path, mode);
  return path;
}

const rows: [key: keyof typeof httpRows, value: string, read: (http: HttpSettings) => unknown, expected: unknown][] = [
  ["http", "127.0.0.1:3000", ({ host, port, loopback }) => [host, port, loopback], ["127.0.0.1", 3000, true]],
  [
    "authToken",
    "a-long-token-0123",
    ({ tokens }) => tokens.map(({ name, token }) => [name, token.is("a-long-token-0123")]),
    [["token", true]],
  ],
  ["allowedHosts", "MCP.example.com,*.team.example.com", (http) => http.allowedHosts, ["mcp.example.com", "*.team.example.com"]],
  ["allowedOrigins", "https://app.example.com", (http) => http.allowedOrigins, ["https://app.example.com"]],
  ["stateless", "true", (http) => http.stateless, true],
  ["maxBodyKb", "2", (http) => http.maxBody, 2048],
  ["maxSessions", "7", (http) => http.maxSessions, 7],
  ["maxInFlight", "8", (http) => http.maxInFlight, 8],
  ["sessionIdle", "60", (http) => http.sessionIdle, 60_000],
];

test.each(rows)("%s is read from its variable and from its flag", (key, value, read, expected) => {
  const env = { CONNECTORS_HTTP: there, [httpRows[key].env]: value };
  const flag = httpRows[key].value ? [`--${flagName(key)}`, value] : [`--${flagName(key)}`];
  for (const http of [httpOf([], env), httpOf(["--http", there, ...(key === "http" ? [] : flag)])])
    expect(http && read(http)).toEqual(expected);
});

test("--help names each, as flag and as variable", () => {
  for (const [key, { env, value }] of Object.entries(httpRows))
    expect(settingsHelp()).toMatch(new RegExp(`^ {2}--${flagName(key)}${value ? ` ${value}` : ""}\\n.*\\[${env}\\]$`, "m"));
});

test("without --http there are none, whatever token is in the environment", () => {
  expect(httpOf([], { MCP_AUTH_TOKEN: "a-token-of-something-else" })).toBeUndefined();
});

test.each([
  ["localhost:80", true],
  ["127.8.9.1:80", true],
  ["[::1]:80", true],
  ["LOCALHOST:80", true],
])("%s can be reached only from this machine", (http, loopback) => {
  expect(httpOf(["--http", http])?.loopback).toBe(loopback);
});

describe("refused at the start, with the reason:", () => {
  test.each(["0.0.0.0:3000", "[::]:3000", "mcp.example.com:80", "192.168.1.4:3000", "localhost.evil.example:1", "127.0.0.1.nip.example:1"])(
    "%s without a token",
    (http) => {
      expect(problemsOf(["--http", http])).toEqual([expect.stringContaining("needs MCP_AUTH_TOKEN or MCP_AUTH_TOKEN_FILE")]);
      expect(httpOf(["--http", http], { MCP_AUTH_TOKEN: "a-long-token-0123" })?.loopback).toBe(false);
    },
  );

  test.each<[string[], Record<string, string>, string]>([
    [["--http", "3000"], {}, "--http must be HOST:PORT, such as 127.0.0.1:3000."],
    [["--http", "127.0.0.1:65536"], {}, "--http must be HOST:PORT"],
    [["--http", "http://127.0.0.1:3000"], {}, "--http must be HOST:PORT"],
    [["--stateless"], {}, "CONNECTORS_STATELESS is set, but --http is not."],
    [
      ["--max-sessions", "3", "--allowed-hosts", "a.example"],
      {},
      "CONNECTORS_ALLOWED_HOSTS and CONNECTORS_MAX_SESSIONS are set, but --http is not.",
    ],
    [["--http", there, "--allowed-hosts", "https://a.example"], {}, "--allowed-hosts must be host names"],
    [["--http", there, "--allowed-origins", "app.example.com"], {}, "--allowed-origins must be origins"],
    [["--http", there, "--allowed-origins", "null"], {}, "--allowed-origins must be origins"],
    [["--http", there, "--allowed-origins", "*"], {}, "--allowed-origins must be origins"],
    [["--http", there, "--max-body-kb", "0"], {}, "--max-body-kb must be at least 1."],
    [["--http", "0.0.0.0:1"], { MCP_AUTH_TOKEN: "" }, "needs MCP_AUTH_TOKEN or MCP_AUTH_TOKEN_FILE"],
    [["--http", there], { MCP_AUTH_TOKEN: "" }, "MCP_AUTH_TOKEN is set and empty: fill it in"],
    [["--http", there], { MCP_AUTH_TOKEN: ["$", "{MCP_AUTH_TOKEN}"].join("") }, "which nobody filled in: fill it in"],
    [["--http", there], { MCP_AUTH_TOKEN_FILE: "" }, "MCP_AUTH_TOKEN_FILE is set and empty: fill it in"],
    [["--http", there, "--auth-token-file", "/nowhere"], {}, "MCP_AUTH_TOKEN_FILE: the file cannot be read (ENOENT)."],
    [["--http", there, "--auth-token-file", "/nowhere"], { MCP_AUTH_TOKEN: "x" }, "set one of them"],
  ])("%j %j", (argv, env, problem) => {
    expect(problemsOf(argv, env)).toContainEqual(expect.stringContaining(problem));
  });
});

describe("the key and the audit connector", () => {
  const key = "a-key-that-all-replicas-share";
  const settingsOf = (argv: string[], env: Record<string, string> = {}) => {
    const read = readSettings(argv, env);
    return "problems" in read ? read.problems : read.settings;
  };

  test("a key turns on continuations, and prints as a mark", () => {
    const read = settingsOf(["--confirm-key", key]);
    expect(read).toMatchObject({ confirm: "token" });
    expect(inspect(read, { depth: 9 }) + JSON.stringify(read)).not.toContain(key);
    expect(settingsOf([], { CONNECTORS_CONFIRM_KEY: key })).toMatchObject({ confirm: "token" });
    expect(settingsOf([])).toMatchObject({ confirm: "form", confirmKey: undefined, auditConnector: undefined });
  });

  test.each([
    ["trail", { space: "default", id: "trail" }],
    ["ops/trail", { space: "ops", id: "trail" }],
  ])("the audit connector %s is %j", (given, auditConnector) => {
    expect(settingsOf(["--audit-connector", given])).toMatchObject({ auditConnector });
    expect(settingsOf([], { CONNECTORS_AUDIT_CONNECTOR: given })).toMatchObject({ auditConnector });
  });

  test.each<[string[], string]>([
    [["--confirm-key", "too-short"], "--confirm-key must be 16 characters or more."],
    [
      ["--confirm-key", key, "--confirm", "page"],
      "CONNECTORS_CONFIRM_KEY signs what comes back from a form or as a token, but --confirm names the page",
    ],
    [["--http", there, "--stateless", "--confirm", "token"], "--stateless with --confirm token needs CONNECTORS_CONFIRM_KEY"],
    [["--audit-connector", "a/b/c"], "--audit-connector must be a connector's id, or space/id."],
  ])("%j is a problem", (argv, problem) => {
    expect(settingsOf(argv)).toContainEqual(expect.stringContaining(problem));
  });
});

test.each<[string[], Record<string, string>, string]>([
  [["--http", "0.0.0.0:1"], { MCP_AUTH_TOKEN: "a-long-token-0123" }, "not encrypted: put TLS in front"],
  [["--http", there], { MCP_AUTH_TOKEN: "short" }, "MCP_AUTH_TOKEN is short"],
])("%j %j causes a warning at the start, and is served", (argv, env, warning) => {
  const read = readSettings(argv, env);
  expect("settings" in read && read.settings.warnings).toEqual([expect.stringContaining(warning)]);
});

describe("a file of tokens", () => {
  const ops = { name: "ops", token: "token-of-ops-0123456789" };

  test("names its holders, each with access, spaces and secrets of its own", async () => {
    const limits = { access: "change", spaces: ["team-payments"], secrets: ["CONNECTOR_SECRET_PD"] };
    const path = await tokenFile({ principals: [ops, { name: "team", token: "token-of-team-0123456789", ...limits }] });
    const http = httpOf(["--http", "0.0.0.0:1", "--auth-token-file", path]);
    expect(http?.tokens).toMatchObject([{ name: "ops" }, { name: "team", ...limits }]);
    expect(http?.tokens.map(({ token }) => token.is(ops.token))).toEqual([true, false]);
    expect(inspect(http, { depth: 9 }) + JSON.stringify(http)).not.toContain("0123456789");
  });

  test("that everybody may read is refused", async () => {
    const path = await tokenFile({ principals: [ops] }, 0o644);
    expect(problemsOf(["--http", there, "--auth-token-file", path])).toEqual([
      expect.stringContaining("is readable by everybody: chmod 600 it."),
    ]);
  });

  test.each<[string, unknown, string]>([
    ["that is not JSON", '{"principals": [{"token": "token-of-ops-0123456789"', "the file is not JSON"],
    ["of nobody", { principals: [] }, "names nobody"],
    [
      "with an unknown key",
      { principals: [{ ...ops, role: "admin" }] },
      "principals.0: has keys other than name, token, access, spaces and secrets",
    ],
    ["with a token for a key", { principals: [{ name: "ops", [ops.token]: "" }] }, "principals.0: has keys other than name"],
    ["with a token for a key, outside", { [ops.token]: "ops" }, "the file: has keys other than principals"],
    ["with a token for a name", { principals: [{ name: ops.token, token: "ops", spaces: ["b"] }] }, "16 characters or more"],
    ["with a short token", { principals: [{ ...ops, token: "0123456789" }] }, "16 characters or more"],
    ["with an invalid name", { principals: [{ ...ops, name: "a b" }] }, "principals.0.name"],
    [
      "with an unknown key of an approver",
      { principals: [ops], approvers: [{ name: "ann", who: "x" }] },
      "other than name, for, tools and spaces",
    ],
    [
      "with an approver for nobody that there is",
      { principals: [ops], approvers: [{ name: "ann", for: ["opz"] }] },
      "approvers.0 names an unknown principal",
    ],
    [
      "with approvers who have nothing to approve with",
      { principals: [ops], approvers: [{ name: "ann" }] },
      "approvers need --approve-with passkey",
    ],
    ["with an unknown access level", { principals: [{ ...ops, access: "admin" }] }, "principals.0.access"],
    ["with the same name twice", { principals: [ops, { ...ops, token: "token-of-team-0123456789" }] }, "the same name"],
    ["with the same token twice", { principals: [ops, { ...ops, name: "team" }] }, "the same token"],
    [
      "with spaces beyond the server's",
      { principals: [{ ...ops, spaces: ["a", "b"] }] },
      "principals.0 is given spaces that this server may not touch (b)",
    ],
  ])("%s is refused, and no token is quoted", async (_what, content, problem) => {
    const problems = problemsOf(["--http", there, "--auth-token-file", await tokenFile(content), "--spaces", "a"]);
    expect(problems).toContainEqual(expect.stringContaining(problem));
    expect(problems.join()).not.toContain("0123456789");
  });
});

describe("pages that take passkeys", () => {
  const withPasskey = (...argv: string[]) => ["--http", there, "--approve-with", "passkey", ...argv];

  test.each(["https://mcp.example.com", "https://mcp.example.com:8443/", "http://localhost:3000", "HTTPS://MCP.Example.com"])(
    "may be at %s",
    (url) => {
      const http = httpOf(withPasskey("--public-url", url));
      expect(http?.publicUrl).toBe(new URL(url).origin);
      expect(http?.allowedHosts).toContain(new URL(url).hostname);
    },
  );

  test.each([
    ...["http://mcp.example.com", "https://192.0.2.1", "https://[::1]", "http://127.0.0.1:3000", "https://mcp.example.com/path"],
    ...["https://user@mcp.example.com", "https://mcp.example.com/?a=1", "mcp.example.com", "http://localhost.example.com"],
  ])("may not be at %s, where browsers have none", (url) => {
    expect(problemsOf(withPasskey("--public-url", url))).toEqual([expect.stringContaining("must be https:// with a host name")]);
  });

  test.each([
    [["--http", there, "--public-url", "https://mcp.example.com"], "--public-url and approvers need --approve-with passkey."],
    [withPasskey("--allowed-hosts", "mcp.example.com"), "--approve-with on a shared server needs --public-url."],
    [withPasskey("--stateless"), "--approve-with needs pages, which --stateless cannot show."],
  ])("%j is refused", (argv, problem) => {
    expect(problemsOf(argv)).toContain(problem);
  });
});

describe("approvers who could approve nothing", () => {
  const principals = [{ name: "operations", token: "token-of-ops-0123456789" }];
  const args = ["--http", there, "--sandbox", "--approve-with", "passkey", "--public-url", "https://m.example.com"];
  const settingsOf = async (approver: object) => {
    const read = readSettings([...args, "--auth-token-file", await tokenFile({ principals, approvers: [approver] })], {});
    if ("problems" in read) throw new Error(read.problems.join("\n"));
    return read.settings;
  };

  test.each<[string[], string]>([
    [["update_connectors"], 'MCP_AUTH_TOKEN_FILE: approvers.0: "update_connectors" is not a tool: did you mean update_connector?'],
    [["update_connector", "nonsense"], 'MCP_AUTH_TOKEN_FILE: approvers.0: "nonsense" is not a tool; there are describe_deployment'],
    [["list_connectors"], "MCP_AUTH_TOKEN_FILE: approvers.0 may approve nothing: list_connectors only reads."],
    [["list_connectors", "get_connector"], "approvers.0 may approve nothing: list_connectors, get_connector only read."],
  ])("for want of a tool: %j stops the start", async (tools, problem) => {
    expect(unknownToolNames(await settingsOf({ name: "ann", tools }))).toEqual([expect.stringContaining(problem)]);
  });

  test.each([[undefined], [["update_connector"]], [["list_connectors", "test_connector"]]])("%j is served", async (tools) => {
    expect(unknownToolNames(await settingsOf({ name: "ann", ...(tools && { tools }) }))).toEqual([]);
  });

  test.each(["Operations", "operatons", "oper-ations"])("for want of a name: %s is warned of", async (name) => {
    expect((await settingsOf({ name })).warnings).toContainEqual(expect.stringContaining(`"${name}" (did you mean operations?)`));
  });

  test.each(["operations", "ann", "operator"])("%s is not", async (name) => {
    expect((await settingsOf({ name })).warnings.join()).not.toContain("did you mean");
  });
});
