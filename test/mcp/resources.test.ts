import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { expect, test } from "vitest";
import { createKeptExports } from "../../src/tools/exports/kept-exports.ts";
import { fakeClock } from "../support/clock.ts";
import { connect, product } from "../support/product.ts";

const file = { name: "connectors.tf", mimeType: "text/plain", parts: ["one\n", "two\n"] };
const wrong = { code: ErrorCode.InvalidParams };

test("the server declares resources, but no subscriptions or list changes", async () => {
  const { client } = await product();
  expect(client.getServerCapabilities()).toMatchObject({ resources: {}, completions: {} });
  expect(client.getServerCapabilities()?.resources).toEqual({});
});

test("the parts of an export are listed and can be read, without a request to Kibana", async () => {
  const { client, backend, calls } = await product();
  expect((await client.listResources()).resources.filter(({ uri }) => uri.startsWith("kibana-export:"))).toEqual([]);
  const { id } = backend.exports.keep("tester", [file]);
  const { resources } = await client.listResources();
  const ours = resources.filter(({ uri }) => uri.startsWith("kibana-export:"));
  expect(ours.map(({ uri, name, size }) => [uri, name, size])).toEqual([
    [`kibana-export://${id}/connectors.tf/1`, "connectors.tf (part 1 of 2)", 4],
    [`kibana-export://${id}/connectors.tf/2`, "connectors.tf (part 2 of 2)", 4],
  ]);
  const texts = [];
  for (const { uri } of ours) texts.push(...(await client.readResource({ uri })).contents);
  expect(texts).toEqual([
    { uri: ours[0]?.uri, mimeType: "text/plain", text: "one\n" },
    { uri: ours[1]?.uri, mimeType: "text/plain", text: "two\n" },
  ]);
  expect(calls).toEqual([]);
});

test("templates are listed, and their variables completed", async () => {
  const { client, backend } = await product();
  const { id } = backend.exports.keep("tester", [file]);
  const { resourceTemplates } = await client.listResourceTemplates();
  const uri = "kibana-export://{id}/{file}/{part}";
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(uri);
  const complete = async (name: string, value: string, others: Record<string, string> = {}) =>
    (await client.complete({ ref: { type: "ref/resource", uri }, argument: { name, value }, context: { arguments: others } })).completion;
  expect((await complete("id", id.slice(0, 2))).values).toEqual([id]);
  expect((await complete("file", "x")).values).toEqual([]);
  expect((await complete("file", "c", { id })).values).toEqual(["connectors.tf"]);
  expect(await complete("part", "", { id, file: "connectors.tf" })).toEqual({ values: ["1", "2"], total: 2, hasMore: false });
  expect((await complete("constructor", "")).values).toEqual([]);
});

test.each([
  "kibana-export://nope/connectors.tf/1",
  "nonsense://x",
  "",
  "kibana-export://ID/connectors.tf/3",
  "kibana-export://ID/connectors.tf/0",
  "kibana-export://ID/connectors.tf/01",
  "kibana-export://ID/connectors.tf",
  "kibana-export://ID/connectors.tf/1/2",
  "kibana-export://ID/other/1",
])("an unknown resource %s is invalid params", async (uri) => {
  const { client, backend } = await product();
  const { id } = backend.exports.keep("tester", [file]);
  await expect(client.readResource({ uri: uri.replace("ID", id) })).rejects.toMatchObject(wrong);
});

test("a template or prompt that does not exist is invalid params", async () => {
  const { client } = await product();
  const argument = { name: "id", value: "" };
  await expect(client.complete({ ref: { type: "ref/resource", uri: "x://{y}" }, argument })).rejects.toMatchObject(wrong);
  await expect(client.complete({ ref: { type: "ref/prompt", name: "x" }, argument })).rejects.toMatchObject(wrong);
});

test("another principal sees nothing of an export, even with the address", async () => {
  const { backend, settings, client } = await product();
  const { id } = backend.exports.keep("somebody-else", [file]);
  expect((await client.listResources()).resources.filter(({ uri }) => uri.includes(id))).toEqual([]);
  await expect(client.readResource({ uri: `kibana-export://${id}/connectors.tf/1` })).rejects.toMatchObject(wrong);
  const mine = backend.exports.keep("tester", [file]);
  const second = await connect(backend, settings, undefined);
  expect((await second.client.readResource({ uri: `kibana-export://${mine.id}/connectors.tf/1` })).contents).toHaveLength(1);
});

test("known secrets are removed from resources", async () => {
  const { client, backend } = await product({ env: { CONNECTOR_SECRET_X: "a-long-enough-value" } });
  const { id } = backend.exports.keep("tester", [{ ...file, parts: ["token = a-long-enough-value"] }]);
  const { contents } = await client.readResource({ uri: `kibana-export://${id}/connectors.tf/1` });
  expect(JSON.stringify(contents)).not.toContain("a-long-enough-value");
});

test("exports are kept half an hour, twenty at most, and within twenty million characters", () => {
  const clock = fakeClock();
  const exports = createKeptExports(() => clock.now());
  const first = exports.keep("a", [file]);
  clock.advance(29 * 60_000);
  const second = exports.keep("a", [file]);
  expect(exports.of("a").map(({ id }) => id)).toEqual([second.id, first.id]);
  clock.advance(60_000);
  expect(exports.find("a", first.id)).toBeUndefined();
  expect(exports.find("a", second.id)).toEqual(expect.objectContaining({ id: second.id }));
  const many = Array.from({ length: 20 }, () => exports.keep("a", [file]).id);
  expect(exports.find("a", second.id)).toBeUndefined();
  expect(exports.of("a").map(({ id }) => id)).toEqual(many.reverse());
  const huge = exports.keep("a", [{ ...file, parts: ["x".repeat(20_000_001)] }]);
  expect(exports.of("a").map(({ id }) => id)).toEqual([huge.id]);
  expect(new Set([...many, huge.id]).size).toBe(21);
  expect(huge.id).toMatch(/^[0-9a-f]{32}$/);
});
