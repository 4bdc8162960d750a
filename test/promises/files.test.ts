import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { cleanEnv, serverBuild, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { initialize, send, toolCall } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";

let sandbox: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kcm-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = process.getuid?.() === 0;
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A command of the built program, under a umask that allows everything. */
function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const program = [process.execPath, serverBuild, ...args].map((word) => (word === "|" ? word : `'${word}'`)).join(" ");
  return new Promise((done) =>
    execFile("sh", ["-c", `umask 000; ${program}`], { env: cleanEnv(folder, { KIBANA_URL: sandbox.url, ...env }) }, (error, out, err) =>
      done({ code: Number(error?.code ?? 0), out, err }),
    ),
  );
}

async function created(env: Record<string, string>, args: Record<string, unknown> = { name: randomUUID(), type: ".server-log" }) {
  const server = await startServer({ env: { KIBANA_URL: sandbox.url, ...env }, person: yes });
  onTestFinished(() => server.close());
  const answer = await server.call("create_connector", args);
  return { server, ...answer };
}

/** Ways to let others write into the folder `dir`, which has one file. */
const exposed: [string, (dir: string, file: string) => void, RegExp][] = [
  ["everybody may write the folder", (dir) => chmodSync(dir, 0o777), /chmod 700/],
  ["everybody may write the folder, with the sticky bit", (dir) => chmodSync(dir, 0o1777), /chmod 700/],
  ["its group may write the folder", (dir) => chmodSync(dir, 0o770), /chmod 700/],
  ["everybody may write a file in it", (_dir, file) => chmodSync(file, 0o666), /chmod 600/],
  ["the group may write a file in it", (_dir, file) => chmodSync(file, 0o620), /chmod 600/],
  [
    "a file in it is a link",
    (dir, file) => {
      renameSync(file, join(dir, "..", "elsewhere"));
      symlinkSync(join(dir, "..", "elsewhere"), file);
    },
    /./,
  ],
  ["everybody may put another folder in its place", (dir) => chmodSync(join(dir, ".."), 0o777), /chmod o-w/],
  ...(root
    ? ([
        ["the folder is another user's", (dir) => chownSync(dir, 1234, 1234), /chown/],
        ["a file in it is another user's", (_dir, file) => chownSync(file, 1234, 1234), /user/],
      ] satisfies [string, (dir: string, file: string) => void, RegExp][])
    : []),
];

describe("a journal that others may write is refused", () => {
  test.each(exposed)("where %s: nothing is written, read or undone, and doctor says so", async (_what, expose, fix) => {
    const dir = join(folder, "above", "journal");
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const env = { CONNECTORS_JOURNAL_DIR: dir };
    const first = await created(env);
    expect(first.body.status).toBe("done");
    const [file = ""] = readdirSync(dir);
    expose(dir, join(dir, file));
    const { server, failed, body } = await created(env);
    expect([failed, body.error?.code, body.error?.fix]).toEqual([true, "journal_unavailable", expect.stringMatching(fix)]);
    for (const tool of ["list_changes", "undo_change"])
      expect((await server.call(tool, tool === "undo_change" ? { change: "last" } : {})).body.error?.code).toBe("journal_unavailable");
    const doctor = await run(["doctor", "--json"], env);
    const row = JSON.parse(doctor.out).checks.find((one: { check: string }) => one.check === "journal");
    expect([doctor.code, row.result, row.fix]).toEqual([1, "failed", expect.stringMatching(fix)]);
  });

  test("a new one is private to its owner, whatever the umask", async () => {
    const dir = join(folder, "new", "journal");
    await run(["doctor", "--json"], { CONNECTORS_JOURNAL_DIR: dir });
    expect([modeOf(dir), modeOf(join(dir, ".."))]).toEqual(["700", "700"]);
    await created({ CONNECTORS_JOURNAL_DIR: dir });
    expect(readdirSync(dir).map((name) => modeOf(join(dir, name)))).toEqual(["600"]);
  });
});

describe("a secret folder that others may write is refused", () => {
  test.each(exposed)("where %s", async (_what, expose, fix) => {
    const dir = join(folder, "above", "secrets");
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, "hook"), "https://hooks.slack.com/services/T0/B0/abcdefgh", { mode: 0o600 });
    expose(dir, join(dir, "hook"));
    const env = { CONNECTORS_SECRET_DIR: dir, CONNECTORS_TARGET_HOSTS: "hooks.slack.com" };
    const doctor = await run(["doctor"], env);
    if (doctor.code === 2) {
      expect(doctor.err).toMatch(/CONNECTORS_SECRET_DIR/);
      expect(doctor.err).toMatch(fix);
      expect((await run([], env)).code).toBe(2);
      return;
    }
    const { body } = await created(env, { name: randomUUID(), type: ".slack", secrets: { webhookUrl: { $file: "hook" } } });
    expect([body.error?.code, JSON.stringify(body.error)]).toEqual(["secret_refused", expect.stringMatching(fix)]);
  });

  test.each([0o602, 0o620, 0o666])("a key or token file that others may write (%o) is refused too", async (mode) => {
    const file = join(folder, "key");
    writeFileSync(file, "bXlrZXk6c2VjcmV0", { mode: 0o600 });
    chmodSync(file, mode);
    const { code, err } = await run(["doctor"], { KIBANA_API_KEY_FILE: file });
    expect([code, err]).toEqual([2, expect.stringMatching(/KIBANA_API_KEY_FILE.*chmod 600/)]);
  });
});

describe("what the program writes is private to its owner", () => {
  const html = () => join(folder, "audit.html");
  const baseline = () => join(folder, "baseline.json");
  const out = () => join(folder, "out");
  const files = () => [html(), baseline(), ...(existsSync(out()) ? readdirSync(out()).map((name) => join(out(), name)) : [])];
  const audit = () => run(["audit", "--html", html(), "--baseline", baseline(), "--write-baseline"]);
  const exported = (...more: string[]) => run(["export", "--out", out(), ...more]);

  test("audit page, baseline and exports are 0600, folders 0700, under umask 000", async () => {
    await audit();
    await exported();
    expect(files().length).toBeGreaterThan(3);
    expect(new Set(files().map(modeOf))).toEqual(new Set(["600"]));
    expect(modeOf(out())).toBe("700");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("files that were open to others are private once they are written again", async () => {
    await audit();
    await exported();
    for (const file of files()) chmodSync(file, 0o666);
    await audit();
    await exported("--force");
    expect(new Set(files().map(modeOf))).toEqual(new Set(["600"]));
  });

  test("nothing is written through a link, nor through one in place of a temporary file", async () => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "mine");
    symlinkSync(victim, html());
    symlinkSync(join(folder, "not-there-yet"), baseline());
    mkdirSync(out());
    symlinkSync(victim, join(out(), "connectors.tf"));
    const results = [
      await run(["audit", "--html", html()]),
      await run(["audit", "--baseline", baseline(), "--write-baseline"]),
      await exported("--force"),
    ];
    expect(results.map(({ err }) => /is a link/.test(err))).toEqual([true, true, true]);
    expect([readFileSync(victim, "utf8"), existsSync(join(folder, "not-there-yet"))]).toEqual(["mine", false]);
    for (const file of [html(), baseline(), join(out(), "connectors.tf")]) {
      expect(lstatSync(file).isSymbolicLink()).toBe(true);
      rmSync(file);
      symlinkSync(victim, `${file}.part`);
    }
    await audit();
    await exported("--force");
    expect(readFileSync(victim, "utf8")).toBe("mine");
    expect(lstatSync(html()).isFile()).toBe(true);
  });

  test("a pipe may still be written to", async () => {
    const { out: page } = await run(["audit", "--html", "/dev/stdout", "|", "cat"]);
    expect(page).toMatch(/<html/i);
  });
});

test("the key `__proto__` is refused at every depth: it would get lost in copies, with what it asks for", async () => {
  const server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(() => server.close());
  for (const [tool, args] of [
    ["safe_delete_connector", '{"ids":["ops-slack"],"__proto__":{"dry_run":true}}'],
    ["create_connector", '{"name":"P","type":".webhook","config":{"__proto__":{"url":"https://a.example.com"}}}'],
    ["list_connectors", '{"__proto__":1}'],
  ] as const) {
    const { body } = await server.call(tool, JSON.parse(args));
    expect([body.error.code, body.error.message]).toEqual(["invalid_arguments", expect.stringContaining("__proto__")]);
  }
  expect(server.questions).toEqual([]);
});

interface ToolAnswer {
  content: { text: string }[];
}

describe("what is nested too deep", () => {
  const nested = (levels: number, shape: "list" | "object" = "object") =>
    shape === "list" ? "[".repeat(levels) + "]".repeat(levels) : `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

  test.each([100, 5_000, 100_000])(
    "arguments, %i levels, are invalid arguments, over stdio",
    async (levels) => {
      const calls = [
        ["create_connector", `{"name":"N","type":".webhook","config":${nested(levels)}}`],
        ["create_connector", `{"name":"N","type":".webhook","secrets":${nested(levels)}}`],
        ["update_connector", `{"id":"a","config":${nested(levels, "list")}}`],
        ["execute_connector", `{"id":"a","params":${nested(levels)}}`],
        ["test_connector", `{"id":"a","fill":${nested(levels)}}`],
        ["attach_connector", `{"connector":"a","rules":["r"],"params":${nested(levels)}}`],
        ["list_connectors", `{"space":${nested(levels, "list")}}`],
        ["list_connectors", `{"unknown":${nested(levels)}}`],
      ] as const;
      const codes = (await bare(calls)).map(({ result }) => JSON.parse(result?.content[0]?.text ?? "{}").error?.code);
      expect(codes).toEqual(calls.map(() => "invalid_arguments"));
    },
    20_000,
  );

  test.each([70, 900, 50_000])("arguments, %i levels, are refused over HTTP", async (levels) => {
    const served = await startHttpProcess(["--http", "127.0.0.1:0"], {}, sandbox.url);
    const opened = await send(served.url, { body: initialize() });
    const headers = { "mcp-session-id": String(opened.headers["mcp-session-id"]) };
    const body = JSON.stringify(toolCall("execute_connector", { id: "a", params: "HERE" })).replace('"HERE"', nested(levels));
    const { status, json } = await send(served.url, { headers, raw: body });
    if (levels > 1000) expect([status, json.error.code]).toEqual([400, -32600]);
    else expect(JSON.parse(json.result.content[0].text).error.code).toBe("invalid_arguments");
    expect((await send(served.url, { headers, body: toolCall("list_connectors") })).status).toBe(200);
  });

  /** Answers of the built server: a client's own checks and printing would run out of stack, so the texts go over the wire as they are. */
  async function bare(calls: readonly (readonly [name: string, args: string])[]): Promise<{ id: number; result?: ToolAnswer }[]> {
    const child = spawn(process.execPath, [serverBuild], {
      env: cleanEnv(folder, { KIBANA_URL: sandbox.url }),
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill());
    const write = (line: string) => child.stdin.write(`${line}\n`);
    write(JSON.stringify(initialize()));
    write('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    for (const [at, [name, args]] of calls.entries())
      write(`{"jsonrpc":"2.0","id":${100 + at},"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`);
    const answers: { id: number; result?: ToolAnswer }[] = [];
    for await (const line of createInterface(child.stdout)) {
      const one = JSON.parse(line);
      if (one.id >= 100) answers.push(one);
      if (answers.length === calls.length) break;
    }
    return answers.sort((one, other) => one.id - other.id);
  }

  const answers: [string, (path: string) => string | undefined][] = [
    ["a list", (path) => (path.includes("/api/actions/connectors") ? nested(100_000, "list") : undefined)],
    ["a config", (path) => (/connector(s|\/x)$/.test(path) ? connector(`"config":${nested(50_000)}`, path.endsWith("s")) : undefined)],
    [
      "a name",
      (path) => (/connector(s|\/x)$/.test(path) ? connector(`"config":{},"name":${nested(50_000)}`, path.endsWith("s")) : undefined),
    ],
  ];
  const connector = (rest: string, list: boolean) => {
    const one = `{"id":"x","name":"X","connector_type_id":".webhook","is_preconfigured":false,"is_deprecated":false,"is_missing_secrets":false,"referenced_by_count":0,${rest}}`;
    return list ? `[${one}]` : one;
  };

  test.each(answers)("in an answer from Kibana (%s) is reported as Kibana's error", async (_what, answer) => {
    const server = createServer((request, response) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      const own = answer(path);
      response.setHeader("content-type", "application/json");
      if (own !== undefined) return void response.end(own);
      void fetch(sandbox.url + request.url).then(async (real) => response.writeHead(real.status).end(await real.text()));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const built = await startServer({ env: { KIBANA_URL: url }, person: yes });
    onTestFinished(() => built.close());
    for (const [tool, args] of [
      ["list_connectors", {}],
      ["export_connectors", {}],
      ["get_connector", { id: "x" }],
      ["update_connector", { id: "x", name: "Y" }],
      ["safe_delete_connector", { ids: ["x"] }],
    ] as const) {
      const { failed, body } = await built.call(tool, args);
      if (failed) expect([tool, body.error.code]).toEqual([tool, expect.stringMatching(/^(kibana_error|connector_not_found)$/)]);
    }
    expect((await built.call("list_connectors")).body.error.code).toBe("kibana_error");
  });

  test("in a text of a config (JSON within JSON) is hidden, not walked through", async () => {
    const server = await startServer({ env: { KIBANA_URL: sandbox.url }, person: yes });
    onTestFinished(() => server.close());
    const url = "https://example.com/hook";
    const args = {
      name: "Deep text",
      id: "deep-text",
      type: ".webhook",
      config: { url, method: "post", hasAuth: false, headers: { "X-Data": nested(20_000) } },
    };
    expect((await server.call("create_connector", args)).body.error?.code).not.toBe("internal");
    await fetch(`${sandbox.url}/api/actions/connector/deep-text-2`, {
      method: "POST",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ name: "Deep text", connector_type_id: ".webhook", config: args.config, secrets: {} }),
    });
    for (const tool of ["get_connector", "export_connectors", "list_connectors"]) {
      const { body } = await server.call(tool, tool === "get_connector" ? { id: "deep-text-2" } : {});
      expect([tool, body.error?.code]).toEqual([tool, undefined]);
    }
  });

  test("in a request to the sandbox is refused by it", async () => {
    const { status } = await fetch(`${sandbox.url}/api/actions/connector/deep`, {
      method: "POST",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: `{"name":"N","connector_type_id":".webhook","config":${nested(100_000)},"secrets":{}}`,
    });
    expect(status).toBe(400);
  });
});
