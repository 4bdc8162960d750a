import { describe, expect, test } from "vitest";
import { deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const secret = "kn0wn-secret-value-77";
const env = { CONNECTOR_SECRET_A: secret };
const several = (count: number) => Array.from({ length: count }, (_none, n) => `${secret}-${n}`);

/** What has thousands of recipients, with a known value in each. */
const kinds: Record<string, (count: number) => object[][]> = {
  "one action": (count) => [
    [logs("chat", { params: { subAction: "postMessage", subActionParams: { text: "t", channelIds: several(count) } } })],
  ],
  "fifty rules": (count) =>
    Array.from({ length: 50 }, (_none, n) => [
      logs("chat", {
        params: {
          subAction: "postMessage",
          subActionParams: { text: "t", channelIds: several(count / 50).map((one) => `${one}-${n}`) },
        },
      }),
    ]),
};

describe.each(Object.entries(kinds))("%s whose recipients hold a known value", (_what, rules) => {
  test("is planned in seconds, and others are answered meanwhile", async () => {
    const { bare, ...world } = await deployment();
    await makeConnector(bare, "chat", { connector_type_id: ".slack_api", secrets: { token: "xoxb-12345678" } });
    for (const [n, actions] of rules(6_000).entries()) await makeRule(bare, `r${n}`, actions);
    const { call } = await serve(world, { env });
    await call("list_connectors");
    const began = performance.now();
    const answered = call("replace_connector", { from: "chat", remove: true, dry_run: true });
    await call("describe_connector_types");
    const { body } = await answered;
    expect([body.error, body.status]).toEqual([undefined, "planned"]);
    expect(performance.now() - began).toBeLessThan(10_000);
  }, 120_000);
});
