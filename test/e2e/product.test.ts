import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cleanEnv, main, type Started, startBuilt, startSandboxWith, yes } from "../support/built-server.ts";

const opened: Started[] = [];
const open = async (...args: Parameters<typeof startBuilt>) => {
  const started = await startBuilt(...args);
  opened.push(started);
  return started;
};
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function run(args: string[], env: Record<string, string> = {}, input = "") {
  const home = mkdtempSync(join(tmpdir(), "kcm-run-"));
  return spawnSync(process.execPath, [main, ...args], { env: cleanEnv(home, env), input, encoding: "utf8", timeout: 20_000 });
}

describe("starting", () => {
  test("with nothing configured it lists its tools, and each call says what to set", async () => {
    const { client, call } = await open();
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThanOrEqual(8);
    for (const tool of tools) {
      const { failed, body } = await call(tool.name, minimalArguments[tool.name] ?? {});
      expect(failed).toBe(true);
      expect(body.error.code).toBe("not_configured");
      expect(body.error.fix).toContain("KIBANA_URL");
    }
  });

  test("configured badly it names all problems at once on stderr and ends with 2", () => {
    const { status, stderr, stdout } = run(["--timeot", "3"], {
      KIBANA_API_KEY: "abc",
      KIBANA_HOST: "https://kibana.example.com",
      CONNECTORS_ACCESS: "all",
    });
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("KIBANA_HOST is not a setting of this server: did you mean KIBANA_URL?");
    expect(stderr).toContain("--timeot is not a flag of this server: did you mean --timeout?");
    expect(stderr).toContain("CONNECTORS_ACCESS must be one of read, change, full.");
  });

  test.each([
    [{ KIBANA_API_KEY: "abc" }, "KIBANA_API_KEY is set, but KIBANA_URL is not."],
    [{ KIBANA_URL: "", KIBANA_API_KEY: "abc" }, "KIBANA_API_KEY is set, but KIBANA_URL is not. KIBANA_URL is set and empty."],
    [
      { KIBANA_URL: "http://127.0.0.1:1", KIBANA_USERNAME: "ana", KIBANA_PASSWORD: "" },
      "KIBANA_USERNAME is set, but KIBANA_PASSWORD is not. KIBANA_PASSWORD is set and empty.",
    ],
    [{ CONNECTORS_TOOLS: "list_connector" }, "did you mean list_connectors?"],
  ])("a half configuration %j ends with 2 and a reason", (env, reason) => {
    const { status, stderr } = run([], env);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });

  test("help names every flag with its variable, and goes to stdout", () => {
    const { status, stdout } = run(["--help"]);
    expect(status).toBe(0);
    for (const name of ["--kibana-url", "[KIBANA_URL]", "--read-only", "--dangerously-skip-confirmation", "sandbox", "demo"])
      expect(stdout).toContain(name);
  });

  test("the end of stdin ends it cleanly, and a broken line is skipped", () => {
    const { status, stdout, stderr } = run(["--sandbox"], {}, 'this is not JSON\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).jsonrpc),
    ).toEqual(["2.0"]);
    expect(stderr).not.toContain("    at ");
  });

  test("a signal ends it, even during a read", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const port = (silent.address() as AddressInfo).port;
    const child = spawn(process.execPath, [main], {
      env: cleanEnv(tmpdir(), { KIBANA_URL: `http://127.0.0.1:${port}`, KIBANA_API_KEY: "x" }),
      stdio: ["pipe", "pipe", "ignore"],
    });
    const arrived = new Promise((resolve) => silent.once("request", resolve));
    const hello = {
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    };
    child.stdin.write(
      `${JSON.stringify(hello)}\n${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "describe_deployment", arguments: {} } })}\n`,
    );
    await arrived;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    silent.closeAllConnections();
    silent.close();
  });
});

describe("the main job, on a sandbox in another process", () => {
  let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
  beforeAll(async () => {
    kibana = await startSandboxWith();
  });
  afterAll(() => kibana.stop());
  const state = async () => (await fetch(`${kibana.url}/sandbox/state`)).text();

  test("look, create with a secret from the environment, test, refuse a delete, delete with consent, read the journal", async () => {
    const secret = "R0UTING-canary-5f3c9d";
    const { call, questions, stderr, home } = await open({
      env: { KIBANA_URL: kibana.url, KIBANA_LABEL: "TEST", KIBANA_API_KEY: "any", CONNECTOR_SECRET_PD: secret },
      person: yes,
    });
    expect((await call("describe_deployment")).body.deployment.name).toBe(`TEST (${kibana.url})`);
    const before = (await call("list_connectors", { space: "*", limit: 100 })).body;
    expect(before.connectors.map((row: { id: string }) => row.id)).toContain("ops-slack");

    const created = await call("create_connector", {
      name: "Search on-call",
      type: "pagerduty",
      secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } },
    });
    expect(created.body).toMatchObject({
      status: "done",
      space: "default",
      result: { connector: { id: "search-on-call", type: ".pagerduty" } },
    });

    const tested = await call("test_connector", { id: "search-on-call", mode: "near_safe" });
    expect(tested.body).toMatchObject({ status: "done", result: { ok: true, mode: "near_safe" } });

    const untouched = await state();
    const refused = await call("safe_delete_connector", { ids: ["ops-slack"] });
    expect(refused.body.error).toMatchObject({
      code: "in_use",
      detail: { rules_total: 2, rules: [{ space: "default", enabled: true }, {}] },
    });
    expect(await state()).toBe(untouched);

    // The near-safe test sends something.
    expect(questions).toEqual([expect.stringContaining("PagerDuty receives one resolve event")]);
    const deleted = await call("safe_delete_connector", { ids: ["search-on-call"] });
    expect(deleted.body).toMatchObject({ status: "done", result: { deleted: ["search-on-call"] }, undo: { tool: "undo_change" } });
    expect(questions).toHaveLength(2);
    expect(questions[1]).toContain("TEST");

    const { changes } = (await call("list_changes")).body;
    expect(changes.map((row: { op: string; outcome: string }) => `${row.op} ${row.outcome}`)).toEqual([
      "delete done",
      "execute done",
      "create done",
    ]);

    const journal = join(home, "state/kibana-connectors-mcp/journal");
    const files = readdirSync(journal);
    expect(statSync(journal).mode & 0o777).toBe(0o700);
    for (const file of files) expect(statSync(join(journal, file)).mode & 0o777).toBe(0o600);
    const written = files.map((file) => readFileSync(join(journal, file), "utf8")).join("");
    for (const text of [written, stderr(), JSON.stringify(changes), JSON.stringify(created), JSON.stringify(tested)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(0, 16));
    }
    expect(
      stderr()
        .split("\n")
        .filter((line) => line.includes('"event":"change"')),
    ).toHaveLength(3);
  });

  test("read-only: no changing tool is listed, and none can be called by its name", async () => {
    const untouched = await state();
    const { client, call } = await open({ args: ["--read-only"], env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" }, person: yes });
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names.every((name) => !/create|delete|test_/.test(name))).toBe(true);
    for (const name of ["create_connector", "test_connector", "safe_delete_connector"]) {
      expect((await call(name, minimalArguments[name])).body.error.code).toBe("read_only");
    }
    expect(await state()).toBe(untouched);
  });

  test("every tool has a title, all four hints, and an input schema that every client can read", async () => {
    const { client } = await open();
    const { tools } = await client.listTools();
    for (const tool of tools) {
      expect(tool.name).toMatch(/^[a-z_]{1,30}$/);
      expect(tool.title).toBeTruthy();
      expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
        "destructiveHint",
        "idempotentHint",
        "openWorldHint",
        "readOnlyHint",
        "title",
      ]);
      expect(tool.inputSchema.type).toBe("object");
      const json = JSON.stringify(tool.inputSchema);
      for (const odd of ["anyOf", "oneOf", "allOf", "$ref", "propertyNames", '"null"']) expect(json).not.toContain(odd);
      expect(tool.outputSchema?.type).toBe("object");
    }
  });
});

const minimalArguments: Record<string, Record<string, unknown>> = {
  get_connector: { id: "x" },
  create_connector: { name: "x", type: ".index", config: { index: "x" } },
  test_connector: { id: "x" },
  safe_delete_connector: { ids: ["x"] },
};
