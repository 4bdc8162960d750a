import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { tools } from "../../src/tools/index.ts";
import { corpus } from "./corpus.ts";
import { damage, type Exchange, replayedKibana } from "./replayed-kibana.ts";
import { print, runs } from "./runs.ts";
import { fuzzedServer } from "./server.ts";

const inAll = 500;
/** Milliseconds after which what was learned from an answer is asked again. */
const stale = 120_000;

describe("whatever Kibana answers, the tool's answer is a coded error or a valid outcome", () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))("%s", { timeout: 120_000 }, async (name, tool) => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const kibana = await replayedKibana(sandbox.url);
    let server: Awaited<ReturnType<typeof fuzzedServer>> | undefined;
    await kibana.record(async () => {
      server = await fuzzedServer(kibana.url);
    });
    if (!server) throw new Error("no server");
    const { call, clock, running, tally, told } = server;
    const calls: { args: unknown; exchanges: readonly Exchange[] }[] = [];
    for (const [, args] of corpus.filter(([of]) => of === name)) {
      clock.advance(stale);
      calls.push({ args, exchanges: await kibana.record(() => call(tool, args)) });
    }
    tally.clear();
    expect(calls.length, `calls of ${name} in corpus.ts`).toBeGreaterThan(0);
    const property = fc.asyncProperty(
      fc.constantFrom(...calls),
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      ({ args, exchanges }, damages) => {
        kibana.play(exchanges, damages);
        clock.advance(stale);
        return call(tool, args);
      },
    );
    await fc.assert(property, runs(`Kibana's answers to ${name}`, Math.ceil(inAll / tools.length)));
    print(`${name} answered ${told()}`);
    expect(running.size).toBe(0);
  });
});
