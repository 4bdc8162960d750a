import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { tools } from "../../src/tools/index.ts";
import { argumentsOf } from "./arguments.ts";
import { print, runs } from "./runs.ts";
import { fuzzedServer } from "./server.ts";

const inAll = 1_400;

describe("whatever the arguments, the answer is a coded error or a valid outcome", () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))("%s", { timeout: 120_000 }, async (name, tool) => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const server = await fuzzedServer(sandbox.url);
    const property = fc.asyncProperty(argumentsOf(tool), fc.nat(), (args, turn) => server.call(tool, args, turn));
    await fc.assert(property, runs(`arguments of ${name}`, Math.ceil(inAll / tools.length)));
    print(`${name} answered ${server.told()}`);
    // If all were refused at once, nothing was tested.
    expect(server.tally.size).toBeGreaterThan(1);
    expect(server.running.size).toBe(0);
  });
});
