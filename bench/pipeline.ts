import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/change/clock.ts";
import { createJournal } from "../src/change/journal.ts";
import { bareClient, countOf, requestsOf } from "./bare.ts";
import { compared, interleaved, milliseconds, type Row } from "./figures.ts";
import { own, StdioServer, startSandbox } from "./stdio-server.ts";

const id = "bench-log";
/** A round trip: after the last call everything is as it was before the first. */
const steps = [
  {
    what: "create_connector, plan alone (dry_run)",
    call: ["create_connector", { name: "Bench log", type: ".server-log", id, dry_run: true }],
  },
  { what: "create_connector", call: ["create_connector", { name: "Bench log", type: ".server-log", id }] },
  { what: "update_connector, a person says yes", call: ["update_connector", { id, name: "Bench log, renamed" }] },
  { what: "safe_delete_connector, a person says yes", call: ["safe_delete_connector", { ids: [id] }] },
] as const;

/** What a change costs, step by step: plan, consent, journal, write and reading back, against its bare requests. */
export async function pipeline(pairs: number): Promise<Row[]> {
  const sandbox = await startSandbox([]);
  const requests = await requestsOf(sandbox.url, ...steps.map(({ call }) => call));
  const server = new StdioServer(own(["--max-changes-per-hour", "100000"], { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" }));
  const bare = bareClient(sandbox.url);
  await server.start();
  const samples = steps.map((): { ours: number[]; theirs: number[] } => ({ ours: [], theirs: [] }));
  for (let pair = -3; pair < pairs; pair++) {
    const ping = await milliseconds(() => server.ping());
    const ours: number[] = [];
    for (const { call } of steps) ours.push((await milliseconds(() => server.call(call[0], call[1]))) - ping);
    const theirs: number[] = [];
    for (const one of requests) theirs.push(await milliseconds(() => bare.make(one)));
    // The first rounds only warm up.
    if (pair < 0) continue;
    for (const [index, sample] of samples.entries()) {
      sample.ours.push(ours[index] ?? Number.NaN);
      sample.theirs.push(theirs[index] ?? Number.NaN);
    }
  }
  await server.stop();
  await bare.close();
  await sandbox.stop();
  const rows = steps.map(({ what }, index) => {
    const against = `its ${countOf(requests[index] ?? [])} requests`;
    return compared({ group: "change", what, against }, samples[index] ?? { ours: [], theirs: [] }, { unit: "ms" });
  });
  return [...rows, await journalRow(pairs)];
}

/** The two records of an op, each on disk before the next step. */
async function journalRow(pairs: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "bench-journal-"));
  const journal = createJournal(folder, systemClock);
  const op = { op: "create", space: "default", id, name: "Bench log", type: ".server-log", config: {}, secretFields: [] };
  const record = {
    change: "bench",
    n: 0,
    deployment: "SANDBOX",
    tool: "create_connector",
    principal: "local",
    consent: "form",
    summary: "x",
    op,
  };
  const plain = await open(join(folder, "plain"), "a");
  const line = `${JSON.stringify({ v: 1, kind: "begin", at: new Date().toISOString(), ...record })}\n`;
  const samples = await interleaved(
    pairs,
    () =>
      milliseconds(async () => {
        await journal.begin(record);
        await journal.end({ change: "bench", n: 0, outcome: "done" });
      }),
    () =>
      milliseconds(async () => {
        for (const text of [line, line]) {
          await plain.appendFile(text);
          await plain.sync();
        }
      }),
  );
  await journal.close();
  await plain.close();
  rmSync(folder, { recursive: true });
  return compared({ group: "change", what: "journal: begin and end, on disk", against: "two appends with fsync" }, samples, { unit: "ms" });
}
