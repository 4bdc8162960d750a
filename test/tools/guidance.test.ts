import { expect, test } from "vitest";
import { product } from "../support/product.ts";

test.each<[string, RegExp]>([
  [".email", /Narrowing xpack\.actions\.email\.domain_allowlist breaks connectors that are there/],
  [".webhook", /elastic \(deployment:<id>\), on Serverless elastic \(project:<id>\), in their User-Agent/],
  [".http", /elastic \(deployment:<id>\)/],
  [".cases", /pushed on to Jira, ServiceNow, Resilient and others by its external connection/],
])("describing %s tells what surprises people", async (type, said) => {
  const { call } = await product();
  const { text } = await call("describe_connector_types", { types: [type] });
  expect(text).toMatch(said);
});

test("the finding of missing secrets tells what an import does beside", async () => {
  const { call } = await product();
  const { body } = await call("audit_connectors", { checks: ["missing_secrets"], detail: true });
  expect(body.findings[0].why).toMatch(/random ids makes new connectors.*preconfigured connector has the same id, it wins/);
});
