import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { seal } from "../../src/sealed.ts";
import { product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";

describe("describe_deployment", () => {
  test("names the secrets that can be referred to, without their values", async () => {
    const env = {
      CONNECTOR_SECRET_B: "canary-b-value",
      CONNECTOR_SECRET_A: "canary-a-value",
      CONNECTOR_SECRET_A__FOR: ".slack",
      HOME: "/",
    };
    const { call } = await product({ env });
    const { body, text } = await call("describe_deployment");
    expect(body.limits.secret_names).toEqual(["CONNECTOR_SECRET_A", "CONNECTOR_SECRET_B"]);
    expect(text).not.toContain("canary-");
  });

  test("says which Kibana it is, what the key may do, and this server's limits", async () => {
    const { call, settings } = await product({
      settings: { access: "change", protect: ["prod-*"], targetHosts: ["*.slack.com"], maxChangesPerHour: 5 },
    });
    const { body } = await call("describe_deployment");
    expect(body).toMatchObject({
      deployment: { url: settings.kibana?.url, version: "9.5.0", flavour: "traditional", health: "available", licence: "trial" },
      spaces: [{ id: "default", name: "Default" }, { id: "team-payments" }, { id: "security" }],
      may: {
        spaces: ["default", "team-payments", "security"],
        read_connectors: "yes",
        execute_connectors: "yes",
        change_connectors: "yes",
        read_rules: "yes",
      },
      limits: {
        access: "change",
        default_space: "default",
        protected: ["prod-*"],
        target_hosts: ["*.slack.com"],
        max_changes_per_hour: 5,
        confirmation: "form",
      },
    });
    expect(body.deployment).not.toHaveProperty("sandbox");
  });

  test("a narrow key: what it may not do is no, and what could not be checked is unknown", async () => {
    const auth = `{"users": [{"username": "r", "password": "pw", "actions": "read", "rules": "none"}]}`;
    const sandbox = await startSandbox({ auth });
    onTestFinished(() => sandbox.close());
    const kibana = kibanaSettings({ url: sandbox.url, auth: { kind: "basic", username: "r", password: seal("pw", "password") } });
    const { call } = await product({ settings: { kibana } });
    const may = { read_connectors: "yes", execute_connectors: "yes", change_connectors: "no", read_rules: "no" };
    expect((await call("describe_deployment")).body.may).toMatchObject(may);

    const { call: other, fault } = await product();
    await fault("html", { path: "/api/core/capabilities" });
    const { body } = await other("describe_deployment");
    expect(body.may).toMatchObject({ read_connectors: "unknown", change_connectors: "unknown", read_rules: "yes" });
    expect(body.warnings[0]).toMatch(/^What the key may do with connectors could not be checked: .*HTML page/);
  });

  test("on the sandbox says SANDBOX", async () => {
    const { call } = await product({ settings: { kibana: undefined, sandbox: true } });
    expect((await call("describe_deployment")).body.deployment).toMatchObject({ name: "SANDBOX", sandbox: true });
  });
});
