import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serverBuild } from "../support/built-server.ts";
import { runProgram } from "./program.ts";
import { startWorld } from "./world.ts";

const inspector = join(
  import.meta.resolve("@modelcontextprotocol/inspector/package.json").replace("file://", ""),
  "../clients/launcher/build/index.js",
);

/** A pipeline that calls tools with the MCP Inspector's command line: one process, and one server, for each call. */
async function pipeline() {
  const world = await startWorld();
  return {
    ...world,
    async call(tool: string, args: Record<string, unknown>, flags: string[] = [], more: Record<string, string> = {}) {
      const env = { ...world.server.env, ...more };
      const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      const ended = await runProgram(
        [
          process.execPath,
          inspector,
          ...["--cli", process.execPath, serverBuild, ...flags, ...given],
          ...["--method", "tools/call", "--tool-name", tool, "--tool-args-json", JSON.stringify(args), "--format", "json", "-q"],
        ],
        { cwd: world.folder, env: world.env },
      );
      return { ...ended, answer: ended.stdout ? JSON.parse(ended.stdout).result.structuredContent : undefined };
    },
  };
}

const unused = { ids: ["ops-slack-2"] };

describe("a pipeline with the MCP Inspector", () => {
  test("reads", async () => {
    const { call } = await pipeline();
    const { code, answer } = await call("list_connectors", {});
    expect([code, answer.connectors.length > 5]).toEqual([0, true]);
  });

  test("without more gets the page of a process that is gone by then: nothing is written", async () => {
    const { call, connectors } = await pipeline();
    const { code, answer } = await call("safe_delete_connector", unused);
    expect([code, answer]).toMatchObject([0, { status: "confirmation_needed", confirm: { url: expect.any(String) } }]);
    await expect(fetch(answer.confirm.url)).rejects.toThrow();
    const again = await call("safe_delete_connector", { ...unused, confirm: answer.confirm.id });
    expect([again.code, await connectors()]).toEqual([5, expect.arrayContaining(["ops-slack-2"])]);
  });

  test("with one key for all its processes plans in one step and, after somebody agreed, changes in another", async () => {
    const { call, connectors, journal } = await pipeline();
    const key = { CONNECTORS_CONFIRM_KEY: "a-key-that-both-steps-share-0123456789" };
    const { answer } = await call("safe_delete_connector", unused, [], key);
    expect(answer).toMatchObject({ status: "confirmation_needed", plan: { summary: expect.stringContaining("ops-slack-2") } });
    const done = await call("safe_delete_connector", { ...unused, confirm: answer.confirm.id }, [], key);
    expect([done.code, done.answer]).toMatchObject([0, { status: "done" }]);
    expect(await connectors()).not.toContain("ops-slack-2");
    expect(await journal()).toContain('"consent":"token"');
  });

  test("that asks nobody is recorded as such in the journal", async () => {
    const { call, journal } = await pipeline();
    const { code, answer } = await call("safe_delete_connector", unused, ["--dangerously-skip-confirmation"]);
    expect([code, answer]).toMatchObject([0, { status: "done" }]);
    expect(await journal()).toContain('"consent":"skipped"');
  });
});
