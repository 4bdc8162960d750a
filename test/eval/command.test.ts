import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "eval-command-"));
const model = spawn(process.execPath, ["eval/run.mjs", "model", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
let url = "";
beforeAll(async () => {
  url = await new Promise<string>((ready) => model.stdout.once("data", (chunk: Buffer) => ready(chunk.toString().trim())));
});
afterAll(() => {
  model.kill();
  rmSync(folder, { recursive: true });
});

function evaluate(...args: string[]): Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ["eval/run.mjs", ...args], (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

test("a stranger runs a job against an endpoint on this machine, and gets a table and JSON", async () => {
  const args = ["--model", "good", "--base-url", url, "--job", "slack-for-a-team", "--runs", "2", "--reading-ms", "0", "--out", folder];
  const { code, stdout } = await evaluate(...args);
  expect(code).toBe(0);
  expect(stdout).toContain("| slack-for-a-team | 2 of 2 |  | 1 |");
  const report = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
  expect(report).toMatchObject({
    model: "good",
    runs: 2,
    failures: [],
    results: [
      { done: true, harm: [] },
      { done: true, harm: [] },
    ],
  });
  expect(report.date).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(readFileSync(join(folder, "transcript.jsonl"), "utf8")).toContain('"tool":"create_connector"');
});

test("a model that does nothing is told apart from an endpoint that fails", async () => {
  const idle = await evaluate("--model", "idle", "--base-url", url, "--job", "slack-for-a-team", "--out", folder);
  expect(idle).toMatchObject({ code: 0, stdout: expect.stringContaining("| slack-for-a-team | no: the connector is not there |") });
  const broken = createServer((_request, response) => response.writeHead(400).end('{"error":{"message":"no such model"}}'));
  await new Promise<void>((ready) => broken.listen(0, "127.0.0.1", ready));
  const { port } = broken.address() as AddressInfo;
  const failed = await evaluate("--model", "x", "--base-url", `http://127.0.0.1:${port}/v1`, "--job", "slack-for-a-team", "--out", folder);
  broken.close();
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("Not graded:") });
});

test("somebody without an API plays a model", async () => {
  const base = url.replace(/\/v1$/, "");
  const running = evaluate("--model", "hand-ana", "--base-url", url, "--job", "slack-for-a-team", "--reading-ms", "0", "--out", folder);
  const first = await evaluate("play", "--at", base, "ana");
  expect(first.stdout).toMatch(/^\[tools\]\n[\s\S]*"name":"list_connectors"/);
  expect(first.stdout).toContain("[user]\nThe data platform people want");
  const secrets = { webhookUrl: { $env: "CONNECTOR_SECRET_DATA_SLACK" } };
  const made = await evaluate(
    "play",
    "--at",
    base,
    "ana",
    "call",
    "create_connector",
    JSON.stringify({ type: ".slack", name: "Data platform", secrets }),
  );
  expect(made.stdout).toMatch(/^\[tool\]\n.*"status":"done"/);
  const last = evaluate("play", "--at", base, "ana", "say", "It is there.");
  expect(await running).toMatchObject({ code: 0, stdout: expect.stringContaining("| slack-for-a-team | yes |") });
  model.kill();
  await last;
});

test.each([
  [[], "--model and --base-url are needed"],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--job", "nothing"], "There is no job nothing"],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--arm", "curl"], '--arm is server, shell or both, not "curl"'],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--runs", "many"], '--runs is a number, not "many"'],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--at-once", "0"], '--at-once is at least 1, not "0"'],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--reading-ms", "soon"], '--reading-ms is a number, not "soon"'],
  [["--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--arm", "shell", "--guidance", "/nowhere"], "There is no /nowhere/SKILL.md"],
])("%j says what is wrong", async (args, problem) => {
  expect(await evaluate(...args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(problem) });
});
