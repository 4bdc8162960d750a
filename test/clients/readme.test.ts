import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { serverBuild } from "../support/built-server.ts";
import { serveAnthropic } from "./models/anthropic.ts";
import { serveOpenai } from "./models/openai.ts";
import { createScript } from "./models/script.ts";
import { runProgram } from "./program.ts";
import { programs } from "./programs.ts";
import { readAnswer } from "./read-answer.ts";
import { startWorld } from "./world.ts";

const folderOf = (name: string) => {
  const installed = inject("clients")[name];
  return installed && "folder" in installed ? installed.folder : undefined;
};
const folder = folderOf("claude-code");

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

/** The commands with which README runs clients where nobody sits. */
const unattended: [begins: string, client: string, serve: typeof serveAnthropic][] = [
  ["claude -p ", "claude-code", serveAnthropic],
  ["codex exec ", "codex", serveOpenai],
];

describe.each(unattended)("`%s…` of README", (begins, client, serve) => {
  const at = folderOf(client);

  test.skipIf(at === undefined)("gives the client's own approval, and the model hears that nobody agreed to a change", async () => {
    const line = readFileSync("README.md", "utf8")
      .split("\n")
      .find((one) => one.startsWith(begins));
    const world = await startWorld();
    const script = createScript([
      () => ({ call: "list_connectors", args: {} }),
      () => ({ call: "safe_delete_connector", args: { ids: ["ops-slack-2"] } }),
    ]);
    const model = await serve(script);
    const agent = programs.find(({ name }) => name === client);
    // For the configuration that it writes: the command is README's.
    const configured = agent?.start({ world, model: model.url, installed: at ?? "", approved: false });
    await runProgram(["git", "init", "--quiet"], { cwd: world.folder, env: world.env });
    await runProgram(["sh", "-c", line ?? ""], {
      cwd: world.folder,
      env: { ...world.env, ...configured?.env, PATH: `${join(at ?? "", "node_modules/.bin")}:${process.env.PATH}` },
    });
    const [read, changed] = (script.told.at(-1)?.results ?? []).map(readAnswer);
    expect(read.connectors.length).toBeGreaterThan(5);
    expect(changed).toMatchObject({ status: "confirmation_needed", message: expect.stringContaining("perhaps nobody saw the question") });
    expect(await world.connectors()).toContain("ops-slack-2");
  });
});
