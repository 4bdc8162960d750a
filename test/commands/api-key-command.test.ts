import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { withApiKey } from "../../src/commands/api-key-command.ts";
import { commandWords } from "../../src/commands/command-words.ts";
import { createRedactor } from "../../src/secrets/redact.ts";
import { readSettings } from "../../src/settings/index.ts";
import { startSandboxWith, startServer } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";

const id = "VuaCfGcBCdbkQm";
const secret = "ui2lp2axTNmsyakw9tvNnw";
const encoded = Buffer.from(`${id}:${secret}`).toString("base64");

let folder: string;
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kcm-key-command-"));
  const auth = `users: [{ username: owner, password: pw, actions: all, rules: all }]\napi_keys: [{ key: ${encoded}, owner: owner, actions: all, rules: all }]\n`;
  writeFileSync(join(folder, "auth.yml"), auth);
  writeFileSync(join(folder, "key"), `${encoded}\n`);
  sandbox = await startSandboxWith(["--auth", join(folder, "auth.yml")]);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

/** A program for the setting: Node, with this script. */
const script = (code: string) => JSON.stringify([process.execPath, "-e", code]);
const print = (text: string) => script(`process.stdout.write(${JSON.stringify(text)})`);
const env = (command: string) => ({ KIBANA_URL: sandbox.url, KIBANA_API_KEY_COMMAND: command });

/** What a tool answers when no key can be had, and all that the server wrote. */
async function failing(command: string) {
  const { call, close, stderr } = await startServer({ env: env(command) });
  onTestFinished(close);
  const { body } = await call("list_connectors");
  return { body, all: JSON.stringify(body) + stderr() };
}

describe("the words of a command", () => {
  test.each<[string, string[]]>([
    ["pass show kibana/key", ["pass", "show", "kibana/key"]],
    ["  op   read\top://vault/kibana/key ", ["op", "read", "op://vault/kibana/key"]],
    [`security find-generic-password -w -s "my kibana"`, ["security", "find-generic-password", "-w", "-s", "my kibana"]],
    [`sh -c 'pass show x | head -n 1'`, ["sh", "-c", "pass show x | head -n 1"]],
    [`a --b="c d"'e' ""`, ["a", "--b=c de", ""]],
    [String.raw`"C:\Program Files\key.exe" C:\x`, [String.raw`C:\Program Files\key.exe`, String.raw`C:\x`]],
    [`["pass", "a 'b'", "$HOME"]`, ["pass", "a 'b'", "$HOME"]],
  ])("%s", (text, words) => {
    expect(commandWords(text)).toEqual({ words });
  });

  test.each([
    ["pass show x | head -n 1", /only a shell reads/],
    ["echo $KEY", /only a shell reads/],
    ["cat <key", /only a shell reads/],
    ["pass 'show", /a quote that does not end/],
    [`["pass", 1]`, /not a JSON array/],
    [`["pass"`, /not a JSON array/],
    ["[]", /names no program/],
    [`["", "x"]`, /names no program/],
    [`["a", "\\u0000"]`, /no program can be given/],
  ])("%s is refused, and not repeated", (text, problem) => {
    const read = commandWords(text);
    expect(read).toEqual({ problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toContain(text);
  });
});

describe("the key that a command prints", () => {
  test.each([
    ["with a line end", `${encoded}\n`],
    ["with one of Windows", `${encoded}\r\n`],
    ["as id:key", `${id}:${secret}`],
    ["as Elasticsearch's whole answer", JSON.stringify({ id, api_key: secret, encoded }, null, 2)],
  ])("%s is the one that Kibana is asked with", async (_form, printed) => {
    const { call, close } = await startServer({ env: env(print(printed)) });
    onTestFinished(close);
    expect((await call("list_connectors")).body).toHaveProperty("connectors");
  });

  test("is taken out of answers like one from a variable, encoded or not", async () => {
    const { call, close } = await startServer({ env: env(print(encoded)) });
    onTestFinished(close);
    await call("list_connectors");
    for (const text of [encoded, `${id}:${secret}`, secret, Buffer.from(encoded).toString("base64")]) {
      const { body } = await call("get_connector", { ids: [text] });
      expect(JSON.stringify(body)).not.toContain(text);
    }
  });

  test("is asked for once, by the first call that needs it and not before, however many come at once", async () => {
    const count = join(folder, "count");
    const counting = script(`fs.appendFileSync(${JSON.stringify(count)}, "x"); console.log(${JSON.stringify(encoded)})`);
    const { call, client, close } = await startServer({ env: env(counting) });
    onTestFinished(close);
    await client.listTools();
    expect(() => readFileSync(count)).toThrow("ENOENT");
    await Promise.all([call("list_connectors"), call("list_connectors"), call("describe_deployment")]);
    await call("list_connectors");
    expect(readFileSync(count, "utf8")).toBe("x");
  });

  test("may come at a later call: a locked keychain is asked again", async () => {
    const open = join(folder, "open");
    const locked = script(`fs.existsSync(${JSON.stringify(open)}) ? console.log(${JSON.stringify(encoded)}) : process.exit(3)`);
    const { call, close } = await startServer({ env: env(locked) });
    onTestFinished(close);
    expect((await call("list_connectors")).body).toMatchObject({ error: { code: "not_configured" } });
    writeFileSync(open, "");
    expect((await call("list_connectors")).body).toHaveProperty("connectors");
  });

  test("serves doctor, audit and export, which never show it", async () => {
    const command = env(print(encoded));
    const runs = [
      await runCommand("doctor", ["--json"], command),
      await runCommand("audit", ["--json", "--api-key-command", print(encoded)], { KIBANA_URL: sandbox.url }),
      await runCommand("export", ["--out", join(folder, "out")], command),
    ];
    for (const { code, stdout, stderr } of runs) {
      expect(code, stderr).toBe(0);
      expect(stdout + stderr).not.toMatch(new RegExp(`${encoded}|${secret}`));
    }
  });
});

describe("a command that gives no key", () => {
  const before = `process.stdout.write("${encoded}"); process.stderr.write("first\\n+ echo ${encoded} ${secret}\\n");`;
  test.each([
    ["is not there", JSON.stringify(["/nowhere/hunter2-canary"]), "names a program that cannot be found."],
    [
      "needs a shell",
      "pass show x | head",
      "has a sign that only a shell reads, and no shell runs it: put it in quotes, or write sh -c '…'.",
    ],
    ["is a folder", JSON.stringify(["/"]), "names something that cannot be run (EACCES)."],
    ["fails", script("console.error('not signed in'); process.exit(4)"), "failed with exit code 4. It says: not signed in"],
    ["is killed", script("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)"), "was ended by SIGTERM."],
    ["prints nothing", script("console.error('hm')"), "prints nothing."],
    ["prints only white space", print(" \n\n"), "prints nothing."],
    ["prints several lines", print(`${encoded}\nuser: me\n`), "prints several lines; the key has to be the only one."],
    ["prints too much", script("console.log('x'.repeat(100_000))"), "prints more than 64 kB."],
    ["prints a placeholder", print("<your key>"), "prints what is a placeholder, not a key."],
    ["prints half of one", print(secret), "prints what is only the `api_key` part of a key: its id is missing."],
  ])("that %s: says so and how to go on", async (_how, command, message) => {
    const { body, all } = await failing(command);
    expect(body).toMatchObject({ error: { code: "not_configured", message: `KIBANA_API_KEY_COMMAND ${message}` } });
    expect(JSON.stringify(body)).toContain("The operator runs the command as the server's user");
    expect(all).not.toMatch(new RegExp(`hunter2-canary|${encoded}|${secret}`));
  });

  test("shows one line of its stderr, cut and without the key that is in it", async () => {
    const { body, all } = await failing(script(`${before} process.exitCode = 1`));
    expect(body).toMatchObject({ error: { message: expect.stringMatching(/exit code 1\. It says: \+ echo \S+ \S+$/) } });
    expect(all).not.toContain("first");
    expect(all).not.toMatch(new RegExp(`${encoded}|${secret}`));
    const long = await failing(script("console.error('word '.repeat(1000)); process.exitCode = 1"));
    expect(JSON.stringify(long.body).length).toBeLessThan(900);
  });

  test("and says the key on stderr alone does not show it either", async () => {
    const { all } = await failing(script(`console.error("key is ${encoded}, api_key=${secret}"); process.exitCode = 1`));
    expect(all).not.toMatch(new RegExp(`${encoded}|${secret}`));
  });

  test("within the time limit is ended, though something it started still holds its output", async () => {
    const holding = script("require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' })");
    const read = readSettings(["--api-key-command", holding, "--kibana-url", "http://127.0.0.1:1"], {});
    if ("problems" in read) throw new Error(read.problems.join());
    const { kibana, unusable } = await withApiKey(read.settings, createRedactor(), 300);
    expect([kibana, unusable?.message]).toEqual([undefined, "KIBANA_API_KEY_COMMAND did not end within 0.3 seconds."]);
  });

  test("reads nothing of what the client sends", async () => {
    const { body } = await failing(script("process.exit(fs.readFileSync(0).length === 0 ? 7 : 8)"));
    expect(body).toMatchObject({ error: { message: expect.stringContaining("exit code 7") } });
  });

  test("is not looked for in the folder in which the client started the server", async () => {
    const { body } = await failing(script(`process.exit(process.cwd() === require("path").parse(process.execPath).root ? 7 : 8)`));
    expect(body).toMatchObject({ error: { message: expect.stringContaining("exit code 7") } });
    expect((await failing("./node_modules/.bin/tsc --version")).body).toMatchObject({
      error: { message: expect.stringContaining("cannot be found") },
    });
  });

  test("is a failed check of doctor, and ends audit and export with their exit code for wrong settings", async () => {
    const command = env(script("process.exit(5)"));
    const { code, stdout } = await runCommand("doctor", [], command);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/FAILED +credentials +KIBANA_API_KEY_COMMAND failed with exit code 5\./)]);
    expect(await runCommand("audit", [], command)).toMatchObject({ code: 2, stderr: expect.stringContaining("failed with exit code 5.") });
    expect(await runCommand("export", ["--out", join(folder, "none")], command)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("failed with exit code 5."),
    });
  });
});

describe("a key that Kibana does not accept, any more for example", () => {
  const other = Buffer.from(`${id}:another-key-of-twenty`).toString("base64");

  test.each<[string, Record<string, string>, RegExp]>([
    [
      "of a command",
      { KIBANA_API_KEY_COMMAND: print(other) },
      /KIBANA_API_KEY_COMMAND printed when this server ran it, .* restart the server/,
    ],
    ["of a file", { KIBANA_API_KEY_FILE: "refused" }, /KIBANA_API_KEY_FILE held when this server started: .* restart the server/],
    ["of a variable", { KIBANA_API_KEY: other }, /^Check KIBANA_API_KEY /],
  ])("%s: the error says where it comes from, and when it is read", async (_whose, { KIBANA_API_KEY_FILE: file, ...own }, fix) => {
    writeFileSync(join(folder, "refused"), other, { mode: 0o600 });
    const { call, close } = await startServer({
      env: { KIBANA_URL: sandbox.url, ...own, ...(file && { KIBANA_API_KEY_FILE: join(folder, file) }) },
    });
    onTestFinished(close);
    const { body } = await call("list_connectors");
    expect([body.code ?? body.error?.code, body.fix ?? body.error?.fix]).toEqual(["unauthorized", expect.stringMatching(fix)]);
  });
});
