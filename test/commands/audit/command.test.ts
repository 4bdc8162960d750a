import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { severities } from "../../../src/audit/finding.ts";
import type { AuditDocument } from "../../../src/commands/audit/document.ts";
import { cleanEnv, main, startSandboxWith, startServer } from "../../support/built-server.ts";
import { runCommand } from "../../support/command.ts";
import { freshFolder } from "../../support/folder.ts";
import { recordingProxy } from "../../support/recording-proxy.ts";
import { rewritingProxy } from "../../support/rewriting-proxy.ts";

const auth = `
users:
  - { username: owner, password: pw, actions: all, rules: all }
api_keys:
  - { key: YWxsOmtleQ==, owner: owner, actions: read, rules: read }
  - { key: bm86cnVsZXM=, owner: owner, actions: read, rules: { default: read } }
  - { key: bm86bm90aGluZw==, owner: owner }
`;
const keys = { reads: "YWxsOmtleQ==", rulesOfDefault: "bm86cnVsZXM=", nothing: "bm86bm90aGluZw==", wrong: "d3Jvbmc6a2V5" };

let folder: string;
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kcm-audit-"));
  writeFileSync(join(folder, "auth.yml"), auth);
  sandbox = await startSandboxWith(["--auth", join(folder, "auth.yml")]);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const as = (key: keyof typeof keys, url = sandbox.url) => ({ KIBANA_URL: url, KIBANA_API_KEY: keys[key] });

/** The command; with `whileItRuns`, which gets its process, as people start it. */
async function run(args: string[], env: Record<string, string> = as("reads"), whileItRuns?: (pid: number) => Promise<void> | void) {
  if (!whileItRuns) return runCommand("audit", args, env);
  const child = spawn(process.execPath, [main, "audit", ...args], {
    env: cleanEnv(await freshFolder(), env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await whileItRuns(child.pid ?? 0);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

async function json(args: string[] = [], env?: Record<string, string>, whileItRuns?: (pid: number) => Promise<void> | void) {
  const { stdout, stderr, code } = await run(["--json", ...args], env, whileItRuns);
  return { ...(JSON.parse(stdout) as AuditDocument), stderr, code };
}

describe("the exit code", () => {
  test.each<[string, string[], number]>([
    ["findings, and nobody who asked for a failure", [], 0],
    ["a finding as severe as asked for", ["--fail-on", "critical"], 1],
    ["findings more severe than asked for", ["--fail-on", "medium"], 1],
    ["a check that finds nothing so severe", ["--fail-on", "high", "--checks", "deprecated"], 0],
    ["a space without such findings", ["--fail-on", "high", "--spaces", "team-payments"], 0],
    ["a word that is no severity", ["--fail-on", "huge"], 2],
    ["a check that does not exist", ["--checks", "faling"], 2],
    ["a space that does not exist", ["--spaces", "defalt"], 2],
    ["a level that hides what is asked for", ["--min-severity", "critical", "--fail-on", "low"], 2],
    ["a baseline to write, and none named", ["--write-baseline"], 2],
    ["a baseline that does not exist", ["--baseline", "/nowhere/baseline.json"], 2],
    ["a page in a folder that does not exist", ["--html", "/nowhere/page.html"], 2],
    ["a flag of another command", ["--confirm", "token"], 2],
  ])("of %s: %j → %i", async (_what, args, expected) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(expected);
    expect(stdout === "").toBe(expected === 2);
  });

  test("is 2 for a misspelt space, and names the right one", async () => {
    expect((await run(["--spaces", "defalt"])).stderr).toContain('Did you mean "default"?');
  });

  test("is 2 if nothing is configured, and says what to set", async () => {
    const { code, stderr } = await run([], {});
    expect(code).toBe(2);
    expect(stderr).toContain("KIBANA_URL");
  });

  test.each<[string, () => Record<string, string>, string]>([
    ["a key that Kibana refuses", () => as("wrong"), "unauthorized"],
    ["a Kibana that does not answer", () => as("reads", "http://127.0.0.1:1"), "kibana_unreachable"],
  ])("is 3 for %s, in JSON too", async (_what, env, error) => {
    const { code, ...document } = await json(["--fail-on", "critical"], env());
    expect(code).toBe(3);
    expect(document).toMatchObject({ format: 1, error: { code: error }, exit: { code: 3 } });
  });

  test("is 3 if something was not checked, with and without --fail-on", async () => {
    for (const args of [[], ["--fail-on", "critical", "--checks", "deprecated,dangling_reference", "--spaces", "team-payments"]]) {
      const document = await json(args, as("rulesOfDefault"));
      expect(document).toMatchObject({ code: 3, complete: false, exit: { code: 3, why: expect.stringContaining("not checked") } });
      expect(document.not_checked).toContainEqual(expect.objectContaining({ space: "team-payments" }));
    }
  });

  test("is 1 if something was not checked and something is bad", async () => {
    expect(await json(["--fail-on", "critical"], as("rulesOfDefault"))).toMatchObject({ code: 1, complete: false });
  });

  test("of a key that may read nothing is 3, never an all-clear", async () => {
    const { code, stdout } = await run([], as("nothing"));
    expect(code).toBe(3);
    expect(stdout).not.toContain("Everything was checked");
  });
});

describe("--json", () => {
  test("has these keys, whatever is found", async () => {
    const { code, stderr, ...document } = await json();
    expect(Object.keys(document)).toEqual([
      "format",
      "version",
      "deployment",
      "generated_at",
      "window",
      "complete",
      "exit",
      "summary",
      "counts",
      "checks",
      "min_severity",
      "spaces",
      "health",
      "not_checked",
      "cancelled",
      "findings",
    ]);
    expect(Object.keys(document.counts.severity)).toEqual([...severities]);
    expect(document.findings.length).toBeGreaterThan(3);
    for (const one of document.findings)
      expect(one).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{12,}$/),
        check: expect.any(String),
        severity: expect.any(String),
        confidence: expect.any(String),
        group: expect.any(String),
        space: expect.any(String),
        evidence: expect.any(String),
        why: expect.any(String),
        known: false,
      });
    expect(stderr).toBe("");
  });

  test("counts what it shows, and leaves out findings less severe than asked", async () => {
    const all = await json();
    const some = await json(["--min-severity", "high"]);
    expect(some.findings.length).toBeGreaterThan(0);
    expect(some.findings).toEqual(all.findings.filter((one) => one.severity === "critical" || one.severity === "high"));
    for (const document of [all, some]) {
      const { severity, known, new: fresh } = document.counts;
      expect(Object.values(severity).reduce((sum, one) => sum + one, 0)).toBe(document.findings.length);
      expect(known + fresh).toBe(document.findings.length);
      expect(Object.values(document.summary).reduce((sum, one) => sum + one, 0)).toBe(document.findings.length);
    }
  });

  test("looks only at the spaces and checks that are named, and as far back as asked", async () => {
    const document = await json(["--spaces", "security", "--checks", "dangling_reference,failing", "--days", "3"]);
    expect(document.spaces.map((one) => one.id)).toEqual(["security"]);
    expect(document.checks.sort()).toEqual(["dangling_reference", "failing"]);
    expect(document.window.days).toBe(3);
    expect(new Set(document.findings.map((one) => one.space))).toEqual(new Set(["security"]));
  });

  test("is the same twice, except for the time", async () => {
    const [one, other] = await Promise.all([json(["--sandbox"], {}), json(["--sandbox"], {})]);
    expect(other.findings.map((finding) => finding.id)).toEqual(one.findings.map((finding) => finding.id));
  });
});

describe("one audit in three forms", () => {
  test.each([[[]], [["--min-severity", "medium"]]])(
    "table, page and tool answer count alike and in the same words: %j",
    async (flags: string[]) => {
      const page = join(folder, `told-${flags.length}.html`);
      const [shown, json] = [await run([...flags, "--html", page]), await run([...flags, "--json"])];
      const { summary, counts }: AuditDocument = JSON.parse(json.stdout);
      const server = await startServer({ env: as("reads") });
      onTestFinished(server.close);
      const args = flags.length > 0 ? { min_severity: "medium" } : {};
      const { body } = await server.call("audit_connectors", args);
      expect(shown.stdout).toContain(`Broken now: ${summary.broken_now}   Will break: ${summary.will_break}   Untidy: ${summary.untidy}`);
      expect(body.summary).toMatch(
        new RegExp(`^${summary.broken_now} broken now, ${summary.will_break} will break, ${summary.untidy} untidy`),
      );
      const { by_check: _, ...severity } = body.counts;
      expect({ critical: 0, high: 0, medium: 0, low: 0, info: 0, ...severity }).toEqual(counts.severity);
      for (const words of ["Broken now", "Will break", "Untidy"]) expect(readFileSync(page, "utf8")).toContain(words);
    },
  );

  test("a connector that no rule uses is not counted as broken now", async () => {
    const { findings }: AuditDocument = JSON.parse((await run(["--json"])).stdout);
    const unused = findings.filter(({ evidence }) => /no rule uses it/.test(evidence));
    expect(unused.map(({ check }) => check)).toContain("missing_secrets");
    expect(unused.filter(({ group }) => group === "broken_now")).toEqual([]);
  });

  test("a person is told what to do in Kibana, an agent which call to make", async () => {
    const { stdout } = await run([]);
    expect(stdout).toContain("choose Fix beside it and enter its secrets");
    for (const tool of ["update_connector", "replace_connector", "safe_delete_connector"]) expect(stdout).not.toContain(tool);
    const server = await startServer({ env: as("reads") });
    onTestFinished(server.close);
    const { body } = await server.call("audit_connectors", { checks: ["missing_secrets"], detail: true });
    expect(body.findings[0]).not.toHaveProperty("fix");
    expect(body.findings[0].next).toMatchObject({ tool: "update_connector" });
  });
});

describe("the baseline", () => {
  test("holds what is found; the next run is fine with it, and marks it as known", async () => {
    const file = join(await freshFolder(), "baseline.json");
    const first = await run(["--baseline", file, "--write-baseline"]);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/now knows \d+ findings/);
    const second = await json(["--baseline", file, "--fail-on", "info"]);
    expect(second).toMatchObject({ code: 0, counts: { new: 0, known: second.findings.length }, baseline: { stale: [], unseen: 0 } });
    expect(second.findings.every((one) => one.known)).toBe(true);
  });

  test("lists its entries that are no longer found, and forgets them when it is written again", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    const content = JSON.parse(readFileSync(file, "utf8"));
    const gone = { check: "deprecated", severity: "low", space: "default", connector: "long-gone" };
    writeFileSync(file, JSON.stringify({ ...content, findings: { ...content.findings, "0123456789abcdef": gone } }));
    const { baseline } = await json(["--baseline", file]);
    expect(baseline?.stale).toEqual([{ id: "0123456789abcdef", ...gone }]);
    const shown = await run(["--baseline", file]);
    expect(shown.stdout).toContain("1 entry of it is stale");
    expect(shown.stdout).toContain("long-gone");
    await run(["--baseline", file, "--write-baseline"]);
    expect(readFileSync(file, "utf8")).not.toContain("long-gone");
  });

  test("keeps what a run with fewer checks, spaces or privileges could not see", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    const whole = JSON.parse(readFileSync(file, "utf8")).findings;
    const narrow: [string[], Record<string, string>][] = [
      [["--checks", "failing"], as("reads")],
      [["--spaces", "default"], as("reads")],
      [["--min-severity", "critical"], as("reads")],
      [[], as("rulesOfDefault")],
    ];
    for (const [args, env] of narrow) {
      const { baseline } = await json([...args, "--baseline", file], env);
      expect([args, baseline?.stale, (baseline?.unseen ?? 0) > 0]).toEqual([args, [], true]);
      await run([...args, "--baseline", file, "--write-baseline"], env);
      expect(JSON.parse(readFileSync(file, "utf8")).findings).toEqual(whole);
    }
  });

  describe("of spaces that this run does not see", () => {
    /** Kibana for a key that sees only some of its spaces any more. */
    const seeing = async (url: string, spaces: readonly string[]) => {
      const { url: less } = await rewritingProxy(url, {
        answer({ path }, body) {
          if (path === "/api/spaces/space") body.splice(0, body.length, ...body.filter(({ id }: { id: string }) => spaces.includes(id)));
        },
        refuse({ path }) {
          const [, id] = /^\/api\/spaces\/space\/(.+)$/.exec(path) ?? [];
          const message = `Unauthorized to get ${id} space`;
          if (id === undefined || spaces.includes(id)) return undefined;
          return { status: 403, body: JSON.stringify({ statusCode: 403, error: "Forbidden", message }) };
        },
      });
      return { KIBANA_URL: less, KIBANA_API_KEY: keys.reads };
    };
    const baseline = async () => {
      const file = join(await freshFolder(), "baseline.json");
      await run(["--baseline", file, "--write-baseline"]);
      return { file, before: JSON.parse(readFileSync(file, "utf8")) };
    };
    /** The same Kibana is asked through a proxy from now on. */
    const through = (file: string, env: { KIBANA_URL: string }) =>
      writeFileSync(file, readFileSync(file, "utf8").replace(sandbox.url, env.KIBANA_URL));

    test("is no all-clear, and keeps them", async () => {
      const { file, before } = await baseline();
      const env = await seeing(sandbox.url, ["default"]);
      through(file, env);
      const less = await json(["--baseline", file], env);
      expect(less).toMatchObject({ code: 3, complete: false, baseline: { stale: [], other_spaces: { gone: [] } } });
      const lost = before.spaces.filter((id: string) => id !== "default");
      expect(less.not_checked.map(({ space, why }) => [space, why])).toEqual(
        lost.map((id: string) => [id, "The baseline is of this space too, and this key does not see it."]),
      );
      expect((await run(["--baseline", file, "--write-baseline"], env)).code).toBe(3);
      const { spaces, findings } = JSON.parse(readFileSync(file, "utf8"));
      expect([spaces, findings]).toEqual([before.spaces, before.findings]);
    });

    test("is none either where nothing was found there, nor in one of an older version that names no spaces", async () => {
      const { file, before } = await baseline();
      const env = await seeing(sandbox.url, ["default"]);
      through(file, env);
      before.deployment = env.KIBANA_URL;
      const of = (space: string) => Object.entries(before.findings).filter(([, one]) => (one as { space: string }).space === space);
      writeFileSync(file, JSON.stringify({ ...before, findings: Object.fromEntries(of("default")) }));
      expect((await json(["--baseline", file], env)).code).toBe(3);
      const { spaces: _none, ...older } = before;
      writeFileSync(file, JSON.stringify(older));
      expect((await json(["--baseline", file], env)).code).toBe(3);
    });

    test("is one where the run names the others, and what concerns all spaces is not called gone", async () => {
      const { file, before } = await baseline();
      const everywhere = { check: "duplicate_target", severity: "low", space: "*", connector: "x" };
      writeFileSync(file, JSON.stringify({ ...before, findings: { ...before.findings, "0123456789abcdef": everywhere } }));
      const env = await seeing(sandbox.url, ["default"]);
      through(file, env);
      expect(await json(["--baseline", file, "--spaces", "default"], env)).toMatchObject({
        code: 0,
        complete: true,
        baseline: { stale: [] },
      });
    });

    test("is one where a space is gone, whose entries are stale", async () => {
      const own = await startSandboxWith([]);
      onTestFinished(() => own.stop());
      const env = { KIBANA_URL: own.url };
      const file = join(await freshFolder(), "baseline.json");
      await run(["--baseline", file, "--write-baseline"], env);
      await fetch(`${own.url}/api/spaces/space/security`, { method: "DELETE", headers: { "kbn-xsrf": "x" } });
      const { code, complete, baseline: told } = await json(["--baseline", file], env);
      expect([code, complete, told?.other_spaces]).toEqual([0, true, { gone: ["security"], left_out: [] }]);
      expect(told?.stale.some(({ space }) => space === "security")).toBe(true);
      await run(["--baseline", file, "--write-baseline"], env);
      expect(readFileSync(file, "utf8")).not.toContain("security");
    });
  });

  test("does not cover a finding that got worse", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll('"severity":"critical"', '"severity":"medium"'));
    const { code, counts, exit } = await json(["--baseline", file, "--fail-on", "critical"]);
    expect([code, counts.new]).toEqual([1, counts.severity.critical]);
    expect(exit.why).toContain("critical");
  });

  test("of another Kibana is no all-clear, and the report says so", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    const said = `he baseline was written for ${sandbox.url}, and this is SANDBOX`;
    const { stderr, code, complete, exit, not_checked, baseline } = await json(["--baseline", file, "--sandbox"], {});
    expect(stderr).toContain(`t${said}`);
    expect([code, complete, exit.code, baseline?.stale]).toEqual([3, false, 3, []]);
    expect(not_checked).toEqual([
      expect.objectContaining({ space: "*", why: expect.stringContaining(`T${said}`), fix: expect.stringContaining("--write-baseline") }),
    ]);
    const table = await run(["--baseline", file, "--sandbox", "--html", `${file}.html`], {});
    expect([table.code, table.stdout]).toEqual([3, expect.stringContaining(`T${said}`)]);
    expect(readFileSync(`${file}.html`, "utf8")).toContain(`T${said}`);
    // A finding as severe as asked for comes first, as ever.
    writeFileSync(file, readFileSync(file, "utf8").replaceAll('"severity":"critical"', '"severity":"medium"'));
    expect((await json(["--baseline", file, "--sandbox", "--fail-on", "critical"], {})).code).toBe(1);
  });

  test("of another Kibana keeps nothing where it is written for this one", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/"findings": \{/, '$&"0123456789ab": {"check":"failing","severity":"high","space":"elsewhere"},'),
    );
    const { code, stderr } = await run(["--baseline", file, "--write-baseline", "--sandbox"], {});
    expect([code, stderr]).toEqual([0, expect.stringContaining("the baseline was written for")]);
    expect(readFileSync(file, "utf8")).not.toContain("elsewhere");
    expect((await json(["--baseline", file, "--sandbox"], {})).code).toBe(0);
  });

  test("of the same Kibana under another label is the same", async () => {
    const file = join(await freshFolder(), "baseline.json");
    await run(["--baseline", file, "--write-baseline"]);
    const { code, stderr, complete } = await json(["--baseline", file], { ...as("reads"), KIBANA_LABEL: "PROD" });
    expect([code, complete, stderr]).toEqual([0, true, expect.not.stringContaining("written for")]);
    await run(["--baseline", file, "--write-baseline"], { ...as("reads"), KIBANA_LABEL: "PROD" });
    expect((await json(["--baseline", file])).code).toBe(0);
  });

  test.each([
    ["no JSON", "oops", "is not JSON"],
    ["another JSON", '{"findings": []}', "is not a baseline of this program"],
    ["one of a later format", '{"format": 2, "deployment": "x", "written_at": "x", "findings": {}}', "format"],
  ])("that is %s ends the command before it asks Kibana", async (_what, content, said) => {
    const file = join(await freshFolder(), "baseline.json");
    writeFileSync(file, content);
    const proxy = await recordingProxy(sandbox.url);
    const { code, stderr } = await run(["--baseline", file], as("reads", proxy.url));
    expect([code, proxy.calls]).toEqual([2, []]);
    expect(stderr).toContain(said);
  });
});

describe("Ctrl-C", () => {
  test("ends the requests; what was found is reported, with what was not checked, and the code is 3", async () => {
    let stuck: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    const proxy = await recordingProxy(sandbox.url, ({ path }) => {
      if (!path.startsWith("/s/security/")) return;
      stuck();
      return new Promise(() => {});
    });
    const { code, stderr, ...document } = await json([], as("reads", proxy.url), async (pid) => {
      await reached;
      process.kill(pid, "SIGINT");
    });
    expect(code).toBe(3);
    expect(document).toMatchObject({ cancelled: true, complete: false, exit: { code: 3 } });
    expect(document.not_checked).toContainEqual(expect.objectContaining({ space: "security" }));
    expect(stderr).toContain("Stopping");
  });

  test("before anything was read is 3 as well", async () => {
    let stuck: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    const proxy = await recordingProxy(sandbox.url, () => {
      stuck();
      return new Promise(() => {});
    });
    const { code } = await run(["--fail-on", "low"], as("reads", proxy.url), async (pid) => {
      await reached;
      process.kill(pid, "SIGINT");
    });
    expect(code).toBe(3);
  });
});

describe("what it writes", () => {
  test("goes to stdout and to the files that are named, and no byte to Kibana", async () => {
    const page = join(await freshFolder(), "page.html");
    const proxy = await recordingProxy(sandbox.url);
    const { code, stdout, stderr } = await run(["--html", page], as("reads", proxy.url));
    expect(code).toBe(0);
    expect(stdout).toContain("Lateral movement");
    expect(stdout).not.toContain("\u001b");
    expect(stderr).toContain(`the page is in ${page}.`);
    expect(readFileSync(page, "utf8")).toContain("Lateral movement");
    expect(proxy.writes()).toEqual([]);
  });

  test("survives a reader that stops reading", async () => {
    const child = spawn("sh", ["-c", `"${process.execPath}" "${main}" audit --sandbox --fail-on critical; echo "code $?" >&2`], {
      env: cleanEnv(await freshFolder()),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    expect(await text(child.stderr)).toBe("code 1\n");
  });

  test("contains neither the server's key nor a secret that it knows", async () => {
    const { stdout } = await run(["--json"], { ...as("reads"), CONNECTOR_SECRET_X: "soc-pagerduty" });
    expect(stdout).toContain("Lateral movement");
    expect(stdout).not.toContain("soc-pagerduty");
    expect(stdout).not.toContain(keys.reads);
  });

  test.skipIf(process.getuid?.() === 0)("cannot be a page that may not be written: it says so before Kibana is asked", async () => {
    const page = join(await freshFolder(), "page.html");
    writeFileSync(page, "", { mode: 0o400 });
    chmodSync(page, 0o400);
    expect(await run(["--html", page])).toMatchObject({ code: 2, stderr: expect.stringContaining("EACCES") });
  });
});

test("help names every flag, every check and every exit code", async () => {
  const { code, stdout } = await run(["--help"], {});
  expect(code).toBe(0);
  for (const part of [
    "--json",
    "--html FILE",
    "--baseline FILE",
    "--write-baseline",
    "--fail-on LEVEL",
    "--checks NAMES",
    "--min-severity LEVEL",
    "--spaces IDS",
    "--sandbox",
    "--days N",
    "dangling_reference",
    "[KIBANA_API_KEY]",
    "  3  ",
  ])
    expect(stdout).toContain(part);
  expect(stdout).not.toContain("--confirm");
});
