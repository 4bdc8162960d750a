import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { seal } from "../../src/sealed.ts";
import { product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";

const row = (body: { connectors: { id: string }[] }, id: string) => body.connectors.find((one) => one.id === id);

describe("a row of the list says which connector it is, what uses it, and whether it works", () => {
  test("the last run's outcome and age; none if it did not run", async () => {
    const { call } = await product();
    const { body } = await call("list_connectors");
    expect(row(body, "deploy-hook")).toMatchObject({ uses: 1, last_run: expect.stringMatching(/^failed \d+ (min|h) ago$/) });
    expect(row(body, "kibana-log")).not.toHaveProperty("last_run");
    expect(body).not.toHaveProperty("warnings");
  });

  test("one request to the log per space, however many connectors it has", async () => {
    const { call, calls } = await product();
    await call("list_connectors", { space: "*" });
    expect(calls.filter((one) => JSON.stringify(one).includes("execution_logs")).length).toBe(3);
  });

  test("uses of preconfigured connectors are counted from the rules of each space, disabled ones too", async () => {
    const { call, bare } = await product();
    const { body } = await call("list_connectors", { space: "*", state: "preconfigured" });
    expect(body.connectors.map(({ space, uses }: { space: string; uses: number }) => [space, uses])).toEqual([
      ["default", 1],
      ["security", 0],
      ["team-payments", 0],
    ]);
    await bare("POST", "/api/alerting/rule/search-latency/_disable", {});
    expect((await call("list_connectors", { state: "preconfigured" })).body.connectors[0].uses).toBe(1);
  });

  test("those that the operator protects are marked, by id or name", async () => {
    const { call } = await product({ settings: { protect: ["ops-p*", "Batch Jira"] } });
    const { body } = await call("list_connectors");
    const marked = body.connectors.filter(({ flags = [] }: { flags?: string[] }) => flags.includes("protected"));
    expect(marked.map(({ id }: { id: string }) => id)).toEqual(["batch-jira", "ops-pagerduty"]);
    expect((await call("get_connector", { id: "batch-jira" })).body.connector.flags).toEqual(["protected"]);
  });

  test("says what may not be read, and gives the list anyway", async () => {
    const sandbox = await startSandbox({ auth: '{"users": [{"username": "r", "password": "pw", "actions": "read", "rules": "none"}]}' });
    onTestFinished(() => sandbox.close());
    const kibana = kibanaSettings({ url: sandbox.url, auth: { kind: "basic", username: "r", password: seal("pw", "password") } });
    const { call } = await product({ settings: { kibana } });
    const { body } = await call("list_connectors");
    expect(body.total).toBe(10);
    expect(body.warnings).toEqual([expect.stringMatching(/^No uses of preconfigured connectors in the space "default": /)]);
  });

  test("reports a log that cannot be read in a few words", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/_global_connector_execution_logs", times: 10 });
    const { body } = await call("list_connectors", { type: ".slack" });
    expect(body.total).toBe(2);
    expect(body.warnings).toEqual([expect.stringMatching(/^No last_run for the space "default": Kibana failed/)]);
  });
});

describe("describe_deployment says for which spaces the key may do something", () => {
  test("spaces with the same rights are grouped, others follow", async () => {
    const auth = `{"users": [{"username": "r", "password": "pw", "actions": {"*": "all", "security": "read"}, "rules": "all"}]}`;
    const sandbox = await startSandbox({ auth });
    onTestFinished(() => sandbox.close());
    const kibana = kibanaSettings({ url: sandbox.url, auth: { kind: "basic", username: "r", password: seal("pw", "password") } });
    const { call } = await product({ settings: { kibana } });
    const { body } = await call("describe_deployment");
    expect(body.may).toMatchObject({ spaces: ["default", "team-payments"], change_connectors: "yes" });
    expect(body.may.elsewhere).toEqual([
      { spaces: ["security"], read_connectors: "yes", execute_connectors: "yes", change_connectors: "no", read_rules: "yes" },
    ]);
  });

  test.each([
    ["basic", "basic"],
    ["platinum", "platinum"],
    ["expired", "trial (expired)"],
  ] as const)("a licence %s is named %s", async (license, named) => {
    const { call } = await product({ sandbox: { license } });
    expect((await call("describe_deployment")).body.deployment.licence).toBe(named);
  });

  test("a licence that cannot be read is left out", async () => {
    const { call, fault } = await product();
    await fault("error", { path: "/api/licensing/info", times: 10 });
    const { body, isError } = await call("describe_deployment");
    expect(isError).toBeFalsy();
    expect(body.deployment).not.toHaveProperty("licence");
  });
});
