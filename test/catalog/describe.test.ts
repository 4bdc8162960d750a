import { encode } from "gpt-tokenizer";
import { expect, test } from "vitest";
import { describeFields } from "../../src/catalog/describe.ts";
import { connectorTypes } from "../../src/catalog/index.ts";
import { entry } from "./type-examples.ts";

test("a field says its type, whether it must be given, its default, its values and a note", async () => {
  const rows = describeFields(await entry(".webhook"), "config");
  expect(rows.find((row) => row.name === "url")).toMatchObject({ name: "url", type: "url", required: true });
  expect(rows.find((row) => row.name === "method")).toMatchObject({
    type: "string",
    default: "post",
    values: ["post", "put", "patch", "get", "delete"],
  });
  expect(rows.find((row) => row.name === "hasAuth")).toEqual({ name: "hasAuth", type: "boolean", default: true });
  expect(rows.find((row) => row.name === "headers")).toMatchObject({ type: "record<string>|null" });
});

test("nested shapes read like TypeScript", async () => {
  const params = describeFields(await entry(".pagerduty"), "params");
  expect(params.find((row) => row.name === "links")).toEqual({ name: "links", type: "{href: string, text: string}[]" });
  const mail = describeFields(await entry(".email"), "params");
  expect(mail.find((row) => row.name === "to")).toEqual({ name: "to", type: "string[]" });
});

test("a part without fields has no rows", async () => {
  expect(describeFields(await entry(".server-log"), "config")).toEqual([]);
});

test("a type is described in about a thousand tokens", async () => {
  for (const type of await connectorTypes()) {
    const rows = (["config", "secrets", "params"] as const).map((part) => describeFields(type, part));
    expect(encode(JSON.stringify(rows)).length, type.id).toBeLessThanOrEqual(1000);
  }
});
