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

test("the rule that watches the event log is taken as it stands, and tells its second connector", async () => {
  const blocks = [...section.matchAll(/^```console\n(\w+) (\S+)\n([\s\S]*?)^```/gm)].map(([, method = "", path = "", body = ""]) => {
    return { method, path, body: JSON.parse(body) };
  });
  expect(blocks.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "PUT /_security/role/connector-watch",
    "POST kbn:/api/actions/connector/second-way",
    "POST kbn:/api/alerting/rule/connectors-fail",
  ]);
  const sandbox = await startSandboxWith();
  const headers = { "kbn-xsrf": "test", "content-type": "application/json" };
  const send = async (path: string, body: object) => {
    const answer = await fetch(sandbox.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status, `${path} ${await answer.clone().text()}`).toBe(200);
    return answer.json();
  };
  for (const { path, body } of blocks.slice(1)) await send(path.replace("kbn:", ""), body);
  const { index, esQuery } = blocks[2]?.body.params ?? {};
  expect(index).toEqual(blocks[0]?.body.indices[0].names);
  expect(Object.keys(JSON.parse(esQuery))).toEqual(["query"]);
  await send("/sandbox/rules/connectors-fail/fire", { state: "active" });
  const { deliveries } = (await (await fetch(`${sandbox.url}/sandbox/deliveries`)).json()) as { deliveries: { connectorId: string }[] };
  expect(JSON.stringify(deliveries)).toContain("second-way");
  const folder = await freshFolder();
  const job = [...section.matchAll(/^```sh\n(node dist\/main\.js audit --checks [\s\S]*?)^```/gm)].map(([, command = ""]) => command);
  expect(job).toHaveLength(1);
  const ran = await run(job[0] ?? "", folder, { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" });
  expect([ran.code, ran.stderr]).toEqual([1, expect.any(String)]);
  expect(ran.stdout).toContain("Dangling reference");
  await sandbox.stop();
});
