import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getMcpConfigForManifest, unpackExtension } from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { cleanEnv } from "../support/built-server.ts";
import { runProgram } from "./program.ts";
import { startWorld } from "./world.ts";

let folder: string;
let extension: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kcm-bundle-"));
  extension = join(folder, "extension");
  const packed = join(folder, "it.mcpb");
  const made = await runProgram([process.execPath, "scripts/mcpb.mjs", packed], { cwd: process.cwd(), env: cleanEnv(folder) });
  expect(made.code, made.stderr).toBe(0);
  await unpackExtension({ mcpbPath: packed, outputDir: extension, silent: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The bundle as a host of MCP bundles starts it, with these variables in place of what it would fill in. */
async function hosted(variables: Record<string, string>, sandboxArgs: string[] = []) {
  const world = await startWorld([], sandboxArgs);
  const config = await getMcpConfigForManifest({
    manifest: JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8")),
    extensionPath: extension,
    systemDirs: {},
    userConfig: { kibana_url: world.kibana, api_key: "any" },
    pathSeparator: "/",
  });
  if (!config) throw new Error("the host found nothing to start");
  const client = new Client({ name: "host", version: "1" });
  let stderr = "";
  const transport = new StdioClientTransport({
    command: config.command,
    args: config.args ?? [],
    env: { ...world.env, ...config.env, ...variables },
    stderr: "pipe",
  });
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  onTestFinished(() => client.close());
  const started = await client.connect(transport).then(
    () => true,
    () => false,
  );
  // A server that does not start has said why.
  if (!started) return { tools: 0, failed: true, body: undefined, said: stderr };
  const answer = (await client.callTool({ name: "list_connectors", arguments: {} })) as CallToolResult;
  const { tools } = await client.listTools();
  const [first] = answer.content;
  return {
    tools: tools.length,
    failed: answer.isError ?? false,
    body: first?.type === "text" ? JSON.parse(first.text) : undefined,
    said: `${stderr}${JSON.stringify(answer.content)}`,
  };
}

const optional = ["CONNECTORS_ACCESS", "CONNECTORS_SPACES"];
const literal = (name: string) => ["$", `{user_config.${name}}`].join("");

test("a .mcpb host that fills everything in is served", async () => {
  expect(await hosted({})).toMatchObject({ tools: 16, failed: false });
});

test.each(optional)("a .mcpb host that hands on a blank %s is served as if it were not set", async (variable) => {
  const { tools, failed, body } = await hosted({ [variable]: "" });
  expect([tools, failed, body.connectors?.length > 5]).toEqual([16, false, true]);
});

test.each(optional)("a .mcpb host that hands on %s unresolved is served as if it were not set, and the log names it", async (variable) => {
  const { tools, failed, said } = await hosted({ [variable]: literal(variable === "CONNECTORS_ACCESS" ? "access" : "spaces") });
  expect([tools, failed]).toEqual([16, false]);
  expect(said).toContain(variable);
});

const unset: [how: string, value: string, why: string][] = [
  ["blank", "", "is set and empty"],
  ["unresolved", literal("api_key"), `holds ${literal("api_key")}, which nobody filled in`],
];

test.each(unset)(
  "a .mcpb host that hands on a key that is %s is told which variable it is, where Kibana requires one",
  async (_how, value, why) => {
    const { failed, body } = await hosted({ KIBANA_API_KEY: value }, ["--api-key", "aWQ6a2V5LW9mLXRoaXMtdGVzdA=="]);
    expect([failed, body.error]).toMatchObject([true, { code: "unauthorized", message: expect.stringContaining(`KIBANA_API_KEY ${why}`) }]);
  },
);

test.each(unset)("a .mcpb host that hands on a key that is %s is served by a Kibana without security", async (_how, value) => {
  expect(await hosted({ KIBANA_API_KEY: value })).toMatchObject({ tools: 16, failed: false });
});
