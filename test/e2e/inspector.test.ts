import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnv, main } from "../support/built-server.ts";

/** The MCP Inspector's own command line; it asks for a newer Node but runs on this one. */
const inspector = join(
  import.meta.resolve("@modelcontextprotocol/inspector/package.json").replace("file://", ""),
  "../clients/launcher/build/index.js",
);

test("the MCP Inspector finds no problem in the list of tools", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [inspector, "--cli", process.execPath, main, "--method", "tools/list", "--strict"],
    { env: cleanEnv(mkdtempSync(join(tmpdir(), "kcm-inspector-"))), encoding: "utf8", timeout: 20_000 },
  );
  expect([status, stderr]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  expect(JSON.parse(stdout).tools.length).toBeGreaterThan(10);
});
