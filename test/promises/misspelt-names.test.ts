import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { cleanEnv, serverBuild } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { freshFolder } from "../support/folder.ts";

const value = "s3cret-0f-pagerduty";
const binding = ".pagerduty@events.pagerduty.com";

/** A start of the server, whose input ends at once. */
function start(env: Record<string, string>, args: string[] = ["--sandbox"]) {
  return spawnSync(process.execPath, [serverBuild, ...args], {
    env: cleanEnv(tmpdir(), env),
    encoding: "utf8",
    input: "",
    timeout: 30_000,
  });
}

/** What doctor warns of in settings and secrets. */
async function doctor(env: Record<string, string>) {
  const { stdout } = await runCommand("doctor", ["--json", "--sandbox"], env);
  const { checks }: { checks: { check: string; result: string; message: string; fix?: string }[] } = JSON.parse(stdout);
  return checks.flatMap(({ check, result, message, fix }) =>
    /settings|secrets/.test(check) && result !== "ok" ? [`${message} ${fix}`] : [],
  );
}

describe("a binding by a name that is none", () => {
  const secret = { CONNECTOR_SECRET_PD: value };
  const meant = "did you mean CONNECTOR_SECRET_PD__FOR?";

  test.each<[name: string, holds: string, says: string]>([
    ["CONNECTOR_SECRET_PD_FOR", binding, meant],
    ["CONNECTOR_SECRET_PD___FOR", binding, "CONNECTOR_SECRET_PD___FOR"],
    ["CONNECTOR_SECRET_PD__for", binding, meant],
    ["CONNECTOR_SECRET_PD__FO", binding, meant],
    ["CONNECTOR_SECRET_PD__FRO", binding, "ends in __FOR"],
    ["CONNECTOR_SECRET_PD__HOST", binding, meant],
    ["CONNECTOR_SECRET_PDFOR", binding, "__FOR"],
    ["CONNECTOR_SECRET_PD_FOR", "@events.pagerduty.com", meant],
    ["CONNECTOR_SECRET_pd__FOR", binding, meant],
    ["CONNECTOR_SECRETS_PD__FOR", binding, meant],
    ["connector_secret_pd__for", binding, meant],
    ["CONECTOR_SECRET_PD__FOR", binding, meant],
    ["CONNECTORS_SECRET_PD__FOR", binding, meant],
    ["CONNECTORSECRET_PD__FOR", binding, meant],
    ["CON_NECTOR_SECRET_PD__FOR", binding, meant],
    ["CONNECTOR__SECRET_PD__FOR", binding, meant],
  ])("%s=%s stops the start", (name, holds, says) => {
    const { status, stderr } = start({ ...secret, [name]: holds });
    expect([status, stderr]).toEqual([2, expect.stringContaining(name)]);
    if (says === meant) expect(stderr).toContain(says);
    for (const hidden of [value, holds]) expect(stderr).not.toContain(hidden);
  });

  test.each<[name: string, holds: string, says: string]>([
    ["CONNECTOR_SECRET_PD_FOR", "pagerduty@events.pagerduty.com", "Rename it to CONNECTOR_SECRET_PD__FOR"],
    [
      "CONNECTOR_SECRET_PDD__FOR",
      binding,
      "CONNECTOR_SECRET_PDD__FOR binds a variable that is not set. Set CONNECTOR_SECRET_PDD, or rename it to CONNECTOR_SECRET_PD__FOR.",
    ],
    ["CONNECTOR_SECRETS_SLACK", value, "Rename it to CONNECTOR_SECRET_SLACK"],
    ["connector_secret_slack", value, "Rename it to CONNECTOR_SECRET_SLACK"],
    ["CONNECTOR_SECRET_SLACK_FILE", "/run/secrets/slack", "CONNECTOR_SECRET_SLACK_FILE holds a path"],
    ["CONNECTOR_SECRET_DIR", "/run/secrets", "Rename it to CONNECTORS_SECRET_DIR"],
  ])("what may be meant otherwise is told at the start and by doctor: %s=%s", async (name, holds, says) => {
    const { status, stderr } = start({ ...secret, [name]: holds });
    expect([status, stderr]).toEqual([0, expect.stringContaining(says)]);
    expect(stderr).not.toContain(holds);
    expect((await doctor({ ...secret, [name]: holds })).join("\n")).toContain(says);
  });

  test("a file that would bind another one is told as well", async () => {
    const dir = await freshFolder();
    for (const name of ["pd", "pd__FOR"]) writeFileSync(`${dir}/${name}`, binding, { mode: 0o600 });
    expect(start({ CONNECTORS_SECRET_DIR: dir }).stderr).toContain("The file pd__FOR in the secrets folder binds nothing");
    expect((await doctor({ CONNECTORS_SECRET_DIR: dir })).join("\n")).toContain("The file pd__FOR in the secrets folder binds nothing");
  });

  test.each<Record<string, string>>([
    { CONNECTOR_SECRET_PD__FOR: binding },
    { CONNECTOR_SECRET_PD__FOR: `${binding},@eu.example.com`, CONNECTOR_SECRET_PD2: value, CONNECTOR_SECRET_FOO: value },
    { CONNECTOR_SECRET_KEY_FOR_BACKUP: value, CONNECTOR_SECRET_FOR: value, CONNECTOR_SECRET_PD_FOUR: value },
    { CONNECTOR_SECRET_HANDLE: "@Pa55.word", CONNECTOR_SECRET_MAIL: "me@example.com", CONNECTOR_SECRET_KEY_FILE: "MIIEvQIBADAN" },
    {
      CONNECTION_STRING: "x",
      CONNECTOR_HOME: "/opt/c",
      VAULT_SECRET_PD__FOR: "x",
      MCP_TIMEOUT: "5",
      MCP_AUTH: "x",
      KIBANA_PORT_80_TCP: "x",
    },
  ])("nothing is said of %j", async (env) => {
    const { status, stderr } = start({ ...secret, ...env });
    expect([status, stderr]).toEqual([0, ""]);
    expect(await doctor({ ...secret, ...env })).toEqual([]);
  });
});

const key = { KIBANA_URL: "http://127.0.0.1:9", KIBANA_API_KEY: "a2V5aWQ6a2V5c2VjcmV0MTIzNDU2" };

describe("a limit by a name that may be somebody else's is told at the start and by doctor", () => {
  test.each<[name: string, value: string, meant: string]>([
    ["CONNECTIONS_ACCESS", "read", "CONNECTORS_ACCESS"],
    ["CONECTORS_ACCES", "read", "CONNECTORS_ACCESS"],
    ["CONNECTIONS_ACCES", "read", "CONNECTORS_ACCESS"],
    ["CONNECTIONS_ACESS", "read", "CONNECTORS_ACCESS"],
    ["MCP_CONNECTIONS_SPACE", "team", "CONNECTORS_SPACES"],
    ["CONNECTIONS_PROTEKT", "x", "CONNECTORS_PROTECT"],
    ["MCP_CONNECTORS_ACCESS", "read", "CONNECTORS_ACCESS"],
    ["KIBANA_MCP_READ_ONLY", "true", "CONNECTORS_READ_ONLY"],
    ["KIBANA_MCP_READONY", "true", "CONNECTORS_READ_ONLY"],
    ["kibana-mcp-protect", "x", "CONNECTORS_PROTECT"],
    ["CONNECTIONS_TARGET_HOSTS", "a.example.com", "CONNECTORS_TARGET_HOSTS"],
  ])("%s=%s", async (name, given, meant) => {
    const says = `${name} is not a setting of this server. Rename it to ${meant}, if that is meant.`;
    expect(start({ [name]: given })).toMatchObject({ status: 0, stderr: expect.stringContaining(says) });
    expect((await doctor({ [name]: given })).join("\n")).toContain(says);
  });

  test.each<Record<string, string>>([
    { CONNECTIONS_ACCESS: "read", CONNECTORS_ACCESS: "read" },
    { MCP_ACCESS: "read", MCP_READ_ONLY: "true", DB_CONNECTIONS: "5", CONNECTION_TIMEOUT: "5", ACCESS: "x", READ_ONLY: "1" },
  ])("nothing is said of %j", (env) => {
    expect(start(env)).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("a name for the way to Kibana, where that is set or none is taken, is told at most", () => {
  const names = ["USER", "PASS", "SPACE_ID", "PATH", "HOST", "PORT"].map((end) => [`KIBANA_${end}`, "x-value"]);

  test.each<[Record<string, string>, string[]]>([
    [key, []],
    [{}, ["--sandbox"]],
  ])("%j %j", (env, args) => {
    const { status, stderr } = start({ ...env, ...Object.fromEntries(names) }, args);
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining("KIBANA_USER is not a setting of this server. Rename it to KIBANA_USERNAME"),
    ]);
    expect(stderr).not.toContain("x-value");
  });

  test("and stops the start where it is not", () => {
    expect(start({ KIBANA_URL: key.KIBANA_URL, KIBANA_USER: "x" }, [])).toMatchObject({ status: 2 });
    expect(start({ KIBANA_API_KEY: key.KIBANA_API_KEY, KIBANA_HOST: "x" }, [])).toMatchObject({ status: 2 });
  });
});

describe("a setting by a name that is none stops the start", () => {
  test.each<[name: string, value: string, meant: string]>([
    ["CONNECTOR_READ_ONLY", "true", "CONNECTORS_READ_ONLY"],
    ["connectors_read_only", "true", "CONNECTORS_READ_ONLY"],
    ["Connectors_Access", "read", "CONNECTORS_ACCESS"],
    ["CONNECTOR_PROTECT", "prod-*", "CONNECTORS_PROTECT"],
    ["KIBANA_READ_ONLY", "true", "CONNECTORS_READ_ONLY"],
    ["KIBANA_ACCESS", "read", "CONNECTORS_ACCESS"],
    ["KIBANA_TARGET_HOSTS", "a.example.com", "CONNECTORS_TARGET_HOSTS"],
    ["KIBANA_CONNECTORS_MCP_READ_ONLY", "true", "CONNECTORS_READ_ONLY"],
    ["CONECTORS_ACCESS", "read", "CONNECTORS_ACCESS"],
    ["CONNECTORSACCESS", "read", "CONNECTORS_ACCESS"],
    ["CONNECTORS-READ-ONLY", "true", "CONNECTORS_READ_ONLY"],
    ["KIBANA_SPACES", "team", "CONNECTORS_SPACES"],
    ["KIBANA_PROTECT_RULES", "tag:prod", "CONNECTORS_PROTECT_RULES"],
    ["CONNECTORS_SECRET_PD", value, "CONNECTOR_SECRET_PD"],
    ["CONNECTORS_URL", "https://kibana.example.com", "KIBANA_URL"],
    ["CONNECTORS_HOST", "https://kibana.example.com", "KIBANA_URL"],
    ["CONNECTORS_API_KEY", "a2V5", "KIBANA_API_KEY"],
    ["CONNECTORS_USERNAME", "ann", "KIBANA_USERNAME"],
  ])("%s=%s", (name, given, meant) => {
    const { status, stderr } = start({ [name]: given });
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${name} is not a`)]);
    expect(stderr).toContain(`did you mean ${meant}?`);
    expect(stderr).not.toContain(value);
  });

  test("a token for HTTP too, where HTTP is served", () => {
    const http = { CONNECTORS_HTTP: "127.0.0.1:0", MCP_AUTHTOKEN: value };
    expect(start(http)).toMatchObject({ status: 2, stderr: expect.stringContaining("did you mean MCP_AUTH_TOKEN?") });
    expect(start({ MCP_AUTHTOKEN: value })).toMatchObject({ status: 0, stderr: "" });
  });
});
