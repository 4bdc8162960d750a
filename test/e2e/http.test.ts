import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanEnv, main, startSandboxWith } from "../support/built-server.ts";
import { openClient, send } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { accepts } from "../support/product.ts";

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  kibana = await startSandboxWith();
});
afterAll(() => kibana.stop());

test.each([
  [["serve", "--http", "0.0.0.0:0", "--sandbox"], "Serving on 0.0.0.0 needs MCP_AUTH_TOKEN"],
  [["serve", "--http", "256.256.256.256:0", "--sandbox", "--auth-token", "a-long-token-0123"], "cannot listen on 256.256.256.256:0"],
])("%j ends with 2 and the reason", (args, reason) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    env: cleanEnv(mkdtempSync(join(tmpdir(), "kcm-http-"))),
    encoding: "utf8",
    timeout: 20_000,
  });
  expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(reason)]);
});

test("the built server serves a team on all addresses, with a token, and ends with 0 at a signal", async () => {
  const token = "a-long-token-0123456789";
  const served = await startHttpProcess(["--http", "0.0.0.0:0"], { MCP_AUTH_TOKEN: token }, kibana.url);
  const url = served.url.replace("0.0.0.0", "127.0.0.1");
  expect((await send(url, { method: "GET", path: "/readyz" })).status).toBe(200);
  expect((await send(url, { body: {} })).status).toBe(401);
  const { call } = await openClient(url, token, accepts);
  expect((await call("create_connector", { name: "From HTTP", type: ".server-log" })).body.status).toBe("done");
  expect((await call("safe_delete_connector", { ids: ["from-http"] })).body.status).toBe("done");
  expect(await served.end("SIGTERM")).toBe(0);
  expect(served.stderr()).not.toContain(token);
  expect(served.stdout()).toBe("");
});

test("a signal during a write: it is finished, verified and answered first", async () => {
  const served = await startHttpProcess(["--http", "127.0.0.1:0"], {}, kibana.url);
  await fetch(`${kibana.url}/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json", "kbn-xsrf": "x" },
    body: JSON.stringify({ fault: "slow", method: "POST", path: "/api/actions/connector/caught-in-it" }),
  });
  const { call } = await openClient(served.url, undefined, accepts);
  const change = call("create_connector", { name: "Caught in it", type: ".server-log" });
  change.catch(() => undefined);
  await expect.poll(() => served.journal().includes('"kind":"begin"')).toBe(true);
  const ended = served.end("SIGTERM");
  expect((await change).body).toMatchObject({ status: "done", result: { connector: { id: "caught-in-it" } } });
  expect(await ended).toBe(0);
  expect(served.journal()).toContain('"outcome":"done"');
});
