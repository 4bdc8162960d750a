import { describe, expect, test } from "vitest";
import { product } from "../support/product.ts";

const said = 'No type is named "pagerdutty": .pagerduty (PagerDuty) was taken.';

describe("a word similar to only one type is understood in every tool, and the answer says which was taken", () => {
  test.each<[string, Record<string, unknown>]>([
    ["describe_connector_types", { types: ["pagerdutty"], parts: ["traps"] }],
    ["list_connectors", { type: "pagerdutty" }],
    ["export_connectors", { type: "pagerdutty" }],
    ["create_connector", { name: "P", type: "pagerdutty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_P" } }, dry_run: true }],
    [
      "create_connector",
      {
        name: "P 2",
        type: "pagerdutty",
        from: { id: "ops-pagerduty" },
        secrets: { routingKey: { $env: "CONNECTOR_SECRET_P" } },
        dry_run: true,
      },
    ],
  ])("%s %j", async (tool, args) => {
    const { call } = await product({ env: { CONNECTOR_SECRET_P: "canary-0123456789" } });
    const { body } = await call(tool, args);
    expect(body).not.toHaveProperty("code");
    expect(body.warnings ?? body.plan?.warnings).toContain(said);
  });

  test.each([
    ["sms", "describe_connector_types"],
    ["logstash", "describe_connector_types"],
    ["discord", "describe_connector_types"],
  ])("%s is none of them", async (word, tool) => {
    const { call } = await product();
    expect((await call(tool, { types: [word] })).body.types).toEqual([]);
  });

  test("when one is to be created, several candidates are told apart", async () => {
    const { call } = await product();
    const { body } = await call("create_connector", { name: "S", type: "slack webhok" });
    expect(body).toMatchObject({
      code: "type_unknown",
      fix: "Did you mean .slack (Slack; Messaging; secrets: webhookUrl) or .slack_api (Slack API; Messaging; secrets: token)?",
    });
  });
});

test("wrong params of a sub-action lead to the list of its params", async () => {
  const { call, bare } = await product();
  await bare("POST", "/api/actions/connector/og", {
    name: "OG",
    connector_type_id: ".opsgenie",
    config: { apiUrl: "https://api.opsgenie.com" },
    secrets: { apiKey: "k" },
  });
  const { body } = await call("execute_connector", { id: "og", params: { subAction: "createAlert", subActionParams: { priority: "P9" } } });
  expect(body).toMatchObject({
    code: "invalid_arguments",
    fix: 'Correct these; describe_connector_types with types [".opsgenie"], parts ["params"] and sub_action "createAlert" lists them.',
  });
});
