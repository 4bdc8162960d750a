import { expect, test } from "vitest";
import { describeFields } from "../../src/catalog/describe.ts";
import { connectorTypes } from "../../src/catalog/index.ts";
import { cases, withoutSecrets } from "./catalogue-cases.ts";

test("the table has every type that can be created, and every secret field of it", async () => {
  const types = (await connectorTypes()).filter(({ system }) => !system);
  expect([...new Set([...cases.map(({ type }) => type), ...withoutSecrets])].sort()).toEqual(types.map(({ id }) => id).sort());
  for (const type of types) {
    const fields = cases.filter((one) => one.type === type.id).flatMap(({ secrets }) => Object.keys(secrets));
    const known = describeFields(type, "secrets").map(({ name }) => name);
    // .cases-webhook has the field of a way that Kibana refuses for it.
    const usable = known.filter((field) => !(type.id === ".cases-webhook" && field === "clientSecret"));
    expect(fields.sort(), type.id).toEqual(expect.arrayContaining(usable));
    expect(known, type.id).toEqual(expect.arrayContaining(fields));
  }
});
