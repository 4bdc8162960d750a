import { spawn } from "node:child_process";
import { compared, digits, interleaved, milliseconds, type Row, spread } from "./figures.ts";
import { published } from "./published.ts";
import { type Command, ofShell, own, residentOf, StdioServer } from "./stdio-server.ts";

const againstNode = "`node -e 0`";

/** From the start of the process to the answer to tools/list; and the memory that it then holds. */
export async function start(pairs: number): Promise<Row[]> {
  const rows = await ofCommand("ours", own(["--sandbox"]), pairs, { time: 1.9, megabytes: 60 });
  for (const server of await published()) {
    const what = server.name;
    if ("skipped" in server) rows.push({ group: "start", what, skipped: server.skipped });
    else
      rows.push(
        ...(await ofCommand(what, server.command, pairs, {}).catch((error: Error) => [{ group: "start", what, skipped: error.message }])),
      );
  }
  return rows;
}

async function ofCommand(what: string, command: Command, pairs: number, target: { time?: number; megabytes?: number }): Promise<Row[]> {
  const held: number[] = [];
  const begin = () =>
    milliseconds(async () => {
      const server = new StdioServer(command);
      await server.start();
      stop = async () => {
        held.push(server.resident() ?? Number.NaN);
        await server.stop();
      };
    });
  let stop = async () => {};
  const times = await interleaved(
    pairs,
    async () => {
      const time = await begin();
      await stop();
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
