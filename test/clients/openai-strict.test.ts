import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { runProgram } from "./program.ts";
import { startWorld } from "./world.ts";

const installed = inject("clients")["openai-agents"];
const folder = installed && "folder" in installed ? installed.folder : undefined;

test.skipIf(folder === undefined)("OpenAI's converter silently makes every tool strict, except those with free objects", async () => {
  const world = await startWorld();
  const program = join(folder ?? "", "openai-strict.mjs");
  copyFileSync("test/clients/drivers/openai-strict.mjs", program);
  const { stdout } = await runProgram([process.execPath, program, JSON.stringify(world.server)], { cwd: world.folder, env: world.env });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.filter(({ free }) => free).map(({ name }) => name)).toEqual([
    "create_connector",
    "update_connector",
    "test_connector",
    "execute_connector",
    "attach_connector",
    "replace_connector",
    "undo_change",
  ]);
  // It warns about each tool that stays non-strict: that is its message, not a fault of the schema.
  for (const { name, free, strict, said } of rows) expect([name, strict, said.length > 0]).toEqual([name, !free, free]);
});
