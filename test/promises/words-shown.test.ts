import { expect, test } from "vitest";
import { look } from "../pages/form.ts";
import { deployment, makeConnector, serve } from "./race-deployment.ts";

const env = { CONNECTOR_SECRET_A: "first-secret-value", CONNECTOR_SECRET_B: "second-secret-value" };
const $env = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const tines = {
  ...{ id: "t", name: "T", type: ".tines", config: { url: "https://tenant.tines.example" } },
  secrets: { email: $env("A"), token: $env("A") },
};

test("list_changes with detail names the fields whose secrets were stored, and no secret", async () => {
  const { call } = await serve(await deployment(), { env });
  await call("create_connector", tines);
  await call("update_connector", { id: "t", secrets: { email: $env("B"), token: $env("B") } });
  const { body } = await call("list_changes", { detail: true });
  const [updated, created] = body.changes;
  expect([updated.after.secrets, created.after.secrets]).toEqual([
    ["email", "token"],
    ["email", "token"],
  ]);
  expect(JSON.stringify(body)).not.toMatch(/\[redacted\]|-secret-value/);
});

test("the trail in Elasticsearch names them too", async () => {
  const made = await deployment();
  await makeConnector(made.bare, "trail", { connector_type_id: ".index", config: { index: "trail" } });
  const { call } = await serve(made, { env, args: ["--audit-connector", "trail"] });
  const { body } = await call("create_connector", tines);
  expect(body.status).toBe("done");
  const { deliveries } = JSON.parse(await made.bare("GET", "/sandbox/deliveries"));
  const records: string[] = deliveries.map((one: object) => JSON.stringify(one));
  expect(records.length).toBe(2);
  for (const record of records) {
    expect(record).toMatch(/secretFields\W+email\W+token\W+/);
    expect(record).not.toMatch(/\[redacted\]|-secret-value/);
  }
});

test("page and answer give each reason why a person is asked once, though one variable stands for several fields", async () => {
  const { call } = await serve(await deployment(), { env, args: ["--confirm", "page"] });
  const { body } = await call("create_connector", tines);
  const { html } = await look(body.confirm.url);
  expect(html.match(/A person is asked because/g)).toHaveLength(1);
  expect(new Set(body.plan.needs_a_person).size).toBe(body.plan.needs_a_person.length);
});
