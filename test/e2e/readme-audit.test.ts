import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { cleanEnv, main, startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";

const section = readFileSync("docs/audit.md", "utf8");
const block = (language: string) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m").exec(section)?.[1] ?? "";

async function run(command: string, cwd: string, env: Record<string, string> = {}) {
  const args = command.trim().split(/\s+/).slice(2);
  const child = spawn(process.execPath, [main, ...args], { cwd, env: cleanEnv(cwd, env), stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

test("the audit's commands in the README do what they say, in their order", async () => {
  const folder = await freshFolder();
  const commands = block("sh")
    .trim()
    .split("\n")
    .map((line) => line.replace(/#.*$/, ""));
  const answers = [];
  for (const command of commands) answers.push(await run(command, folder));
  // The last one finds nothing that the baseline does not know.
  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(answers[0]?.stdout).toContain("Dangling reference");
  expect(readFileSync(join(folder, "audit.html"), "utf8")).toContain("Dangling reference");
  expect(readFileSync(join(folder, "map.html"), "utf8")).toContain("3 of 14 rules tell nobody");
  const keys = Object.keys(JSON.parse(answers[3]?.stdout ?? ""));
  for (const key of keys.filter((one) => !["version", "checks", "min_severity", "cancelled"].includes(one)))
    expect(section).toContain(`\`${key}\``);
  expect(existsSync(join(folder, "known.json"))).toBe(true);
});

const Workflow = z.object({
  on: z.object({ schedule: z.array(z.object({ cron: z.string().regex(/^\d+ \d+ \* \* \*$/) })) }),
  jobs: z.object({
    audit: z.object({
      "runs-on": z.string(),
      env: z.record(z.string(), z.string()),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional(), if: z.string().optional() })),
    }),
  }),
});

test("the workflow of the README is valid, and its audit runs: it fails for new findings, and the page is kept anyway", async () => {
  const { jobs } = Workflow.parse(parse(block("yaml")));
  const { env, steps } = jobs.audit;
  const step = steps.findIndex((one) => one.run?.includes(" audit "));
  expect(steps[step + 1]).toMatchObject({ uses: expect.stringContaining("upload-artifact"), if: "always()" });
  const command = steps[step]?.run ?? "";
  const sandbox = await startSandboxWith();
  const folder = await freshFolder();
  const against = { ...env, KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" };
  expect((await run(command, folder, against)).code).toBe(2);
  await run("node dist/main.js audit --checks deprecated --baseline known.json --write-baseline", folder, against);
  expect((await run(command, folder, against)).code).toBe(1);
  expect(existsSync(join(folder, "audit.html"))).toBe(true);
  await run("node dist/main.js audit --baseline known.json --write-baseline", folder, against);
  expect((await run(command, folder, against)).code).toBe(0);
  await sandbox.stop();
});
