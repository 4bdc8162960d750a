import { describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { index, kibana, refusal } from "./kibana.ts";

const named = ["8.17", "9.1", "9.2", "9.3", "9.5", "serverless"] as const;
const all = Object.fromEntries(await Promise.all(named.map(async (version) => [version, await kibana({ version })] as const)));
const at = (version: string) => all[version] ?? Promise.reject(new Error(version));

describe("what a version says of itself and of a connector", () => {
  test.each([
    ["8.17", "8.17.0", "traditional", []],
    ["9.2", "9.2.0", "traditional", ["is_connector_type_deprecated"]],
    ["9.5", "9.5.0", "traditional", ["is_connector_type_deprecated", "auth_mode"]],
    ["serverless", "9.5.0", "serverless", ["is_connector_type_deprecated", "auth_mode"]],
  ] as const)("%s", async (version, number, build_flavor, fields) => {
    const { get } = await at(version);
    expect((await get("/api/status")).body.version).toMatchObject({ number, build_flavor });
    const optional = ["is_connector_type_deprecated", "auth_mode"];
    const { body } = await get("/api/actions/connector/ops-slack");
    expect(optional.filter((field) => field in body)).toEqual(fields);
    expect(body).toHaveProperty("is_system_action", false);
  });

  test("an old one knows neither system actions nor features", async () => {
    const { get } = await kibana({ version: "8.3" });
    expect((await get("/api/actions/connector/ops-slack")).body).not.toHaveProperty("is_system_action");
    expect((await get("/api/actions/connector_types")).body[0]).not.toHaveProperty("supported_feature_ids");
  });

  test.each([
    ["8.17", [], false],
    ["9.2", [".inference", ".jira-service-management", ".xsoar"], false],
    ["9.5", [".inference", ".jira-service-management", ".mcp", ".xsoar"], true],
  ] as const)("%s has the types that had come by then", async (version, types, source) => {
    const { body } = await (await at(version)).get("/api/actions/connector_types");
    const late = [".inference", ".jira-service-management", ".mcp", ".xsoar"];
    expect(late.filter((id) => body.some((row: { id: string }) => row.id === id))).toEqual(types);
    expect("source" in body[0]).toBe(source);
  });
});

describe("words", () => {
  const webhook = { name: "n", connector_type_id: ".webhook", config: { url: "https://a.example.com", hasAuth: false } };
  test.each([
    ["8.17", "error validating action type config: [url]: expected value of type [string] but got [undefined]"],
    ["9.2", "error validating action type config: [url]: expected value of type [string] but got [undefined]"],
    ["9.3", 'error validating connector type config: Field "url": Required'],
    ["serverless", "error validating connector type config: ✖ Invalid input: expected string, received undefined\n  → at url"],
  ])("%s of a bad config", async (version, message) => {
    expect((await (await at(version)).create({ ...webhook, config: {} })).body).toEqual(refusal(400, message));
  });

  test.each([
    ["8.17", "[request body.x]: definition for this key is missing"],
    ["9.5", "[request body.x]: Additional properties are not allowed ('x' was unexpected)"],
  ])("%s of an unknown key", async (version, message) => {
    expect((await (await at(version)).create({ ...index, x: 1 })).body).toEqual(refusal(400, message));
  });

  test.each([
    ["8.17", "error validating action type secrets: [secretHeaders]: definition for this key is missing"],
    ["9.1", "error validating action type secrets: [secretHeaders]: definition for this key is missing"],
    ["9.2", undefined],
  ])("%s of secret headers", async (version, message) => {
    const { create } = await at(version);
    const { status, body } = await create({ ...webhook, secrets: { secretHeaders: { a: "b" } } });
    if (message) expect(body).toEqual(refusal(400, message));
    else expect(status).toBe(200);
  });
});

test.each([
  ["8.17", 200, "Any_Id"],
  ["9.2", 400, "Any_Id"],
  ["serverless", 400, undefined],
])("%s: internal routes and ids", async (version, status, id) => {
  const { get, create } = await at(version);
  expect((await get("/internal/actions/connectors")).status).toBe(status);
  expect((await create(index, "Any_Id")).body.id).toBe(id);
});

test("a version that never existed is refused", async () => {
  await expect(startSandbox({ version: "nine" })).rejects.toThrow('There is no Kibana "nine": use 8.17, 9.2, 9.5, serverless or the like.');
});
