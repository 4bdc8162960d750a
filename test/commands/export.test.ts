import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { freshFolder } from "../support/folder.ts";
import { scripted } from "../support/server.ts";

let url = "";
beforeAll(async () => {
  const sandbox = await startSandboxWith();
  url = sandbox.url;
  return sandbox.stop;
});

const run = (args: string[], env: Record<string, string> = { KIBANA_URL: url }) => runCommand("export", args, env);

test.each([
  ["terraform", ["connectors.tf", "imports.tf", "providers.tf", "variables.tf"]],
  ["kibana_yml", ["kibana.yml"]],
  ["api", ["connectors.sh"]],
])("%s is written into a new folder, readable by its owner alone, and the files are listed", async (format, names) => {
  const out = join(await freshFolder(), "new", "folder");
  const { code, stdout, stderr } = await run(["--out", out, "--format", format]);
  expect(code, stderr).toBe(0);
  expect((await readdir(out)).sort()).toEqual(names);
  expect(stdout.trim().split("\n").sort()).toEqual(names.map((name) => join(out, name)));
  for (const name of names) expect((await stat(join(out, name))).mode & 0o777).toBe(0o600);
  expect(stderr).toContain(`9 of 10 connectors written as ${format}.`);
  expect(stderr).toContain("Left out: ops-mail-preconfigured in default: it is defined in kibana.yml");
  expect(stderr).toContain('config.headers.Authorization of deploy-hook in "default" holds a readable secret');
});

test("selects by ids, type, text and all spaces", async () => {
  const exported = async (...args: string[]) => {
    const out = await freshFolder();
    const { stderr } = await run(["--out", out, "--format", "api", ...args]);
    return [stderr.match(/(\d+) of \d+ connectors/)?.[1], await readFile(join(out, "connectors.sh"), "utf8")];
  };
  expect((await exported("--ids", "ops-slack,Batch Jira"))[0]).toBe("2");
  expect((await exported("--type", ".slack"))[0]).toBe("2");
  expect((await exported("--text", "pagerduty"))[0]).toBe("2");
  expect((await exported("--all-spaces"))[1]).toContain("post '/s/");
  expect((await exported("--space", "security"))[1]).toContain("post '/s/security/");
});

test("existing files stay, and no other is written; --force replaces them", async () => {
  const out = await freshFolder();
  await writeFile(join(out, "imports.tf"), "mine");
  const refused = await run(["--out", out]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`Nothing is written: ${join(out, "imports.tf")} is there already. --force replaces them.`);
  expect(await readdir(out)).toEqual(["imports.tf"]);
  expect((await run(["--out", out, "--force"])).code).toBe(0);
  expect(await readFile(join(out, "imports.tf"), "utf8")).toContain("import {");
  expect((await readdir(out)).sort()).toEqual(["connectors.tf", "imports.tf", "providers.tf", "variables.tf"]);
});

test("a secret from the environment that is in a config is in no file", async () => {
  const out = await freshFolder();
  await run(["--out", out, "--format", "api"], { KIBANA_URL: url, CONNECTOR_SECRET_X: "https://deploy.example.com/hooks/kibana" });
  expect(await readFile(join(out, "connectors.sh"), "utf8")).not.toContain("https://deploy.example.com/hooks/kibana");
});

test("nothing to write is a failure", async () => {
  const { code, stderr, stdout } = await run(["--out", await freshFolder(), "--text", "no such"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("Nothing is written: none of 10 connectors can be exported.");
});

test("a folder that cannot be written to is reported in a sentence", async () => {
  const out = await freshFolder();
  await writeFile(join(out, "file"), "");
  const { code, stderr } = await run(["--out", join(out, "file")]);
  expect(code).toBe(1);
  expect(stderr).toContain("The files cannot be written: ");
  expect(stderr).not.toContain("    at ");
});

test("what Kibana refuses is reported with what to do", async () => {
  const { url: refusing } = await scripted({ status: 401, json: { statusCode: 401, error: "Unauthorized", message: "no" } });
  const { code, stderr } = await run(["--out", await freshFolder()], { KIBANA_URL: refusing, KIBANA_API_KEY: "k" });
  expect(code).toBe(1);
  expect(stderr).toContain("KIBANA_API_KEY");
});

test.each([
  [[], "--out DIR is missing."],
  [["--out", "x", "--format", "yaml"], "--format must be one of terraform, kibana_yml, api."],
  [["--out", "x", "--formt", "api"], "did you mean --format?"],
  [["--out", "x", "--read-only"], "--read-only does not apply to this command"],
  [["x"], "A word is not expected here"],
])("the command line %j ends with 2: %s", async (args, reason) => {
  const { code, stderr, stdout } = await run(args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(reason);
});

test("with nothing configured it says what to set; help names every flag", async () => {
  const { code, stderr } = await run(["--out", await freshFolder()], {});
  expect(code).toBe(1);
  expect(stderr).toContain("KIBANA_URL");
  const help = await run(["--help"], {});
  expect(help.code).toBe(0);
  for (const flag of ["--out DIR", "--format", "--ids", "--all-spaces", "--secrets-in-state", "--force", "--kibana-url"])
    expect(help.stdout).toContain(flag);
});
