import { expect, test } from "vitest";
import { product } from "../support/product.ts";

test.each<[string, RegExp]>([
  [".email", /Narrowing xpack\.actions\.email\.domain_allowlist breaks existing connectors/],
  [".webhook", /the User-Agent holds elastic \(deployment:<id>\) or \(project:<id>\)/],
  [".http", /elastic \(deployment:<id>\)/],
])("describing %s tells what surprises people", async (type, said) => {
  const { call } = await product();
  const { text } = await call("describe_connector_types", { types: [type] });
  expect(text).toMatch(said);
});

test("the finding of missing secrets says what else an import does", async () => {
  const { call } = await product();
  const { body } = await call("audit_connectors", { checks: ["missing_secrets"], detail: true });
  expect(body.findings[0].why).toMatch(/random ids creates new connectors.*preconfigured connector has the same id, it wins/);
});
