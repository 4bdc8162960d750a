import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { makeConnector } from "../support/rules-deployment.ts";

const genie = { name: "On-call of payments", type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" } };

describe("what ends is said in the same words", () => {
  test("by the type, at a new connector, at a change of it, and in an export", async () => {
    const env = { CONNECTOR_SECRET_KEY: "a-key-of-opsgenie" };
    const { call } = await product({ person: accepts, env });
    const [type] = (await call("describe_connector_types", { types: ["opsgenie"] })).body.types;
    const [said] = type.traps;
    expect(said).toMatch(/^Opsgenie with its API end(s|ed) on 2027-04-05 \(Atlassian/);
    expect(said).toContain("use .jira-service-management");
    const made = await call("create_connector", { ...genie, secrets: { apiKey: { $env: "CONNECTOR_SECRET_KEY" } } });
    expect(made.body.warnings, made.text).toContain(said);
    const { id } = made.body.result.connector;
    const config = { apiUrl: "https://api.eu.opsgenie.com" };
    const changed = await call("update_connector", { id, config, secrets: { apiKey: { $env: "CONNECTOR_SECRET_KEY" } } });
    expect(changed.body.warnings, changed.text).toContain(said);
    for (const format of ["terraform", "kibana_yml", "api"])
      expect((await call("export_connectors", { ids: [id], format })).body.warnings).toContain(`${id}: ${said}`);
  });

  test.each([
    ["[.slack, .slack_api]", true],
    ["[.slack]", false],
  ])("a Slack webhook where these types are enabled: %s", async (types, isOffered) => {
    const made = await product({
      person: accepts,
      env: { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/x" },
      sandbox: { kibanaYml: `xpack.actions.enabledActionTypes: ${types}` },
    });
    const { body, text } = await made.call("create_connector", {
      name: "Channel of the night",
      type: ".slack",
      secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } },
    });
    expect(body.status, text).toBe("done");
    expect((body.warnings ?? []).some((one: string) => one.includes("use .slack_api"))).toBe(isOffered);
    // Once is enough: without a date it is no news at each change.
    const again = await made.call("update_connector", {
      id: body.result.connector.id,
      secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } },
    });
    expect(again.text).not.toContain("use .slack_api");
  });

  test.each([
    ["https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", true],
    ["https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d", true],
    ["https://prod-12.westeurope.logic.azure.com/workflows/a/triggers/manual/paths/invoke", false],
    ["https://notwebhook.office.com.example.net/x", false],
  ])("a webhook of Teams, by its host: %s", async (url, isDead) => {
    const { call } = await product({ person: accepts, env: { CONNECTOR_SECRET_TEAMS: url } });
    const secrets = { webhookUrl: { $env: "CONNECTOR_SECRET_TEAMS" } };
    const { body, text } = await call("create_connector", { name: "Channel of the office", type: ".teams", secrets });
    expect(body.status, text).toBe("done");
    expect((body.warnings ?? []).join().includes("The webhook of an Office 365 connector in Teams ended on 2026-05-31")).toBe(isDead);
    expect(text).not.toContain(new URL(url).pathname);
    const again = await call("update_connector", { id: body.result.connector.id, secrets });
    expect((again.body.warnings ?? []).join().includes("Office 365 connector in Teams ended")).toBe(isDead);
  });

  test.each([
    [true, true],
    [false, false],
  ])("ServiceNow with usesTableApi %j", async (usesTableApi, isOld) => {
    const { call } = await product({ person: accepts, env: { CONNECTOR_SECRET_U: "u", CONNECTOR_SECRET_P: "pass-word-of-it" } });
    const { body, text } = await call("create_connector", {
      name: "Tickets of IT",
      type: ".servicenow",
      config: { apiUrl: "https://acme.service-now.com", isOAuth: false, usesTableApi },
      secrets: { username: { $env: "CONNECTOR_SECRET_U" }, password: { $env: "CONNECTOR_SECRET_P" } },
    });
    expect(body.status, text).toBe("done");
    expect((body.warnings ?? []).join().includes("Access through ServiceNow's table API is being phased out")).toBe(isOld);
  });
});

test("a loud test of Teams does not claim that the message appears", async () => {
  const made = await product({ person: accepts });
  await makeConnector(made, "office", ".teams", { secrets: { webhookUrl: "https://acme.webhook.office.com/webhookb2/x" } });
  const { body, text } = await made.call("test_connector", { id: "office", mode: "loud" });
  expect(text).toContain("that the message appears");
  expect(body.status).toBe("done");
});
