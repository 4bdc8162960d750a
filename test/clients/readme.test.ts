import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { serverBuild } from "../support/built-server.ts";
import { serveAnthropic } from "./models/anthropic.ts";
import { createScript } from "./models/script.ts";
import { runProgram } from "./program.ts";
import { readAnswer } from "./read-answer.ts";
import { startWorld } from "./world.ts";

const installed = inject("clients")["claude-code"];
const folder = installed && "folder" in installed ? installed.folder : undefined;

/** Every command with which a page adds the server to Claude Code, as it is written there. */
const additions = ["README.md", "docs/clients.md"].flatMap((page) =>
  readFileSync(page, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("claude mcp add "))
    .map((line): [page: string, line: string] => [page, line]),
);

test("README and the page of clients each say how Claude Code gets the server", () => {
  expect(additions.map(([page]) => page)).toEqual(["README.md", "README.md", "docs/clients.md"]);
});

describe.skipIf(folder === undefined)("Claude Code", () => {
  test.each(additions)("takes the command of %s, connects, and its model reads or hears what is missing: %s", async (_page, line) => {
    const world = await startWorld();
    const script = createScript([() => ({ call: "list_connectors", args: {} })]);
    const model = await serveAnthropic(script);
    const run = (args: string[]) =>
      runProgram([join(folder ?? "", "node_modules/.bin/claude"), ...args], {
        cwd: world.folder,
        env: {
          ...world.env,
          ANTHROPIC_BASE_URL: model.url,
          ANTHROPIC_API_KEY: "any",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          ENABLE_TOOL_SEARCH: "false",
        },
      });
    const words = line.split(/\s+/).map((word) => (word.endsWith("/dist/main.js") ? resolve(serverBuild) : word));
    expect(await run(words.slice(1))).toMatchObject({ code: 0 });
    expect((await run(["mcp", "list"])).stdout).toMatch(/Connected/);
    const name = words[3] ?? "";
    await run(["-p", "go", "--allowedTools", `mcp__${name}`]);
    const answer = readAnswer(script.told.at(-1)?.results[0] ?? "");
    // The key in the documents is not a real one: the model learns that, and which variable it is.
    if (words.includes("--sandbox")) expect(answer.connectors.length).toBeGreaterThan(5);
    else
      expect(answer.error).toMatchObject({ code: "not_configured", message: expect.stringContaining("KIBANA_API_KEY is a placeholder") });
  });
});
