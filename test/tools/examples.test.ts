import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

/** Values in the form that such a secret has at any service. */
function valueFor(variable: string): string {
  if (/URL$/.test(variable))
    return variable.includes("TORQ") ? "https://hooks.torq.io/v1/x" : "https://hooks.example.com/services/T0/B0/abcdefgh";
  if (/JSON$/.test(variable))
    return JSON.stringify({ type: "service_account", project_id: "p", client_email: "a@p.iam.example.com", private_key: "k" });
  return "a-value-that-is-long-enough";
}

test("for every type, the example in its description works at the first call", async () => {
  const env: Record<string, string> = {};
  const { call } = await product({ person: accepts, env, settings: { maxChangesPerHour: 1000 } });
  const { types } = (await call("describe_connector_types")).body;
  const outcomes: Record<string, string> = {};
  for (const { id } of types) {
    const { example } = (await call("describe_connector_types", { types: [id], parts: ["example"] })).body.types[0];
    for (const [, name = ""] of JSON.stringify(example).matchAll(/"\$env":"(\w+)"/g)) env[name] = valueFor(name);
    const { body } = await call("create_connector", { ...example, name: `Example of ${id}` });
    outcomes[id] = body.status ?? `${body.code}: ${body.message}`;
  }
  expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(32);
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map((id) => [id, "done"])));
});
