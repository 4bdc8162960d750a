import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { seal } from "../../src/sealed.ts";
import { product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";
import { emptyDeployment } from "./deployment.ts";

const health = async (call: Awaited<ReturnType<typeof product>>["call"], id: string, space = "default") =>
  (await call("get_connector", { id, space, include: ["health"] })).body.health;

test("of a connector that fails: how often, the last error, and what the log cannot see", async () => {
  const { call } = await product();
  expect(await health(call, "deploy-hook")).toEqual({
    window_days: 90,
    runs: 4,
    failures: 4,
    last_7_days: { runs: 4, failures: 4 },
    failure_rate: 1,
    failing_since: expect.stringMatching(/^\d{4}-/),
    failures_since: 4,
    last_failure: { at: expect.stringMatching(/^\d{4}-/), error: "error calling the third party: [401] Unauthorized" },
    blind_spots: expect.stringContaining("missing secrets"),
  });
});

test("of one that works: its last success", async () => {
  const { call } = await product();
  expect(await health(call, "payments-pagerduty", "team-payments")).toMatchObject({
    runs: 2,
    failures: 0,
    failure_rate: 0,
    last_success: expect.stringMatching(/^\d{4}-/),
  });
});

test("of one that never ran: nothing is proven", async () => {
  const { call } = await product();
  const found = await health(call, "ops-slack-2");
  expect(found).toMatchObject({ runs: 0, failures: 0, blind_spots: expect.stringMatching(/^No run in 90 days: nothing is proven/) });
  expect(found).not.toHaveProperty("failure_rate");
});

test("a failed run and a successful one are counted apart, along with the rules", async () => {
  const { call, connector, execute } = await emptyDeployment({ sandbox: { deliver: true } });
  await connector("web", "log", ".server-log", "Log of the web team");
  await execute("web", "log", { message: "x" });
  await connector("web", "refused", ".webhook", "Rundeck restart", { url: "http://localhost:1/x", hasAuth: false, authType: null });
  await execute("web", "refused", { body: "{}" });
  const { body } = await call("get_connector", { id: "refused", space: "web", include: ["rules", "health"] });
  expect(body).toMatchObject({
    rules_total: 0,
    health: { runs: 1, failures: 1, last_failure: { error: expect.stringContaining("request failed") } },
  });
  expect(await health(call, "log", "web")).toMatchObject({ runs: 1, failures: 0 });
});

test("where the log cannot be read it is not checked, and the answer says why", async () => {
  const { call, fault } = await product();
  await fault("error", { path: "/_global_connector_execution_logs", times: 10 });
  expect(await health(call, "deploy-hook")).toEqual({
    not_checked: expect.stringContaining("execution log could not be read"),
    fix: expect.any(String),
  });
});

test("a Kibana without the routes is reported, and the connector is shown anyway", async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const key = { kind: "api_key", key: seal("a", "key") } as const;
  const made = await product({ settings: { kibana: kibanaSettings({ url: sandbox.url, auth: key }) } });
  await fetch(`${sandbox.url}/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json", "kbn-xsrf": "x" },
    body: JSON.stringify({ fault: "html", path: "/_global_connector_execution_logs", times: 10 }),
  });
  const { body } = await made.call("get_connector", { id: "ops-slack", include: ["health"] });
  expect(body.connector.id).toBe("ops-slack");
  expect(body.health.not_checked).toContain("HTML page");
});
