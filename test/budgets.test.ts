import { readFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { countTokens } from "gpt-tokenizer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instructions } from "../src/mcp/server.ts";
import { type Started, startBuilt, startSandboxProcess, yes } from "./support/built-server.ts";

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
  const meta = JSON.parse(readFileSync("dist/meta.json", "utf8")) as {
    outputs: Record<
      string,
      { bytes: number; imports: { path: string; kind: string }[]; inputs: Record<string, unknown>; entryPoint?: string }
    >;
  };
  const entry = (source: string) => Object.keys(meta.outputs).find((path) => meta.outputs[path]?.entryPoint === source) ?? "";

  /** Files loaded with these, without what is imported on demand. */
  function closure(paths: string[], seen = new Set<string>()): Set<string> {
    for (const path of paths) {
      const output = meta.outputs[path];
      if (!output || seen.has(path)) continue;
      seen.add(path);
      closure(
        output.imports.filter((one) => one.kind === "import-statement").map((one) => one.path),
        seen,
      );
    }
    return seen;
  }

  const eager = [...closure([entry("src/main.ts"), entry("src/commands/serve.ts")])];
  const inputs = eager.flatMap((path) => Object.keys(meta.outputs[path]?.inputs ?? {}));

  test("loads at most 470 kB in at most 22 files before the tools are listed", () => {
    const bytes = eager.reduce((sum, path) => sum + (meta.outputs[path]?.bytes ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(470_000);
    expect(eager.length).toBeLessThanOrEqual(22);
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
    "node_modules/@hono/",
  ])("does not load %s", (part) => {
    expect(inputs.filter((input) => input.includes(part))).toEqual([]);
  });

  test("the whole bundle stays below 1.8 MB and is without ajv and locales", () => {
    const all = Object.values(meta.outputs);
    expect(all.reduce((sum, output) => sum + output.bytes, 0)).toBeLessThanOrEqual(1_800_000);
    const everything = all.flatMap((output) => Object.keys(output.inputs));
    expect(everything.filter((input) => /node_modules\/ajv\/|zod\/v4\/locales\/(?!en)/.test(input))).toEqual([]);
  });
});

describe("requests to Kibana", () => {
  let sandbox: Awaited<ReturnType<typeof startSandboxProcess>>;
  let started: Started;
  let seen: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url?.split("?")[0]}`);
    const target = new URL(incoming.url ?? "/", sandbox.url);
    incoming.pipe(
      httpRequest(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  beforeAll(async () => {
    sandbox = await startSandboxProcess();
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    started = await startBuilt({ env: { KIBANA_URL: url, KIBANA_API_KEY: "any" }, person: yes });
  });
  afterAll(async () => {
    await started.close();
    proxy.close();
    await sandbox.stop();
  });

  test.each([
    ["describe_deployment", {}, 4],
    ["list_connectors", {}, 3],
    ["list_connectors", { text: "slack" }, 2],
    ["get_connector", { id: "ops-slack" }, 2],
    ["get_connector", { id: "ops-slack", include: ["rules"] }, 3],
    ["describe_connector_types", {}, 1],
    ["list_changes", {}, 0],
    ["create_connector", { name: "Log of tests", type: ".server-log" }, 7],
    ["test_connector", { id: "log-of-tests" }, 4],
    ["safe_delete_connector", { ids: ["log-of-tests"] }, 13],
  ])("%s %j makes at most %i", async (tool, args, most) => {
    seen = [];
    const { body } = await started.call(tool, args);
    expect(body.error).toBeUndefined();
    expect(seen.length, seen.join("\n")).toBeLessThanOrEqual(most);
  });
});
