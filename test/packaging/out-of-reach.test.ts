import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cleanEnv, startSandboxWith } from "../support/built-server.ts";
import { openClient } from "../support/http.ts";

// The recipe of docs/out-of-reach.md for Linux, run in a folder of its own; what systemd does is done by hand, from its unit.
const key = Buffer.from("VuaCfGcBCdbkQm:ui2lp2axTNmsyakw9tvNnw").toString("base64");
const user = `kcm-test-${process.pid}`;
/** Another user of the machine. */
const nobody = { uid: 65_534, gid: 65_534 };

const linux = process.platform === "linux" && process.getuid?.() === 0;
const reach = linux && spawnSync(process.execPath, ["--version"], nobody).status === 0;

/** A program of that user, and all that it prints. */
function as(ids: typeof nobody, command: string): string {
  const { stdout, stderr } = spawnSync("sh", ["-c", command], { ...ids, encoding: "utf8", timeout: 10_000, cwd: "/" });
  return stdout + stderr;
}

/** The first line of the server's stderr that says where it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
      const [, url] = /serves (http:\S+)/.exec(text) ?? [];
      if (url !== undefined) found(url);
    });
    child.on("exit", () => failed(new Error(text)));
  });
}

describe.skipIf(!reach)("the recipe (as root, on Linux, with a node that other users may run)", () => {
  let folder: string;
  let installed: string;
  let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
  let server: ChildProcess;
  let url: string;
  let token: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kcm-out-of-reach-"));
    installed = join(folder, "opt/kibana-connectors-mcp/lib/node_modules/kibana-connectors-mcp/dist/main.js");
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "auth.json"), JSON.stringify({ api_keys: [{ key, owner: "ops", actions: "all", rules: "all" }] }));
    sandbox = await startSandboxWith(["--auth", join(folder, "auth.json")]);
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { stdio: "ignore" });
    const here = (text: string) => text.replace(/(?<![\w.])\/(opt|etc|var\/lib)\//g, `${folder}/$1/`);
    mkdirSync(join(folder, "etc/systemd/system"), { recursive: true });
    mkdirSync(join(folder, "var/lib"), { recursive: true });

    const [, steps = ""] = /## Linux, systemd[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync("docs/out-of-reach.md", "utf8")) ?? [];
    const commands = here(steps)
      .replace("https://kibana.example.com", sandbox.url)
      .replace(/(useradd .*)kibana-connectors-mcp$/m, `$1${user}`)
      .replace(/^systemctl .*$/gm, "");
    expect(commands).toContain(`useradd --system --home-dir ${folder}/var/lib/kibana-connectors-mcp --shell /usr/sbin/nologin ${user}`);
    execFileSync("bash", ["-euo", "pipefail", "-c", commands], { cwd: folder, input: `${key}\n`, stdio: ["pipe", "ignore", "pipe"] });

    const [uid = 0, gid = 0] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, user], { encoding: "utf8" })));
    const owned = (path: string, mode: number) => {
      chownSync(path, uid, gid);
      chmodSync(path, mode);
    };
    const unit = here(readFileSync(join(folder, "etc/systemd/system/kibana-connectors-mcp.service"), "utf8"));
    const values = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);
    const credentials = join(folder, "credentials");
    mkdirSync(credentials);
    for (const one of values("LoadCredential")) {
      const [name = "", from = ""] = one.split(":");
      copyFileSync(from, join(credentials, name));
      owned(join(credentials, name), 0o400);
    }
    owned(credentials, 0o500);
    const state = join(folder, "var/lib", values("StateDirectory")[0] ?? "");
    mkdirSync(state);
    owned(state, 0o700);
    const settings = readFileSync(values("EnvironmentFile")[0] ?? "", "utf8")
      .trim()
      .split("\n");
    const lines = [...settings, ...values("Environment")].map((line) =>
      line.replace("%d", credentials).replace("%S", join(folder, "var/lib")).replace("127.0.0.1:3000", "127.0.0.1:0"),
    );
    const [program = "", ...args] = values("ExecStart")[0]?.split(" ") ?? [];
    const env = {
      PATH: `${resolve(process.execPath, "..")}:/usr/bin:/bin`,
      ...Object.fromEntries(lines.map((line) => line.split(/=(.*)/s))),
    };
    server = spawn(program, args, { uid, gid, env, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
    url = await listening(server);
    token = JSON.parse(readFileSync(join(credentials, "tokens.json"), "utf8")).principals[0].token;
  }, 120_000);
  afterAll(async () => {
    // A user whose program still runs is not removed.
    if (server?.kill()) await new Promise((ended) => server.once("exit", ended));
    await sandbox?.stop();
    spawnSync("userdel", [user]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("a program of another user gets neither key, tokens, journal nor memory", async () => {
    const { call } = await openClient(url, token);
    await call("create_connector", { name: "Log", type: "server-log" });
    const journal = as({ uid: 0, gid: 0 }, `cat ${folder}/var/lib/kibana-connectors-mcp/journal/*`);
    expect(journal).toContain("server-log");

    const of = `/proc/${server.pid}`;
    for (const path of [
      `${folder}/etc/kibana-connectors-mcp/api-key`,
      `${folder}/etc/kibana-connectors-mcp/tokens.json`,
      `${folder}/credentials/api-key`,
      `${folder}/var/lib/kibana-connectors-mcp/journal/*`,
      ...["environ", "maps", "mem", "root/etc/passwd", "cwd/etc/passwd", "fd/1"].map((name) => `${of}/${name}`),
    ]) {
      const got = as(nobody, `head -c 1000000 ${path}`);
      expect(got, path).toMatch(/Permission denied|cannot open|not readable/);
      expect(got, path).not.toMatch(new RegExp(`${key}|${token}|server-log`));
    }
    expect(as(nobody, `cat ${of}/cmdline`)).not.toMatch(new RegExp(`${key}|${token}`));
    expect(as(nobody, `kill -9 ${server.pid}`)).toMatch(/not permitted/);
    expect(as(nobody, `echo x >> ${installed}`)).toMatch(/Permission denied|cannot create/);
  });

  test("the client's token neither shows nor calls what deletes or runs", async () => {
    const { client, call } = await openClient(url, token);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain("update_connector");
    for (const name of ["safe_delete_connector", "execute_connector", "undo_change"]) {
      expect(names).not.toContain(name);
      const { text } = await call(name, { ids: ["ops-slack"] });
      expect(text).toMatch(/not available: this server runs with access/);
    }
  });

  test("nobody without the token is answered", async () => {
    const { status } = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    expect(status).toBe(401);
  });

  test("a program of the same user reads the key in the environment", async () => {
    const env = { ...cleanEnv("/tmp"), KIBANA_URL: sandbox.url, KIBANA_API_KEY: key, CONNECTORS_HTTP: "127.0.0.1:0" };
    const exposed = spawn(process.execPath, [installed, "serve"], { ...nobody, env, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(() => void exposed.kill());
    await listening(exposed);
    expect(as(nobody, `cat /proc/${exposed.pid}/environ`)).toContain(key);
  });

  test("doctor tells a client of another user from one of its own", async () => {
    // A shell of one user cannot start a program of another: root stands in between, and is what doctor sees.
    const env = { ...cleanEnv("/tmp"), KIBANA_URL: "http://127.0.0.1:1", KIBANA_API_KEY: key };
    const { stdout } = spawnSync(process.execPath, [installed, "doctor", "--json"], { ...nobody, env, encoding: "utf8", cwd: "/" });
    const found = JSON.parse(stdout).checks.find(({ check }: { check: string }) => check === "key");
    expect(found).toMatchObject({
      result: "not_checked",
      message: expect.stringMatching(/runs as uid 65534 and was started by uid 0, root/),
    });
  });
});
