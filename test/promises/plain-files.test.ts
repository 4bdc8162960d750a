import { execFile, execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cleanEnv, serverBuild, startSandboxWith } from "../support/built-server.ts";

let sandbox: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kcm-plain-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Milliseconds after which a command counts as one that waits for ever. */
const ever = 20_000;

/** A command of the built program. `code`: -1 where it did not end. */
function run(
  args: readonly string[],
  env: Record<string, string> = {},
  shell?: string,
): Promise<{ code: number; out: string; err: string }> {
  const own = cleanEnv(folder, { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", ...env });
  const [program, words] = shell === undefined ? [process.execPath, [serverBuild, ...args]] : ["bash", ["-c", shell]];
  return new Promise((done) =>
    execFile(program, words, { env: own, timeout: ever, killSignal: "SIGKILL" }, (error, out, err) =>
      done({ code: error?.killed ? -1 : Number(error?.code ?? 0), out, err }),
    ),
  );
}

/** The paths of a pipe that nobody writes to or reads, and of a device without an end. */
const others: Record<string, () => string> = {
  "a pipe": () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", ["-m", "600", path]);
    return path;
  },
  "a device": () => "/dev/zero",
};

describe.runIf(process.platform !== "win32")("in place of a file", () => {
  const reading: [string, (path: string) => { args: string[]; env?: Record<string, string> }, RegExp][] = [
    ["a baseline", (path) => ({ args: ["audit", "--baseline", path] }), /--baseline: .* cannot be read \(not a plain file\)/],
    [
      "an API key",
      (path) => ({ args: ["audit"], env: { KIBANA_API_KEY: "", KIBANA_API_KEY_FILE: path } }),
      /KIBANA_API_KEY_FILE: .*name one/,
    ],
    [
      "an API key, by doctor",
      (path) => ({ args: ["doctor"], env: { KIBANA_API_KEY: "", KIBANA_API_KEY_FILE: path } }),
      /KIBANA_API_KEY_FILE: .*name one/,
    ],
    [
      "an API key, by the server",
      (path) => ({ args: [], env: { KIBANA_API_KEY: "", KIBANA_API_KEY_FILE: path } }),
      /KIBANA_API_KEY_FILE: .*name one/,
    ],
    [
      "certificates",
      (path) => ({ args: ["export", "--out", join(folder, "out")], env: { KIBANA_CA_FILE: path } }),
      /KIBANA_CA_FILE: .*name one/,
    ],
    ["tokens", (path) => ({ args: ["serve", "--http", "127.0.0.1:0", "--auth-token-file", path] }), /AUTH_TOKEN_FILE: .*name one/],
    [
      "the sandbox's kibana.yml",
      (path) => ({ args: ["sandbox", "--port", "0", "--kibana-yml", path] }),
      /--kibana-yml: .* \(not a plain file\)/,
    ],
  ];
  test.each(reading.flatMap(([what, how, says]) => Object.keys(others).map((other) => [what, other, how, says] as const)))(
    "of %s, %s is not waited for: it ends with what to do",
    async (_what, other, how, says) => {
      const { args, env } = how(others[other]?.() ?? "");
      const { code, err } = await run(args, env);
      expect([code, err.replaceAll("\n", " ")]).toEqual([2, expect.stringMatching(says)]);
    },
  );

  test.each(["--html", "--map"])("a pipe that nobody reads is not written to by %s, and nothing is audited", async (flag) => {
    const { code, err } = await run(["audit", flag, others["a pipe"]?.() ?? ""]);
    expect([code, err]).toEqual([2, expect.stringMatching(/pipe is a pipe: name a file\. Correct the file/)]);
  });

  test("nor by export --force", async () => {
    mkdirSync(join(folder, "out"));
    execFileSync("mkfifo", [join(folder, "out/connectors.tf")]);
    const { code, err } = await run(["export", "--out", join(folder, "out"), "--force"]);
    expect([code, err]).toEqual([1, expect.stringMatching(/connectors\.tf is a pipe: name a file/)]);
  });

  test.runIf(existsSync("/dev/full"))("a file that cannot be written is named, and that the audit was done is not denied", async () => {
    const { code, err, out } = await run(["audit", "--json", "--html", "/dev/full"]);
    expect(JSON.parse(out).exit).toEqual({ code: 3, why: "Its result could not be written." });
    expect([code, err]).toEqual([
      3,
      expect.stringMatching(/\/dev\/full cannot be written \(ENOSPC\)\. Make room there, or name another file\./),
    ]);
  });

  test("a pipe that the shell made for it is written to, and links to plain files are read", async () => {
    const page = join(folder, "page.html");
    const { code } = await run(
      [],
      {},
      `'${process.execPath}' '${serverBuild}' audit --html >(cat > '${page}') > /dev/null; code=$?; sleep 1; exit $code`,
    );
    expect([code, readFileSync(page, "utf8")]).toEqual([0, expect.stringMatching(/<html/i)]);
    writeFileSync(join(folder, "key"), "a2V5", { mode: 0o600 });
    chmodSync(join(folder, "key"), 0o600);
    execFileSync("ln", ["-s", join(folder, "key"), join(folder, "link")]);
    const linked = await run(["audit", "--checks", "failing"], { KIBANA_API_KEY: "", KIBANA_API_KEY_FILE: join(folder, "link") });
    expect(linked.code).toBe(0);
  });
});

test.each([
  ["--html", "--map"],
  ["--html", "--baseline"],
  ["--map", "--baseline"],
])("%s and %s may not be one file, however it is written", async (one, other) => {
  const file = join(folder, "same");
  for (const more of [[], ["--write-baseline"]]) {
    const again = join(folder, ".", "x", "..", "same");
    const { code, err } = await run(["audit", one, file, other, again, ...(other === "--baseline" ? more : [])]);
    expect([code, err]).toEqual([2, expect.stringContaining(`${one} and ${other} name the same file`)]);
    expect(existsSync(file)).toBe(false);
  }
});

test.each(["audit", "doctor"])("a faulty setting is told by %s --json as JSON too", async (command) => {
  const { code, out, err } = await run([command, "--json", "--timeout", "x"]);
  expect([code, err]).toEqual([2, expect.stringContaining("--timeout")]);
  expect(JSON.stringify(JSON.parse(out))).toContain("--timeout");
  const report = JSON.parse(out);
  if (command === "audit") expect(report).toMatchObject({ error: { code: "invalid_arguments" }, exit: { code: 2 } });
  else expect(report).toMatchObject({ ok: false, checks: [{ check: "settings", result: "failed" }] });
  expect((await run([command, "--timeout", "x"])).out).toBe("");
});
