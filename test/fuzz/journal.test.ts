import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { listChanges } from "../../src/tools/list-changes.ts";
import { undoChange } from "../../src/tools/undo-change.ts";
import { textIn } from "../support/folder.ts";
import { junk, mutate, mutation } from "./json.ts";
import { print, runs } from "./runs.ts";
import { fuzzedServer } from "./server.ts";

/** What happens to a journal: records changed, lines cut, torn, doubled or strange. */
const damage = fc.array(
  fc.tuple(
    fc.nat(),
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .array(mutation, { minLength: 1, maxLength: 2 })
          .map((by) => (line: string) => [JSON.stringify(mutate(JSON.parse(line), by))]),
      },
      { weight: 1, arbitrary: junk.map((value) => () => [JSON.stringify(value)]) },
      { weight: 1, arbitrary: fc.nat({ max: 900 }).map((at) => (line: string) => [line.slice(0, at)]) },
      { weight: 1, arbitrary: fc.constantFrom("\ufeff", "\u0000", "\r", "}").map((mark) => (line: string) => [line + mark]) },
      { weight: 1, arbitrary: fc.constant((line: string) => [line, line]) },
      { weight: 1, arbitrary: fc.constant(() => []) },
    ),
  ),
  { minLength: 1, maxLength: 3 },
);

test("whatever is in the journal, changes are listed, and undone or refused with a code", { timeout: 60_000 }, async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { call, journalDir, told, tally } = await fuzzedServer(sandbox.url);
  const lines = (await textIn(journalDir)).trim().split("\n");
  expect(lines.length).toBe(8);
  const changes = lines.map((line) => JSON.parse(line).change);

  const property = fc.asyncProperty(damage, fc.nat(), fc.boolean(), async (damages, turn, dry) => {
    const damaged = damages.reduce<string[]>((all, [at, harm]) => {
      const place = at % lines.length;
      return all.flatMap((line, index) => (index === place && line === lines[place] ? harm(line) : [line]));
    }, lines);
    for (const name of await readdir(journalDir)) await rm(join(journalDir, name));
    await writeFile(join(journalDir, "changes-2026-01-01-1-abcdef.jsonl"), `${damaged.join("\n")}\n`);
    await call(listChanges, {});
    await call(undoChange, {
      change: changes[turn % changes.length],
      dry_run: dry,
      secrets: { routingKey: { $env: "CONNECTOR_SECRET_CANARY" } },
    });
  });
  await fc.assert(property, runs("journal files", 500));
  print(`list_changes and undo_change answered ${told()}`);
  expect(tally.size).toBeGreaterThan(3);
});
