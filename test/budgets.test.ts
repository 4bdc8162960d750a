import { readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instructions } from "../src/mcp/instructions.ts";
import { eagerOf, type Output, overBudget } from "./budgets/measured.ts";
import { budgets } from "./budgets/table.ts";
import { type Started, startBuilt } from "./support/built-server.ts";

describe("tokens", () => {
  let started: Started;
  beforeAll(async () => {
    started = await startBuilt({ args: ["--sandbox"] });
  });
  afterAll(() => started.close());

  test("of all tools stay below 3,000, of the reading ones below 1,200, of none above 400", async () => {
    const { tools } = await started.client.listTools();
    const sizes = tools.map(({ name, description, inputSchema, annotations }) => ({
      name,
      reads: annotations?.readOnlyHint === true,
      tokens: countTokens(name) + countTokens(description ?? "") + countTokens(JSON.stringify(inputSchema)),
    }));
    const sum = (rows: typeof sizes) => rows.reduce((total, row) => total + row.tokens, 0);
    for (const row of sizes) expect(row, row.name).toSatisfy(({ tokens }: { tokens: number }) => tokens <= 400);
    expect(sum(sizes.filter((row) => row.reads))).toBeLessThanOrEqual(1200);
    expect(sum(sizes)).toBeLessThanOrEqual(3000);
  });

  test.each([
    ["describe_deployment", {}],
    ["list_connectors", { space: "*" }],
    ["get_connector", { id: "ops-pagerduty", include: ["rules"] }],
    ["describe_connector_types", { types: [".pagerduty"] }],
    ["describe_connector_types", { types: [".webhook"] }],
    ["describe_connector_types", { types: [".email"] }],
    ["list_changes", {}],
    ["test_connector", { id: "ops-pagerduty" }],
    ["attach_connector", { connector: "ops-pagerduty", rules: ["Disk almost full", "Checkout errors", "Search latency"], dry_run: true }],
    ["create_connector", { name: "x", type: ".slack" }],
    ["safe_delete_connector", { ids: ["ops-slack"] }],
  ])("an ordinary answer of %s %j stays below 1,200", async (tool, args) => {
    const { raw } = await started.call(tool, args);
    const [first] = raw.content;
    expect(countTokens(first?.type === "text" ? first.text : "")).toBeLessThanOrEqual(1200);
  });

  test("the description of every type stays below 1,200", async () => {
    const { body } = await started.call("describe_connector_types");
    for (const { id } of body.types) {
      const { raw } = await started.call("describe_connector_types", { types: [id] });
      const [first] = raw.content;
      expect(countTokens(first?.type === "text" ? first.text : ""), id).toBeLessThanOrEqual(1200);
    }
  });

  test("the server's instructions stay below 1,500 characters", () => {
    expect(instructions.length).toBeLessThanOrEqual(1500);
  });
});

describe("the start", () => {
  const { bytes, paths, inputs } = eagerOf("dist");

  test("loads at most 242 kB in at most 3 files before the tools are listed", () => {
    expect(bytes).toBeLessThanOrEqual(242_000);
    expect(paths.length).toBeLessThanOrEqual(3);
  });

  test("loads at most 404 kB in at most 3 files for the second era, whose SDK is the larger one", () => {
    const second = eagerOf("dist", "second");
    expect(second.bytes).toBeLessThanOrEqual(404_000);
    expect(second.paths.length).toBeLessThanOrEqual(3);
  });

  test("is ASCII: one other character, which esbuild leaves in a regular expression, makes V8 keep and read a file at two bytes a letter", () => {
    for (const era of ["first", "second"] as const)
      for (const path of eagerOf("dist", era).paths)
        expect(
          readFileSync(path).every((byte) => byte < 128),
          path,
        ).toBe(true);
  });

  test.each<["first" | "second", RegExp]>([
    ["first", /@modelcontextprotocol\/(server|core|node|client)\//],
    ["second", /@modelcontextprotocol\/(sdk|client)\//],
  ])("loads only the SDK of the %s era for its clients, and no validator", (era, others) => {
    const loaded = eagerOf("dist", era).inputs;
    expect(loaded.filter((input) => input.includes("@modelcontextprotocol/"))).not.toEqual([]);
    expect(loaded.filter((input) => others.test(input) || /\/ajv\//.test(input))).toEqual([]);
  });

  test.each([
    "node_modules/undici/",
    "src/sandbox/",
    "src/catalog/types/",
    "src/web/",
    "src/commands/demo",
    "node_modules/ajv/",
    "node_modules/express/",
    "src/kibana/http.ts",
    "src/mcp/http",
    "src/tools/create-connector.ts",
    "src/change/pipeline.ts",
    "node_modules/@hono/",
    "src/apps/index.ts",
    "node_modules/@simplewebauthn/",
    "src/passkeys/",
    "src/secrets/redact.ts",
    "src/shapes/",
  ])("does not load %s", (part) => {
    expect(inputs.filter((input) => input.includes(part))).toEqual([]);
  });

  // The SDK of the second era is 200 kB of it, and checking passkeys 170 kB: CBOR, ASN.1 and the rules of WebAuthn, which only
  // --approve-with, enroll and doctor load. 30 kB fill in templates as Kibana does, for a rehearsal, and 30 kB find who uses a language model without
  // naming it as its own.
  test("the whole bundle, with an SDK for each era, stays below 2.9 MB and is without ajv and locales", () => {
    const { outputs } = JSON.parse(readFileSync("dist/meta.json", "utf8")) as { outputs: Record<string, Output> };
    const all = Object.values(outputs);
    expect(all.reduce((sum, output) => sum + output.bytes, 0)).toBeLessThanOrEqual(2_900_000);
    const everything = all.flatMap((output) => Object.keys(output.inputs));
    expect(everything.filter((input) => /node_modules\/ajv\/|zod\/v4\/locales\/(?!en)/.test(input))).toEqual([]);
  });
});

test("every tool keeps to its row of the table: tokens in the list, requests and tokens of typical calls", async () => {
  const { tools } = await import("../src/tools/index.ts");
  expect(Object.keys(budgets).sort()).toEqual(tools.map(({ name }) => name).sort());
  expect(await overBudget("dist")).toEqual([]);
});
