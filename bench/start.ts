import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compared, digits, interleaved, milliseconds, type Row, spread } from "./figures.ts";
import { published } from "./published.ts";
import { type Command, type Era, ofShell, own, residentOf, StdioServer } from "./stdio-server.ts";

const againstNode = "`node -e 0`";

/** Times `node -e 0` by which a start in the second era may take longer than that of a bare server of its SDK. */
const mostAboveBare = 0.1;

const first: Era = "2025-11-25";
const second: Era = "2026-07-28";

/** From the start of the process to the answer to tools/list, in both eras of the protocol; and the memory that it then holds. */
export async function start(pairs: number): Promise<Row[]> {
  const ours = own(["--sandbox"]);
  const rows = await ofCommand(`ours, ${first}`, ours, first, pairs, { time: 1.9, megabytes: 60 });
  rows.push(...(await ofCommand(`ours, ${second}`, ours, second, pairs, { megabytes: 60 })));
  const bare = await bareServer();
  rows.push(...(await ofCommand(`a bare server of its SDK, ${second}`, bare, second, pairs, {})));
  rows.push(await aboveBare(ours, bare, pairs));
  for (const server of await published()) {
    const what = server.name;
    if ("skipped" in server) rows.push({ group: "start", what, skipped: server.skipped });
    else
      rows.push(
        ...(await ofCommand(what, server.command, first, pairs, {}).catch((error: Error) => [
          { group: "start", what, skipped: error.message },
        ])),
      );
  }
  return rows;
}

/** A server of the second SDK that lists as many tools as ours, bundled and minified as ours is. */
async function bareServer(): Promise<Command> {
  const folder = mkdtempSync(join(tmpdir(), "bench-bare-server-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const server = new StdioServer(own(["--sandbox"]));
  const { tools } = await server.start(second);
  await server.stop();
  const outfile = join(folder, "server.mjs");
  await promisify(execFile)(process.execPath, [
    "node_modules/esbuild/bin/esbuild",
    "bench/bare-server.ts",
    "--bundle",
    "--minify",
    "--format=esm",
    "--platform=node",
    "--target=node20",
    "--alias:@modelcontextprotocol/server/_shims=./bench/no-validator.ts",
    `--define:TOOLS=${JSON.stringify(tools)}`,
    `--outfile=${outfile}`,
  ]);
  return { args: [outfile] };
}

/** How much longer than the bare server ours takes, as a part of `node -e 0`. */
async function aboveBare(ours: Command, bare: Command, pairs: number): Promise<Row> {
  const ofNode: number[] = [];
  const of = (command: Command) => async () => {
    ofNode.push(await milliseconds(nothing));
    const { time, stop } = await begin(command, second);
    await stop();
    return time;
  };
  const times = await interleaved(pairs, of(ours), of(bare));
  const node = spread(ofNode).median;
  const above = spread(times.ours.map((time, index) => (time - (times.theirs[index] ?? Number.NaN)) / node));
  const shown = (values: readonly number[]) => `${digits(spread(values).median)} ms`;
  return {
    group: "start",
    what: `ours above a bare server of its SDK, ${second}`,
    against: `the bare server, in ${againstNode}`,
    ratio: above,
    pairs,
    ours: shown(times.ours),
    theirs: shown(times.theirs),
    target: { atMost: mostAboveBare, what: `≤ ${mostAboveBare} ×`, met: above.median <= mostAboveBare },
  };
}

interface Begun {
  /** Milliseconds to the answer to tools/list. */
  time: number;
  /** @returns the megabytes that the server held */
  stop(): Promise<number>;
}

async function begin(command: Command, era: Era): Promise<Begun> {
  const from = process.hrtime.bigint();
  const server = new StdioServer(command);
  await server.start(era);
  const time = Number(process.hrtime.bigint() - from) / 1e6;
  return {
    time,
    async stop() {
      const held = server.resident() ?? Number.NaN;
      await server.stop();
      return held;
    },
  };
}

async function ofCommand(
  what: string,
  command: Command,
  era: Era,
  pairs: number,
  target: { time?: number; megabytes?: number },
): Promise<Row[]> {
  const held: number[] = [];
  const times = await interleaved(
    pairs,
    async () => {
      const { time, stop } = await begin(command, era);
      held.push(await stop());
      return time;
    },
    () => milliseconds(nothing),
  );
  const row = compared({ group: "start", what, against: againstNode }, times, { unit: "ms", ...(target.time && { atMost: target.time }) });
  const memory = held.slice(1);
  const bare = await bareMemory(memory.length);
  const megabytes = compared(
    { group: "memory", what: `${what}, tools listed`, against: againstNode },
    { ours: memory, theirs: bare },
    { unit: "MB" },
  );
  const { median } = spread(memory);
  if (target.megabytes) megabytes.target = { atMost: target.megabytes, what: `≤ ${target.megabytes} MB`, met: median <= target.megabytes };
  return Number.isNaN(median)
    ? [row, { group: "memory", what, skipped: `this system does not report it (${digits(median)})` }]
    : [row, megabytes];
}

function nothing(): Promise<void> {
  return new Promise((done, failed) => {
    spawn(process.execPath, ["-e", "0"], { stdio: "ignore", env: ofShell() })
      .once("error", failed)
      .once("exit", () => done());
  });
}

/** Megabytes of a Node that only waits. */
async function bareMemory(tries: number): Promise<number[]> {
  const held: number[] = [];
  for (let turn = 0; turn < tries; turn++) {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume();process.stdout.write('0')"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: ofShell(),
    });
    await new Promise((ready) => child.stdout.once("data", ready));
    held.push(residentOf(child) ?? Number.NaN);
    await new Promise((done) => {
      child.once("exit", done);
      child.stdin.end();
    });
  }
  return held;
}
