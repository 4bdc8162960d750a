import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { cleanEnv, main, startSandboxWith } from "../support/built-server.ts";
import { initialize, toolCall } from "../support/http.ts";
import { filesIn } from "../support/http-process.ts";

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  kibana = await startSandboxWith();
});
afterAll(() => kibana.stop());

/** The built server, with its pipes controlled by the test. */
function start(node: string[] = []) {
  const home = mkdtempSync(join(tmpdir(), "kcm-stdio-"));
  const child = spawn(process.execPath, [...node, main], {
    env: cleanEnv(home, { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return {
    child,
    say: (...messages: object[]) => child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join("")),
    ended: new Promise<number | null>((done) => child.once("close", done)),
    stdout: () => stdout,
    stderr: () => stderr,
    journal: () => filesIn(join(home, "state/kibana-connectors-mcp/journal")),
  };
}

const slowly = (path: string) =>
  fetch(`${kibana.url}/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json", "kbn-xsrf": "x" },
    body: JSON.stringify({ fault: "slow", method: "POST", path, delay: 700 }),
  });

test.each<[string, (child: ReturnType<typeof start>["child"]) => void]>([
  ["the end of stdin", (child) => child.stdin.end()],
  ["SIGTERM", (child) => child.kill("SIGTERM")],
  ["SIGINT", (child) => child.kill("SIGINT")],
  ["a client that died", (child) => child.stdout.destroy()],
])("at %s a write that has begun is finished and verified, and the server ends with 0", async (how, end) => {
  const id = how.toLowerCase().replaceAll(" ", "-");
  await slowly(`/api/actions/connector/${id}`);
  const { child, say, ended, journal, stderr } = start();
  say(initialize(), toolCall("create_connector", { name: how, id, type: ".server-log" }));
  await expect.poll(journal, { timeout: 5_000 }).toContain('"kind":"begin"');
  end(child);
  // What it would write to a client that is gone.
  if (how.startsWith("a client")) child.stdin.end();
  expect(await ended).toBe(0);
  expect(journal()).toContain('"outcome":"done"');
  expect((await fetch(`${kibana.url}/api/actions/connector/${id}`)).status).toBe(200);
  expect(stderr()).not.toMatch(/^ {4}at /m);
});

test("stdout has nothing but the protocol, with every module loaded", async () => {
  const folder = resolve("dist/chunks");
  const chunks = readdirSync(folder).filter((name) => name.endsWith(".js"));
  const loader = join(mkdtempSync(join(tmpdir(), "kcm-load-")), "load.mjs");
  const loaded = `${loader}.txt`;
  writeFileSync(
    loader,
    `import { writeFileSync } from "node:fs";
const chunks = ${JSON.stringify(chunks.map((name) => pathToFileURL(join(folder, name)).href))};
for (const chunk of chunks) await import(chunk);
writeFileSync(${JSON.stringify(loaded)}, String(chunks.length));`,
  );
  const { child, say, ended, stdout } = start(["--import", pathToFileURL(loader).href]);
  const calls = [
    toolCall("describe_deployment", {}, 10),
    toolCall("list_connectors", { space: "*" }, 11),
    toolCall("describe_connector_types", { types: [".webhook"] }, 12),
    toolCall("create_connector", { name: "All loaded", type: ".server-log" }, 13),
    toolCall("safe_delete_connector", { ids: ["ops-slack"] }, 14),
    toolCall("update_connector", { id: "kibana-log", name: "Other" }, 15),
    toolCall("no_such_tool", {}, 16),
  ];
  say(initialize(), { jsonrpc: "2.0", id: 2, method: "tools/list" }, ...calls);
  await expect.poll(() => stdout().split("\n").length - 1, { timeout: 15_000 }).toBeGreaterThanOrEqual(calls.length + 2);
  child.stdin.end();
  expect(await ended).toBe(0);
  const ids = stdout()
    .trimEnd()
    .split("\n")
    .map((line) => {
      const message = JSON.parse(line);
      expect(message).toMatchObject({ jsonrpc: "2.0" });
      return message.id;
    });
  expect(ids.sort((a, b) => a - b)).toEqual([1, 2, 10, 11, 12, 13, 14, 15, 16]);
  expect(readFileSync(loaded, "utf8")).toBe(String(chunks.length));
  expect(chunks.length).toBeGreaterThan(20);
});
