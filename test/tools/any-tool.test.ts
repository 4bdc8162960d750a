import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { product } from "../support/product.ts";

test("each tool has a file of tests by its name", () => {
  for (const { name } of tools) expect(existsSync(`test/tools/${name.replaceAll("_", "-")}.test.ts`), name).toBe(true);
});

test.each([
  ["get_connector", { connector: "ops-slack" }, /connector: is `id` here/],
  ["test_connector", { connector_id: "ops-slack" }, /connector_id: is `id` here/],
  ["execute_connector", { name: "ops-slack", params: {} }, /name: is `id` here/],
  ["safe_delete_connector", { id: "ops-slack" }, /id: is `ids` here/],
  ["safe_delete_connector", { ids: ["ops-slack"], force: true }, /force: is not an argument: nothing can be forced/],
  ["list_connectors", { name: "slack" }, /name: is `text` here/],
])("%s with %j: a common wrong name is answered with the right one", async (tool, args, message) => {
  const { call } = await product();
  const { body } = await call(tool, args);
  expect(body).toMatchObject({ code: "invalid_arguments", message: expect.stringMatching(message) });
});

test("a copy of a connector in another space: says how to name that space", async () => {
  const { call } = await product();
  const copy = (id: string) => call("create_connector", { name: "Copy", from: { id }, space: "team-payments" });
  expect((await copy("batch-jira")).body).toMatchObject({
    code: "connector_not_found",
    fix: 'If that one is meant, say where it is: from: {"id":"batch-jira","space":"default"}.',
  });
  expect((await copy("in-no-space")).body).toMatchObject({
    code: "connector_not_found",
    fix: 'Name the space of the original: from: {"space": "…", "id": "…"}.',
  });
});

describe("nothing configured", () => {
  test.each([
    "describe_deployment",
    "list_connectors",
    "get_connector",
    "describe_connector_types",
    "list_changes",
    "create_connector",
    "test_connector",
    "safe_delete_connector",
  ])("%s is listed and answers what to set; the sandbox is not used by accident", async (tool) => {
    const { call, client, calls, state } = await product({ settings: { kibana: undefined } });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain(tool);
    const before = await state();
    const { body, isError } = await call(tool, { id: "x", ids: ["x"], name: "x", type: ".slack" });
    expect(isError).toBe(true);
    expect(body).toMatchObject({
      code: "not_configured",
      message: "This server is not connected to a Kibana.",
      fix: expect.stringMatching(/KIBANA_URL and KIBANA_API_KEY.*--sandbox/),
    });
    expect([calls, await state()]).toEqual([[], before]);
  });
});

describe("a call that reaches no tool", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    [
      "delete_connector",
      {},
      { code: "tool_unknown", message: 'There is no tool "delete_connector".', fix: "Did you mean safe_delete_connector?" },
    ],
    [
      "frobnicate",
      {},
      { code: "tool_unknown", message: 'There is no tool "frobnicate".', fix: expect.stringMatching(/^There are: describe_deployment, /) },
    ],
    [
      "create_connector",
      { excludeTools: ["create_connector"] },
      {
        code: "tool_unknown",
        message: "create_connector is switched off on this server.",
        fix: "Ask the operator, who sets CONNECTORS_TOOLS and CONNECTORS_EXCLUDE_TOOLS.",
      },
    ],
    ["list_changes", { tools: ["list_connectors"] }, { code: "tool_unknown", message: "list_changes is switched off on this server." }],
  ])("%s", async (tool, settings, expected) => {
    const { call, calls } = await product({ settings });
    expect((await call(tool)).body).toMatchObject(expected);
    expect(calls).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, boolean[]]>([
    ["read", { access: "read" }, [true, false, false, false]],
    ["change", { access: "change" }, [true, true, true, false]],
    ["full", { access: "full" }, [true, true, true, true]],
    ["chosen", { tools: ["list_connectors", "safe_delete_connector"] }, [true, false, false, true]],
    ["excluded", { excludeTools: ["list_connectors"] }, [false, true, true, true]],
  ])("%s: what is not allowed is not listed", async (_what, settings, expected) => {
    const { client } = await product({ settings });
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(["list_connectors", "create_connector", "test_connector", "safe_delete_connector"].map((name) => names.includes(name))).toEqual(
      expected,
    );
  });
});

describe("a Kibana that cannot be reached", () => {
  test("is reported with code, cause and fix by every reading tool", async () => {
    const { call } = await product({ sandbox: { apiKeys: ["right"] } });
    for (const [tool, args] of [
      ["list_connectors", {}],
      ["get_connector", { id: "a" }],
      ["describe_deployment", {}],
      ["create_connector", { name: "A", type: ".index" }],
    ] as const) {
      expect((await call(tool, args)).body).toMatchObject({ code: "unauthorized", fix: expect.stringContaining("KIBANA_API_KEY") });
    }
  });

  test("a proxy's page instead of JSON is called one", async () => {
    const { call, fault } = await product();
    await fault("html", { times: 20 });
    expect((await call("list_connectors")).body).toMatchObject({
      code: "kibana_unreachable",
      message: expect.stringContaining('an HTML page titled "Sign in"'),
    });
  });
});

describe("the form of answers", () => {
  test.each([
    ["both", true, true],
    ["text", true, false],
    ["structured", false, true],
  ] as const)("--results %s", async (results, text, structured) => {
    const { client } = await product({ settings: { results } });
    const answer = await client.callTool({ name: "list_connectors", arguments: {} });
    expect([(answer.content as unknown[]).length > 0, answer.structuredContent !== undefined]).toEqual([text, structured]);
    if (text && structured) expect(JSON.parse((answer.content as { text: string }[])[0]?.text ?? "")).toEqual(answer.structuredContent);
    const { tools } = await client.listTools();
    expect(tools.every(({ outputSchema }) => (outputSchema !== undefined) === structured)).toBe(true);
  });

  test("an error is text only, in every form", async () => {
    for (const results of ["both", "text", "structured"] as const) {
      const { client } = await product({ settings: { results } });
      const answer = await client.callTool({ name: "get_connector", arguments: { id: "nope" } });
      expect([answer.isError, (answer.content as unknown[]).length, answer.structuredContent]).toEqual([true, 1, undefined]);
    }
  });

  test("no answer is longer than 20,000 characters, and it says what is left out", async () => {
    const { call, bare } = await product();
    const config = { index: "x".repeat(900) };
    for (let n = 0; n < 60; n++)
      await bare("POST", `/api/actions/connector/many-${n}`, { name: `Many ${n} ${"y".repeat(500)}`, connector_type_id: ".index", config });
    const { body, text } = await call("list_connectors", { limit: 100 });
    expect(JSON.stringify(body).length).toBeLessThanOrEqual(20_000);
    expect(text.length).toBeLessThan(65_000);
    expect(body.connectors.length + Number(/^(\d+) of `connectors`/.exec(body.warnings?.at(-1) ?? "")?.[1] ?? 0)).toBe(70);
  });
});
