import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const calls: [string, Record<string, unknown>][] = [
  ["attach_connector", { connector: "ops-pagerduty", rules: ["malware-detected"] }],
  ["attach_connector", { connector: "ops-pagerduty", rules: ["Malware detected"] }],
  ["replace_connector", { from: "ops-slack", remove: true, rules: ["malware-detected"] }],
  ["test_connector", { id: "ops-pagerduty", rule: "malware-detected" }],
];

test.each(calls)("a rule of another space is said to be there: %s %j", async (tool, args) => {
  const { call } = await product({ person: accepts });
  const { body } = await call(tool, args);
  expect(body).toMatchObject({
    code: "rule_not_found",
    message: expect.stringMatching(/"[Mm]alware.detected" \(malware-detected\) is in the space "security"\.$/),
    fix: 'If that one is meant, call again with space "security": rules use only connectors of their own space.',
    detail: { elsewhere: [{ space: "security", id: "malware-detected" }] },
  });
  expect(body.detail).not.toHaveProperty("candidates");
});

test("a rule that is nowhere, and one of a space that this server may not use, are as before", async () => {
  const { call } = await product({ person: accepts });
  const nowhere = { connector: "ops-pagerduty", rules: ["no-such-rule"] };
  expect((await call("attach_connector", nowhere)).body).toMatchObject({
    code: "rule_not_found",
    detail: { candidates: expect.any(Array) },
  });
  const limited = await product({ person: accepts, settings: { spaces: ["default"] } });
  const { body } = await limited.call("attach_connector", { connector: "ops-pagerduty", rules: ["malware-detected"] });
  expect(body).toMatchObject({ code: "rule_not_found", message: expect.not.stringContaining("security") });
});
