import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { pluginToolNames } from "../../scripts/packaging.ts";
import { serveAnthropic } from "./models/anthropic.ts";
import { createScript } from "./models/script.ts";
import { runProgram } from "./program.ts";
import { startWorld } from "./world.ts";

const installed = inject("clients")["claude-code"];
const folder = installed && "folder" in installed ? installed.folder : undefined;

/** Claude Code's command line, with a home of its own and no network. */
async function claudeCode() {
  const world = await startWorld();
  const script = createScript([() => ({ call: "list_connectors", args: {} })]);
  const model = await serveAnthropic(script);
  const env = {
    ...world.env,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "any",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ENABLE_TOOL_SEARCH: "false",
    // A proxy that does not run: requests to the network fail, and are noticed.
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
  const run = (...args: string[]) => runProgram([join(folder ?? "", "node_modules/.bin/claude"), ...args], { cwd: world.folder, env });
  return { world, script, run };
}

describe.skipIf(folder === undefined)("a clone as a marketplace for Claude Code", () => {
  test.each([".", "dist/plugin"])("%s is valid", async (path) => {
    const { run } = await claudeCode();
    const { code, stdout, stderr } = await run("plugin", "validate", join(process.cwd(), path));
    expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/Validation passed\n*$/)]);
  });

  test("is added, its plugin installed and served, without the network", async () => {
    const { world, script, run } = await claudeCode();
    expect(await run("plugin", "marketplace", "add", process.cwd())).toMatchObject({ code: 0 });
    const settings = [`kibana_url=${world.kibana}`, "api_key=any"].flatMap((one) => ["--config", one]);
    const added = await run("plugin", "install", "kibana-connectors@kibana-connectors-mcp", ...settings);
    expect(added.code, added.stdout + added.stderr).toBe(0);
    const { stdout } = await run("-p", "go", "--allowedTools", "mcp__plugin_kibana-connectors_kibana");
    expect(script.told[0]?.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(pluginToolNames()));
    expect(stdout).toContain("ops-slack-2");
  });
});
