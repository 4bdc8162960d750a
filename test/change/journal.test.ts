import { appendFile, mkdir, readdir, readFile, rename, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createJournal } from "../../src/change/journal.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder, textIn } from "../support/folder.ts";

const hour = 3_600_000;

async function made({ dir, clock = fakeClock() }: { dir?: string; clock?: ReturnType<typeof fakeClock> } = {}) {
  const folder = dir ?? `${await freshFolder()}/state/journal`;
  const journal = createJournal(folder, clock);
  onTestFinished(() => journal.close());
  return { journal, dir: folder, clock };
}

function begin(change: string, more: Record<string, unknown> = {}) {
  return {
    change,
    n: 0,
    deployment: "PROD",
    tool: "create_connector",
    principal: "local",
    consent: "form",
    summary: "Create.",
    op: { op: "create", space: "default", id: "a", name: "A", type: ".index" },
    ...more,
  };
}
const end = (change: string, outcome: "done" | "not_done" | "unknown" = "done") => ({ change, n: 0, outcome });

describe("the journal", () => {
  test("gives back what was recorded, newest first, each with its end", async () => {
    const { journal, clock } = await made();
    await journal.begin(begin("one"));
    await journal.end(end("one"));
    clock.advance(1000);
    await journal.begin(begin("two"));
    const { entries, problems } = await journal.entries();
    expect(problems).toEqual([]);
    expect(entries.map((entry) => [entry.begin.change, entry.end?.outcome])).toEqual([
      ["two", undefined],
      ["one", "done"],
    ]);
    expect(entries[1]?.begin).toMatchObject({ v: 1, kind: "begin", at: new Date(clock.now() - 1000).toISOString(), deployment: "PROD" });
  });

  test("without changes is empty, and reading it creates no folder", async () => {
    const { journal, dir } = await made();
    expect(await journal.entries()).toEqual({ entries: [], passkeys: [], problems: [] });
    await expect(stat(dir)).rejects.toThrow("ENOENT");
  });

  test("is readable by its owner alone", async () => {
    const { journal, dir } = await made();
    await journal.begin(begin("one"));
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    const [name = ""] = await readdir(dir);
    expect(name).toMatch(/^changes-.*\.jsonl$/);
    expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
  });

  test("has one file per process, merged when it is read", async () => {
    const one = await made();
    const two = await made({ dir: one.dir });
    await one.journal.begin(begin("of one"));
    await two.journal.begin(begin("of two"));
    await one.journal.end(end("of one"));
    await two.journal.end(end("of two", "unknown"));
    expect(await readdir(one.dir)).toHaveLength(2);
    for (const { journal } of [one, two]) {
      const { entries } = await journal.entries();
      expect(entries.map((entry) => `${entry.begin.change}: ${entry.end?.outcome}`).sort()).toEqual(["of one: done", "of two: unknown"]);
    }
  });

  test("has one key, whoever asks for it first, and none before", async () => {
    const one = await made();
    const two = await made({ dir: one.dir });
    expect(await one.journal.key()).toBeUndefined();
    await expect(stat(one.dir)).rejects.toThrow("ENOENT");
    const keys = await Promise.all([one, two, one, two].map(({ journal }) => journal.keyForRecords()));
    expect(new Set([...keys, await two.journal.key()].map((key) => key?.toString("hex"))).size).toBe(1);
    expect([keys[0]?.length, (await stat(join(one.dir, "key"))).mode & 0o777]).toEqual([32, 0o600]);
    expect((await one.journal.entries()).entries).toEqual([]);
  });

  test("takes no key through a link", async () => {
    const { journal, dir } = await made();
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await symlink("/dev/zero", join(dir, "key"));
    expect(await journal.key()).toBeUndefined();
    expect((await journal.entries()).problems).toEqual([expect.stringContaining("is a link")]);
    await expect(journal.keyForRecords()).rejects.toMatchObject({
      code: "journal_unavailable",
      message: expect.stringContaining("is a link"),
    });
  });

  test("takes an empty key file, which a full disk leaves, for none: whoever replaces it, all have the same", async () => {
    const one = await made();
    const two = await made({ dir: one.dir });
    await mkdir(one.dir, { recursive: true, mode: 0o700 });
    await writeFile(join(one.dir, "key"), "", { mode: 0o600 });
    expect([await one.journal.key(), (await one.journal.entries()).problems]).toEqual([undefined, []]);
    const keys = await Promise.all([one, two].map(({ journal }) => journal.keyForRecords()));
    expect(new Set([...keys, await two.journal.key()].map((key) => key?.toString("hex"))).size).toBe(1);
    expect(await readdir(one.dir)).toEqual(["key"]);
  });

  test("skips a line torn by a crash, and keeps what is before it", async () => {
    const { journal, dir } = await made();
    await journal.begin(begin("one"));
    const [name = ""] = await readdir(dir);
    await appendFile(join(dir, name), '{"v":1,"kind":"begin","change":"torn","n":0,"at":"20');
    const { entries, problems } = await journal.entries();
    expect([entries.map((entry) => entry.begin.change), problems]).toEqual([["one"], []]);
  });

  test("names a line in the middle that it does not understand, and goes on", async () => {
    const { journal, dir } = await made();
    await mkdir(dir, { recursive: true });
    await writeFile(
      join(dir, "changes-old.jsonl"),
      `not json\n{"v":2,"kind":"begin"}\n${JSON.stringify({ v: 1, kind: "begin", at: "2026-01-01T00:00:00.000Z", ...begin("one") })}\n`,
    );
    await writeFile(join(dir, "something-else.txt"), "not ours");
    const { entries, problems } = await journal.entries();
    expect(entries.map((entry) => entry.begin.change)).toEqual(["one"]);
    expect(problems).toEqual([
      "changes-old.jsonl, line 1, is not a record of this version.",
      "changes-old.jsonl, line 2, is not a record of this version.",
    ]);
  });

  test("keeps fields of newer versions", async () => {
    const { journal } = await made();
    await journal.begin(begin("one", { ofTomorrow: { deep: true } }));
    expect((await journal.entries()).entries[0]?.begin).toMatchObject({ ofTomorrow: { deep: true } });
  });

  test("starts a new file when one is full, and reads them all", async () => {
    const { journal, dir } = await made();
    const summary = "x".repeat(1024 * 1024);
    for (let n = 0; n < 9; n++) await journal.begin(begin(`change ${n}`, { summary }));
    expect(await readdir(dir)).toHaveLength(2);
    expect((await journal.entries()).entries).toHaveLength(9);
  });

  test.each([-2 * hour, 0, 2 * hour])(
    "lists a process's changes in the order of writing over several files, with the clock moved by %i",
    async (by) => {
      const { journal, dir, clock } = await made();
      const summary = "x".repeat(5 * 1024 * 1024);
      for (const change of ["one", "two", "three", "four"]) {
        await journal.begin(begin(change, { summary }));
        clock.advance(change === "two" ? by : 0);
      }
      expect(await readdir(dir)).toHaveLength(2);
      expect((await journal.entries()).entries.map((entry) => entry.begin.change)).toEqual(["four", "three", "two", "one"]);
    },
  );

  test("knows an end that could not be written, and writes it with the next record", async () => {
    const { journal, dir } = await made();
    await journal.begin(begin("one"));
    const [name = ""] = await readdir(dir);
    await rename(join(dir, name), join(dir, "away"));
    await expect(journal.end(end("one"))).rejects.toThrow("was removed or moved");
    await rename(join(dir, "away"), join(dir, name));
    expect(await textIn(dir)).not.toContain('"kind":"end"');
    await journal.ready();
    expect((await textIn(dir)).match(/"kind":"end"/g)).toHaveLength(1);
    expect((await journal.entries()).entries).toMatchObject([{ end: { outcome: "done" } }]);
  });

  test("takes records at the same moment one after the other, each whole", async () => {
    const { journal, dir } = await made();
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.begin(begin(`change ${n}`))));
    const [name = ""] = await readdir(dir);
    const lines = (await readFile(join(dir, name), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).change)).toEqual(Array.from({ length: 50 }, (_, n) => `change ${n}`));
  });

  test("that cannot be written says so, with a fix, and works again when it can be", async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, "file"), "");
    const dir = join(folder, "file");
    const { journal } = await made({ dir });
    const refused = {
      code: "journal_unavailable",
      message: expect.stringContaining(dir),
      fix: expect.stringContaining("CONNECTORS_JOURNAL_DIR"),
    };
    await expect(journal.ready()).rejects.toMatchObject(refused);
    await expect(journal.begin(begin("one"))).rejects.toMatchObject(refused);
    await expect(journal.entries()).rejects.toMatchObject(refused);
    const { rm } = await import("node:fs/promises");
    await rm(dir);
    await journal.begin(begin("one"));
    expect((await journal.entries()).entries).toHaveLength(1);
  });
});

describe("the changes of the last hour", () => {
  test("are those of all processes, in any Kibana, without safe tests", async () => {
    const one = await made();
    const two = await made({ dir: one.dir, clock: one.clock });
    await one.journal.begin(begin("one"));
    await two.journal.begin(begin("two"));
    await two.journal.begin(begin("elsewhere", { deployment: "TEST" }));
    await one.journal.begin(begin("safe", { op: { op: "execute", space: "default", id: "a", name: "A", type: ".index", safe: true } }));
    await one.journal.begin(begin("loud", { op: { op: "execute", space: "default", id: "a", name: "A", type: ".index", safe: false } }));
    expect((await one.journal.lastHour()).changes).toBe(4);
  });

  test("do not include older ones", async () => {
    const { journal, clock } = await made();
    await journal.begin(begin("old"));
    clock.advance(hour + 1);
    await journal.begin(begin("new"));
    const { changes, roomAt } = await journal.lastHour();
    expect(changes).toBe(1);
    expect(Date.parse(roomAt ?? "") - clock.now() - hour).toBeGreaterThanOrEqual(0);
    expect(Date.parse(roomAt ?? "") - clock.now() - hour).toBeLessThan(60_000);
  });

  test("are found without reading files that were last written before", async () => {
    const { journal, dir, clock } = await made();
    await mkdir(dir, { recursive: true });
    await writeFile(
      join(dir, "changes-old.jsonl"),
      `${JSON.stringify({ v: 1, kind: "begin", at: new Date(clock.now()).toISOString(), ...begin("one") })}\n`,
    );
    const old = new Date(clock.now() - 2 * hour);
    await utimes(join(dir, "changes-old.jsonl"), old, old);
    expect(await journal.lastHour()).toEqual({ changes: 0, roomAt: undefined });
    expect((await journal.entries()).entries).toHaveLength(1);
  });
});
