import { describe, expect, test } from "vitest";
import { product } from "../support/product.ts";

describe("describe_connector_types", () => {
  test("without types lists what this deployment offers", async () => {
    const { call } = await product();
    const { body } = await call("describe_connector_types");
    expect(body.types).toContainEqual({ id: ".slack", name: "Slack", license: "gold" });
    expect(body.types.length).toBe(body.total);
    expect(body.types.map(({ id }: { id: string }) => id)).not.toContain(".cases");
    // Of many none is proposed: which is wanted is not known here.
    expect(body.next).toBeUndefined();
    expect((await call("describe_connector_types", { text: "pagerduty" })).body.next).toMatchObject([{ args: { types: [".pagerduty"] } }]);
  });

  test("says why a type cannot be used", async () => {
    const { call } = await product({ sandbox: { license: "basic" } });
    expect((await call("describe_connector_types", { text: "slack" })).body.types[0]).toMatchObject({
      id: ".slack",
      unusable: "the licence does not cover it: it needs gold",
    });
    const usable = (await call("describe_connector_types", { usable: true })).body.types.map(({ id }: { id: string }) => id);
    expect(usable).toContain(".server-log");
    expect(usable).not.toContain(".slack");
  });

  test("with types gives fields, an example call, tests and traps", async () => {
    const { call } = await product();
    const { body } = await call("describe_connector_types", { types: ["slack"] });
    expect(body.types[0]).toMatchObject({
      id: ".slack",
      example: { type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_SLACK_WEBHOOK_URL" } } },
      tests: { loud: expect.any(String), safe: expect.stringContaining("no read call") },
      traps: expect.any(Array),
    });
  });

  test.each([".slack", ".webhook", ".pagerduty", ".index", ".server-log", ".email"])(
    "the example of %s can be called as it is",
    async (type) => {
      const { call, settings } = await product();
      const { example } = (await call("describe_connector_types", { types: [type] })).body.types[0];
      const env = Object.fromEntries(
        [...JSON.stringify(example).matchAll(/CONNECTOR_SECRET_[A-Z_]+/g)].map(([name]) => [
          name,
          name.includes("URL") ? "https://hooks.slack.com/services/T0/B0/x1" : "canary-0123456789",
        ]),
      );
      const { call: again } = await product({ env, settings });
      expect((await again("create_connector", { ...example, dry_run: true })).body).toMatchObject({ status: "planned" });
    },
  );

  test("a word similar to only one type is understood, and the answer says so", async () => {
    const { call } = await product();
    const { body } = await call("describe_connector_types", { types: ["slak", ".server-log"], parts: ["traps"] });
    expect(body.types.map(({ id }: { id: string }) => id)).toEqual([".slack", ".server-log"]);
    expect(body.warnings).toEqual(['No type is named "slak": .slack (Slack) was taken.']);
  });

  test("a word similar to several types gets a warning that tells them apart", async () => {
    const { call } = await product();
    const { body } = await call("describe_connector_types", { types: ["snow", "no-such-thing"] });
    expect(body.types).toEqual([]);
    expect(body.warnings).toEqual([
      'No type "snow" here: did you mean .servicenow (ServiceNow ITSM; Incident management) or .servicenow-itom (ServiceNow ITOM; Incident management) or .servicenow-sir (ServiceNow SecOps; Incident management)?',
      'No type "no-such-thing" here, nor one with a similar name.',
    ]);
    expect(body.next).toMatchObject([{ tool: "describe_connector_types", args: {} }]);
    const near = await call("describe_connector_types", { types: ["snow"] });
    expect(near.body.next).toBeUndefined();
  });

  test("the name of a type that is not here is not taken for a similar one", async () => {
    const { call } = await product();
    const { body } = await call("describe_connector_types", { types: [".slack2", "zendesk"] });
    expect(body.types).toEqual([]);
  });

  test.each<[Record<string, unknown>, string[], string | undefined]>([
    [{ sub_action: "createAlert" }, ["message"], undefined],
    [{ sub_action: "createalrt" }, ["message"], '.opsgenie has no sub-action "createalrt": createAlert is shown instead.'],
    [{ sub_action: "frobnicate" }, ["subAction"], '.opsgenie has no sub-action "frobnicate"; it has '],
  ])("only %j: the params of that sub-action", async (args, fields, warning) => {
    const { call } = await product();
    const { body } = await call("describe_connector_types", { types: [".opsgenie"], ...args });
    expect(body.types[0].params.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(fields));
    expect(body.types[0]).not.toHaveProperty("config");
    expect(body.warnings?.[0] ?? "").toContain(warning ?? "");
    expect(body.warnings === undefined).toBe(warning === undefined);
  });
});
