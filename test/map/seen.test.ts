import { afterAll, expect, test } from "vitest";
import { type SandboxOptions, startSandbox } from "../../src/sandbox/index.ts";
import { startServer } from "../support/built-server.ts";
import { noPrivilege, noRoute, refused } from "../support/other-users.ts";
import type { Rewrite } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const running = new Map<string, ReturnType<typeof startSandbox>>();
afterAll(async () => {
  for (const one of running.values()) await (await one).close();
});

interface Row {
  name: string;
  enabled: boolean;
  verdict: string;
  in_the_way?: string[];
  routes?: { in_the_way?: string[] }[];
}

/** The map of the demo's deployment, with some answers of Kibana replaced. */
async function mapOf(options: SandboxOptions = {}, rewrite: Rewrite = {}, args: object = {}) {
  const key = JSON.stringify(options);
  const sandbox = running.get(key) ?? startSandbox(options);
  running.set(key, sandbox);
  const server = await shared(key, (await sandbox).url, rewrite);
  const { body, failed } = await server.call("map_notifications", { space: "*", limit: 50, ...args });
  const rows: Row[] = body.rules ?? [];
  const row = (name: string) => rows.find((one) => one.name === name);
  return { body, failed, rows, row, verdict: (name: string) => row(name)?.verdict ?? "missing", calls: server.calls };
}

const answer = (path: string, { status, body }: ReturnType<typeof refused>): Rewrite => ({
  refuse: (call) => (call.path.includes(path) ? { status, body: JSON.stringify(body) } : undefined),
});
const cpu = "High CPU on web hosts";
const v2 = "Checkout latency";
const off = "Nightly batch is late";

test.each<[what: string, path: string, verdicts: [cpu: string, v2: string, off: string]]>([
  ["connectors", "/api/actions/connectors", ["perhaps", "perhaps", "nobody"]],
  ["connector types", "/api/actions/connector_types", ["perhaps", "perhaps", "nobody"]],
  ["workflows", "/api/workflows", ["told", "perhaps", "nobody"]],
  ["action policies", "/api/alerting/v2/action_policies", ["told", "perhaps", "nobody"]],
  ["rules of the new alerting", "/api/alerting/v2/rules", ["told", "missing", "nobody"]],
  ["rules", "/alerting/rules/_find", ["missing", "told", "missing"]],
  ["snoozes of rules", "/internal/alerting/rules/_find", ["perhaps", "told", "nobody"]],
  ["maintenance windows", "/api/maintenance_window/_find", ["perhaps", "perhaps", "nobody"]],
  ["runs of connectors", "/_global_connector_execution_logs", ["told", "told", "nobody"]],
])("where %s may not be read, nobody is called silent for it, and the gap is named", async (what, path, verdicts) => {
  const { body, rows, verdict } = await mapOf({ version: "9.5" }, answer(path, noPrivilege));
  expect([verdict(cpu), verdict(v2), verdict(off)]).toEqual(verdicts);
  const gaps = body.not_seen.map((one: { what: string }) => one.what);
  expect(gaps).toEqual([what]);
  expect(body.not_seen[0].space.split(", ").sort()).toEqual(what === "connector types" ? ["*"] : ["default", "security", "team-payments"]);
  // Its connector is gone, which is not known where connectors were not listed.
  const silent = rows.filter((row) => row.verdict === "nobody" && row.enabled).map(({ name }) => name);
  expect(silent).toEqual(["connectors", "rules"].includes(what) ? [] : ["Lateral movement"]);
});

test.each([
  ["rules", "/alerting/rules/_find", "data"],
  ["runs of connectors", "/_global_connector_execution_logs", "data"],
  ["maintenance windows", "/api/maintenance_window/_find", "maintenanceWindows"],
  ["workflows", "/api/workflows", "results"],
  ["action policies", "/api/alerting/v2/action_policies", "items"],
  ["rules of the new alerting", "/api/alerting/v2/rules", "items"],
])("where %s are counted and not listed, the gap is named", async (what, path, list) => {
  const emptied: Rewrite = {
    answer(call, body) {
      if (call.path.includes(path) && Array.isArray(body?.[list])) Object.assign(body, { total: Math.max(1, body.total), [list]: [] });
    },
  };
  const { body } = await mapOf({ version: "9.5" }, emptied);
  expect(body.not_seen).toEqual(
    expect.arrayContaining([expect.objectContaining({ what, why: expect.stringMatching(/lists 0 (of|where)/) })]),
  );
  const { body: whole } = await mapOf({ version: "9.5" });
  expect(whole.not_seen).toBeUndefined();
});

test("a verdict of perhaps says what was not seen", async () => {
  const { row } = await mapOf({ version: "9.5" }, answer("/api/workflows", noPrivilege));
  expect(row(v2)?.routes?.flatMap((route) => route.in_the_way)).toEqual([
    expect.stringMatching(/^the workflow is in no list that this key can see: workflows \(/),
  ]);
});

test("an answer that breaks off in the middle is no list of rules, and no space is silently left out", async () => {
  const { body, verdict } = await mapOf({ version: "9.5" }, answer("/s/security/", { status: 500, body: {} }));
  expect(verdict(cpu)).toBe("told");
  expect(body.not_seen).toContainEqual(expect.objectContaining({ space: "security", what: "rules" }));
});

test("a single space that cannot be read at all is no empty map", async () => {
  const unauthorized = refused("x", 401);
  const { failed, body } = await mapOf({ version: "9.5" }, answer("/api/", unauthorized), { space: "default" });
  expect([failed, body.error.code]).toEqual([true, "unauthorized"]);
});

test.each<[version: string, v2: string]>([
  ["8.1", "missing"],
  ["8.17", "missing"],
  ["9.1", "missing"],
  ["9.3", "missing"],
  ["9.4", "missing"],
  ["9.5", "told"],
  ["9.6", "told"],
  ["serverless", "told"],
])("Kibana %s: all that it has is seen", async (version, expected) => {
  const { body, verdict } = await mapOf({ version });
  expect(body.not_seen).toBeUndefined();
  expect([verdict(cpu), verdict(off), verdict("Lateral movement"), verdict(v2)]).toEqual(["told", "nobody", "nobody", expected]);
});

test("before workflows there are none to miss, and no route of the new alerting is asked for", async () => {
  const { calls } = await mapOf({ version: "8.17" });
  expect(calls.filter(({ path }) => /workflows|alerting\/v2|\/api\/maintenance_window/.test(path))).toEqual([]);
});

test("under a Basic licence what it does not cover tells nobody, and what it rules out is not missed", async () => {
  const { body, verdict, row } = await mapOf({ version: "9.5", license: "basic" });
  expect(body.not_seen).toBeUndefined();
  expect([verdict(cpu), verdict(v2), verdict("Login failures")]).toEqual(["nobody", "nobody", "nobody"]);
  expect(row(cpu)?.routes?.[0]?.in_the_way).toEqual([expect.stringMatching(/^the licence does not cover it/)]);
  expect(row("Login failures")?.routes?.[1]).toMatchObject({ connector: "alert-audit-index", verdict: "recorded" });
});

test("a Kibana that lost a route which it should have is a gap, not an all-clear", async () => {
  const { body, verdict } = await mapOf({ version: "9.5" }, answer("/api/maintenance_window/_find", noRoute));
  expect(verdict(cpu)).toBe("perhaps");
  expect(body.not_seen).toMatchObject([{ what: "maintenance windows" }]);
});

test("a space whose Kibana does not answer in time is named, and the others are mapped", async () => {
  const sandbox = await startSandbox({ version: "9.5" });
  const order = { fault: "timeout_before", path: "/s/security/", times: 100 };
  await fetch(`${sandbox.url}/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order),
  });
  const server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", KIBANA_TIMEOUT: "0.2" } });
  try {
    const { body } = await server.call("map_notifications", { space: "*", limit: 50 });
    const spaces = new Set(body.rules.map(({ space }: { space: string }) => space));
    expect([...spaces].sort()).toEqual(["default", "team-payments"]);
    expect(body.not_seen).toContainEqual(expect.objectContaining({ space: "security", what: "rules" }));
  } finally {
    await server.close();
    await sandbox.close();
  }
});
