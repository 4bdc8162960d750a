import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { sandbox } from "../../src/commands/sandbox.ts";

const folder = await mkdtemp(join(tmpdir(), "sandbox-command-"));
async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}
const badYml = await file("kibana.yml", "xpack.actions.nope: 1");
const badAuth = await file("auth.json", '{"users": [{"username": "a"}]}');

afterEach(() => vi.restoreAllMocks());

test.each([
  [["--port", "x"], "--port takes a number from 0 to 65535."],
  [["--license", "gratis"], "--license takes one of basic, standard, gold, platinum, enterprise, trial, expired."],
  [["--kibana-version", "nine"], 'There is no Kibana "nine"'],
  [["--kibana-yml", "/nowhere/kibana.yml"], "--kibana-yml: /nowhere/kibana.yml cannot be read (ENOENT)."],
  [["--kibana-yml", badYml], "Kibana would not start: [config validation of [xpack.actions].nope]: definition for this key is missing"],
  [["--auth", badAuth], "The file of users and API keys: users.0.password: "],
  [["--types", badYml], "That is no list of connector types"],
  [["--auth", badAuth, "--api-key", "k"], "--auth and --api-key exclude each other."],
  [["--seed-rules=-1"], "--seed-rules takes a number from 0 to 200000."],
  [["--empty", "--seed", "2"], "--empty and --seed… exclude each other."],
])("%j: a sentence, and exit code 2", async (args, message) => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(await sandbox(args)).toBe(2);
  expect(written.mock.calls.join("")).toContain(`kibana-connectors-mcp sandbox: ${message}`);
});

test("help names every flag", async () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await sandbox(["--help"])).toBe(0);
  for (const flag of [
    "--kibana-version",
    "--kibana-yml",
    "--auth",
    "--seed-spaces",
    "--seed-connectors",
    "--seed-rules",
    "--seed N",
    "--types",
  ]) {
    expect(written.mock.calls.join("")).toContain(flag);
  }
});
