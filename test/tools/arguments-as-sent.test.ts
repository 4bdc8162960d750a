import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ToolError } from "../../src/errors.ts";
import { readArguments } from "../../src/tools/arguments.ts";
import type { Tool } from "../../src/tools/define.ts";
import { asList, meaningOfAbsence } from "../../src/tools/fields.ts";
import { tools } from "../../src/tools/index.ts";
import { corpus } from "../fuzz/corpus.ts";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { accepts, product } from "../support/product.ts";

type Args = Record<string, unknown>;

const toolOf = (name: string): Tool => {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
};

const optionalFields = (tool: Tool) =>
  Object.entries<z.core.$ZodType>(tool.input.shape).filter(([, field]) => field instanceof z.ZodOptional || field instanceof z.ZodDefault);

/** Ways in which clients write the same call. */
const ways: Record<string, (tool: Tool, args: Args) => Args> = {
  "what is no text as JSON text": (_tool, args) =>
    Object.fromEntries(Object.entries(args).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)])),
  "null for what is left out": (tool, args) => ({
    ...leftOut(tool, (field) => !meaningOfAbsence(field) || nullIsFine(field), null),
    ...args,
  }),
  "an empty text for what is left out": (tool, args) => ({ ...leftOut(tool, (field) => !meaningOfAbsence(field), ""), ...args }),
};

const nullIsFine = (field: z.core.$ZodType) => meaningOfAbsence(field)?.nullIsAbsent === true;

function leftOut(tool: Tool, which: (field: z.core.$ZodType) => boolean, value: unknown): Args {
  return Object.fromEntries(
    optionalFields(tool)
      .filter(([, field]) => which(field))
      .map(([key]) => [key, value]),
  );
}

describe.each(Object.entries(ways))("%s", (_way, written) => {
  test.each(corpus)("%s %j is the same call", (name, args) => {
    const tool = toolOf(name);
    expect(readArguments(tool.input, written(tool, args))).toEqual(readArguments(tool.input, args));
  });
});

/** Every field whose absence lets a call do or show more. */
const wide = tools.flatMap((tool) =>
  optionalFields(tool).flatMap(([key, field]) => (meaningOfAbsence(field) ? [[tool.name, key] as const] : [])),
);

test("these are the fields whose absence widens a call", () => {
  const byField: Record<string, string[]> = {};
  for (const [tool, key] of wide) byField[key] = [...(byField[key] ?? []), tool];
  expect(byField).toMatchObject({
    dry_run: tools.filter(({ risk }) => risk !== "read").map(({ name }) => name),
    rules: ["replace_connector"],
    mode: ["test_connector"],
    ids: ["export_connectors"],
    space: expect.arrayContaining(["create_connector", "safe_delete_connector", "replace_connector", "attach_connector"]),
    type: ["list_connectors", "map_notifications", "export_connectors"],
    state: ["list_connectors", "map_notifications"],
    ...Object.fromEntries(
      ["tags", "consumer", "enabled", "notified_by", "without_actions", "connector", "verdict"].map((key) => [key, ["map_notifications"]]),
    ),
    checks: ["audit_connectors"],
    spaces: ["audit_connectors"],
    types: ["describe_connector_types"],
    id: ["list_changes", "undo_change"],
  });
});

test.each(wide)("%s: an empty %s is refused with the reason", async (name, key) => {
  const tool = toolOf(name);
  const [, args] = corpus.find(([one]) => one === name) ?? ["", {}];
  const field = tool.input.shape[key] as z.core.$ZodType;
  // The list as some clients write it; for a text or a word it is no empty value.
  const asText = lists.some(([tool, list]) => tool === name && list === key) ? ["[]"] : [];
  for (const empty of ["", " ", [], ...asText, ...(nullIsFine(field) ? [] : [null])])
    expect(() => readArguments(tool.input, { ...args, [key]: empty })).toThrow(
      `${key}: is ${JSON.stringify(empty)}; left out, it means ${meaningOfAbsence(field)?.means}. Leave it out for that`,
    );
});

test("a change with an empty list of rules, of ids or an empty dry_run writes nothing", async () => {
  const { call, writes } = await product({ person: accepts });
  for (const [tool, args] of [
    ["replace_connector", { from: "ops-slack", remove: true, rules: [] }],
    ["replace_connector", { from: "ops-slack", remove: true, rules: null }],
    ["replace_connector", { from: "ops-slack", remove: true, rules: "" }],
    ["replace_connector", { from: "ops-slack", remove: true, dry_run: "" }],
    ["replace_connector", { from: "ops-slack", remove: true, dry_run: null }],
    ["replace_connector", { from: "ops-slack", remove: true, space: "" }],
    ["attach_connector", { connector: "ops-slack", rules: [] }],
    ["attach_connector", { connector: "ops-slack", rules: "" }],
    ["safe_delete_connector", { ids: [] }],
    ["safe_delete_connector", { ids: null }],
    ["safe_delete_connector", { ids: ["kibana-log"], dry_run: "" }],
    ["create_connector", { name: "x", type: ".server-log", space: "" }],
    ["undo_change", { change: "" }],
    ["undo_change", { change: null }],
    ["test_connector", { id: "ops-slack", mode: "" }],
  ] as const) {
    const { isError, body } = await call(tool, args);
    expect([tool, args, isError, body.code]).toEqual([tool, args, true, "invalid_arguments"]);
  }
  expect(writes()).toEqual([]);
});

test.each<[string, Args, string]>([
  ["safe_delete_connector", { ids: "" }, 'ids: is a list: ["…", "…"]'],
  ["safe_delete_connector", { ids: "[kibana-log]" }, 'ids: is a list: ["…", "…"]'],
  ["safe_delete_connector", { ids: "kibana-log, ops-slack" }, 'ids: is a list: ["…", "…"]'],
  ["safe_delete_connector", { ids: "kibana-log" }, 'ids: is a list: ["kibana-log"]'],
  ["safe_delete_connector", { id: '["kibana-log"]' }, 'id: is `ids` here: ["…", "…"]'],
  ["safe_delete_connector", { id: "" }, 'id: is `ids` here: ["…", "…"]'],
  ["safe_delete_connector", { ids: "null" }, 'ids: is a list: ["…", "…"]'],
  ["safe_delete_connector", { id: "undefined" }, 'id: is `ids` here: ["…", "…"]'],
])("%s %j: a hint never proposes the mistake itself", async (name, args, hint) => {
  const { call } = await product();
  expect((await call(name, args)).body.message).toContain(hint);
});

test.each<[string, Args, string]>([
  ["safe_delete_connector", { ids: [] }, "ids: must not be empty"],
  ["safe_delete_connector", { ids: "[]" }, "ids: must not be empty"],
  ["safe_delete_connector", { ids: [""] }, "ids.0: must not be empty"],
  ["safe_delete_connector", { ids: null }, "ids: must not be null"],
  ["update_connector", { id: "" }, "id: must not be empty"],
  ["audit_connectors", { spaces: [null] }, "spaces.0: must not be null"],
])("%s %j: what must be given and is empty is named in plain words", async (name, args, said) => {
  const { call } = await product();
  expect((await call(name, args)).body.message).toContain(said);
});

/** Every list of every tool. */
const lists = tools.flatMap((tool) =>
  Object.entries(z.toJSONSchema(tool.input, { io: "input", unrepresentable: "any" }).properties ?? {}).flatMap(([key, field]) =>
    typeof field === "object" && field.type === "array" ? [[tool.name, key] as const] : [],
  ),
);

test.each(lists)("%s: a text instead of the list %s is one mistake, whatever its length", (name, key) => {
  const tool = toolOf(name);
  const [, args] = corpus.find(([one]) => one === name) ?? ["", {}];
  for (const text of ["x", "a-text", "x".repeat(300)]) {
    let problems: unknown;
    try {
      readArguments(tool.input, { ...args, [key]: text });
    } catch (error) {
      problems = error instanceof ToolError ? error.detail?.problems : error;
    }
    expect(problems).toEqual([{ path: key, problem: `is a list: ${asList(text)}` }]);
  }
});

test.each<[string, Args, Args]>([
  [
    "create_connector",
    { name: "true", type: ".index", config: '{"index":"1","refresh":"true"}' },
    { config: { index: "1", refresh: "true" } },
  ],
  ["create_connector", { name: "7", config: { index: "null", executionTimeField: "", headers: "[1]" } }, { name: "7" }],
  [
    "execute_connector",
    { id: "123", params: '{"message":"[1,2]","n":"3","b":"false"}' },
    { params: { message: "[1,2]", n: "3", b: "false" } },
  ],
  ["update_connector", { id: "x", secrets: '{"password":"123456"}' }, { secrets: { password: "123456" } }],
  ["update_connector", { id: "x", config: { headers: null } }, { config: { headers: null } }],
  ["attach_connector", { connector: "x", rules: '["1"]', params: { to: '["a"]' } }, { rules: ["1"], params: { to: '["a"]' } }],
  ["attach_connector", { connector: "x", rules: ["1"], frequency: '{"summary":"true","throttle":null}' }, { frequency: { summary: true } }],
  ["create_connector", { name: "x", from: '{"id":"y","space":null}' }, { from: { id: "y" } }],
])("%s %j: strings stay strings, in free objects at any depth", (name, args, expected) => {
  expect(readArguments(toolOf(name).input, args)).toMatchObject(expected);
});

test.each<[string, Args]>([
  ["list_connectors", { limit: "twenty" }],
  ["list_connectors", { limit: "[20]" }],
  ["list_connectors", { limit: "true" }],
  ["safe_delete_connector", { ids: '{"a":1}' }],
  ["safe_delete_connector", { ids: ["kibana-log"], dry_run: "yes" }],
  ["safe_delete_connector", { ids: ["kibana-log"], dry_run: "1" }],
  ["execute_connector", { id: "x", params: "message" }],
  ["execute_connector", { id: "x", params: "[1]" }],
])("%s %j has no other reading and is refused", (name, args) => {
  expect(() => readArguments(toolOf(name).input, args)).toThrow("The arguments do not fit");
});

test("the built server takes arguments as clients send them, the whole object as text too", async () => {
  const kibana = await startSandboxWith();
  const server = await startServer({ env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" }, person: yes });
  try {
    const listed = await server.call("list_connectors", { limit: "2", cursor: "", space: null });
    expect(listed.body.connectors).toHaveLength(2);
    const made = await server.call("create_connector", {
      name: "As text",
      type: ".index",
      config: '{"index":"alerts"}',
      secrets: "",
      from: null,
      id: "",
      if_exists: null,
      confirm: "",
    });
    expect(made.body).toMatchObject({ status: "done", result: { connector: { id: "as-text" } } });
    const deleted = await server.call("safe_delete_connector", { ids: '["as-text"]', dry_run: "true", space: null });
    expect(deleted.body.status).toBe("planned");
    const raw = await server.client.callTool({ name: "get_connector", arguments: '{"id":"as-text"}' as never });
    expect(JSON.stringify(raw.content)).toContain("As text");
  } finally {
    await server.close();
    await kibana.stop();
  }
});

test("what a tool lists as a free object says so, and a tool without arguments is closed: converters to strict schemas need both", async () => {
  const { client } = await product();
  const { tools: listed } = await client.listTools();
  const free = listed.flatMap(({ name, inputSchema }) =>
    Object.entries(inputSchema.properties ?? {})
      .filter(([, field]) => "type" in field && field.type === "object" && !("properties" in field))
      .map(([key, field]) => [name, key, "additionalProperties" in field && field.additionalProperties]),
  );
  expect(free.map(([name, key]) => `${name}.${key}`)).toEqual(
    expect.arrayContaining(["create_connector.config", "execute_connector.params"]),
  );
  expect(free.filter(([, , open]) => open !== true)).toEqual([]);
  expect(listed.find(({ name }) => name === "describe_deployment")?.inputSchema).toMatchObject({ additionalProperties: false });
});

test.each<[string, Args, string]>([
  ["update_connector", { id: "a", confirm: { id: "c1", url: "https://localhost/a" } }, 'confirm: is the id alone, as text: "c1"'],
  ["get_connector", { id: { id: "ops-slack", name: "Ops Slack" } }, 'id: is the id alone, as text: "ops-slack"'],
  ["attach_connector", { connector: "a", rules: [{ id: "disk" }] }, 'rules.0: is the id alone, as text: "disk"'],
])("%s says to a whole object where its id is wanted: that id", (name, args, said) => {
  expect(() => readArguments(toolOf(name).input, args)).toThrow(said);
});
