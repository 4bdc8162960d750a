import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { codeOf, makePrivateFolder } from "../private-files.ts";
import type { Clock } from "./clock.ts";
import { assertPrivate, cannotBeWritten, JournalRemoved, journalFiles } from "./journal-folder.ts";
import { keyOf, readKey } from "./journal-key.ts";
import { type BeginRecord, type EndRecord, type PasskeysRecord, parseLine } from "./journal-records.ts";
import { createRecentOps, hour, type RecentOp } from "./recent-ops.ts";

export type { BeginRecord, EndRecord };

/** One op of a change, as recorded; without `end` no process has finished it. */
export interface JournalEntry {
  begin: BeginRecord;
  end: EndRecord | undefined;
}

export interface Journal extends JournalReader {
  /** Opens the file, so that a full disk shows before a person is asked. @throws ToolError journal_unavailable */
  ready(): Promise<void>;
  /** On disk before it returns. @throws ToolError journal_unavailable: then nothing may be written */
  begin(record: Omit<BeginRecord, "v" | "kind" | "at" | "pid" | "host" | "run">): Promise<void>;
  /** @throws ToolError journal_unavailable: the write has happened anyway, and the record is kept and written later */
  end(record: Omit<EndRecord, "v" | "kind" | "at">): Promise<void>;
  /** Writes down which passkeys there are. @throws ToolError journal_unavailable */
  notePasskeys(record: Omit<PasskeysRecord, "v" | "kind" | "at">): Promise<void>;
  /** Whether a continuation was spent in the last hour, by any process that shares the folder. */
  spent(nonce: string): Promise<boolean>;
  /** The key for new digests, made where there is none. @throws ToolError journal_unavailable */
  keyForRecords(): Promise<Buffer>;
  /**
   * Whether an op that was begun may be written. Call it after its begin record is on disk, so that of racing processes
   * the later ones see the earlier; an op that is not admitted is recorded as withdrawn.
   * @throws ToolError journal_unavailable
   */
  admit(begun: Pick<BeginRecord, "change" | "n">, most: number): Promise<Admission>;
  close(): Promise<void>;
}

export interface LastHour {
  changes: number;
  /** When the oldest of them no longer counts: `2026-11-20T10:31Z`; undefined where there is none. */
  roomAt: string | undefined;
}

export interface JournalReader {
  /** All entries, newest first; of each principal's passkeys what was noted last; and what could not be read. */
  entries(): Promise<{ entries: JournalEntry[]; passkeys: PasskeysRecord[]; problems: string[] }>;
  /** The key of the digests in it; undefined where it has none that can be used: `entries` says why. */
  key(): Promise<Buffer | undefined>;
  /** Changes begun in the last hour, by any process that shares the folder, in any Kibana; safe tests do not count. */
  lastHour(): Promise<LastHour>;
}

/** `full`: it would be one change too many in this hour. `used`: another change spends the same continuation. */
export type Admission = "admitted" | "full" | "used";

/** How often, and at which distance in milliseconds, an op looks at the journal while later ones withdraw. */
const looks = 100;
const betweenLooks = 20;

const maxBytes = 8 * 1024 * 1024;

/** Identifies this process among all that write to the folder. */
export const thisRun = { pid: process.pid, host: hostname(), run: randomBytes(6).toString("hex") };

/**
 * The journal: JSON Lines, one file per process in `dir` (0700, files 0600), merged on read, rotated by size.
 * A last line torn by a crash is skipped.
 */
export function createJournal(dir: string, clock: Clock): Journal {
  let file: OpenFile | undefined;
  let opened = 0;
  let queue: Promise<unknown> = Promise.resolve();
  /** Ends that could not be written, by a full disk for example. */
  const unwritten = new Set<EndRecord>();

  async function current(): Promise<OpenFile> {
    const before = file;
    if (before && before.bytes < maxBytes && (await isStillThere(before))) return before;
    file = undefined;
    await before?.handle.close();
    // Writes to a file that was deleted would be lost.
    if (before && before.bytes < maxBytes) throw takenAway(dir);
    await assertPrivate(dir);
    await makePrivateFolder(dir);
    // Files of one process sort in the order in which they were begun, even after the clock was set back.
    opened = Math.max(opened + 1, clock.now());
    const stamp = new Date(opened).toISOString().replace(/[:.]/g, "-");
    const name = `changes-${stamp}-${process.pid}-${randomBytes(3).toString("hex")}.jsonl`;
    const path = join(dir, name);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
    file = { handle, path, bytes: 0 };
    return file;
  }

  async function append(record: BeginRecord | EndRecord | PasskeysRecord): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    const to = await current();
    try {
      await to.handle.appendFile(line);
      await to.handle.sync();
      to.bytes += line.length;
    } catch (error) {
      // Half a line may be on disk: the next record starts a new file.
      await to.handle.close().catch(() => undefined);
      file = undefined;
      throw error;
    }
  }

  async function appendEnd(record: EndRecord): Promise<void> {
    unwritten.add(record);
    await append(record);
    unwritten.delete(record);
  }

  async function appendUnwritten(): Promise<void> {
    for (const record of unwritten) await appendEnd(record);
  }

  /** One write at a time, each whole. */
  function inTurn(work: () => Promise<unknown>): Promise<void> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ToolError) throw error;
        throw cannotBeWritten(dir, error);
      },
    );
  }

  const recent = createRecentOps(dir, clock);
  // One Kibana can have many addresses, so a limit for each would not limit anything.
  const counted = (ops: RecentOp[]) => ops.filter((op) => op.counts);
  const now = () => new Date(clock.now()).toISOString();

  return {
    ready: () =>
      inTurn(async () => {
        await current();
        await appendUnwritten();
      }),
    begin: (record) => inTurn(() => append({ v: 1, kind: "begin", at: now(), ...thisRun, ...record } as BeginRecord)),
    end: (record) => inTurn(() => appendEnd({ v: 1, kind: "end", at: now(), ...record } as EndRecord)),
    notePasskeys: (record) => inTurn(() => append({ v: 1, kind: "passkeys", at: now(), ...record } as PasskeysRecord)),
    async entries() {
      // What still cannot be written is known anyway.
      await inTurn(appendUnwritten).catch(() => undefined);
      const { entries, passkeys, problems } = await readAll(dir, unwritten);
      return { entries, passkeys, problems: [...problems, ...(await problemOfKey(dir))] };
    },
    // Without it a hidden text is not found again, and stored secrets are compared by their references.
    key: () => readKey(dir).catch(() => undefined),
    keyForRecords: () => keyOf(dir),
    async lastHour() {
      const ops = counted(await recent.look());
      const oldest = ops.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
      const nextMinute = Math.ceil((oldest + hour) / 60_000) * 60_000;
      return { changes: ops.length, roomAt: ops.length === 0 ? undefined : `${new Date(nextMinute).toISOString().slice(0, 16)}Z` };
    },
    async admit({ change, n }, most) {
      for (let look = 1; ; look++) {
        const ops = await recent.look();
        const mine = ops.find((op) => op.change === change && op.n === n);
        // The journal was removed after the begin record was written: nothing is known, so nothing is written.
        if (!mine) throw takenAway(dir);
        const rivals = mine.nonce === undefined ? [] : ops.filter((op) => op.nonce === mine.nonce && op.change !== change);
        const all = counted(ops);
        if (rivals.length === 0 && all.length <= most) return "admitted";
        // Later ops withdraw and earlier ones wait for that, so that they do not all withdraw at once.
        const before = all.filter((op) => op.order < mine.order).length;
        if (rivals.some((op) => op.order < mine.order)) return "used";
        if (before >= most) return "full";
        if (look === looks) return rivals.length > 0 ? "used" : "full";
        await clock.sleep(betweenLooks);
      }
    },
    spent: async (nonce) => (await recent.look()).some((op) => op.nonce === nonce),
    async close() {
      await inTurn(appendUnwritten).catch(() => undefined);
      await file?.handle.close();
      file = undefined;
    },
  };
}

interface OpenFile {
  handle: FileHandle;
  path: string;
  bytes: number;
}

async function isStillThere({ handle, path }: OpenFile): Promise<boolean> {
  const [named, open] = await Promise.all([lstat(path).catch(() => undefined), handle.stat()]);
  return named?.ino === open.ino && named.dev === open.dev;
}

function takenAway(dir: string): JournalRemoved {
  return new JournalRemoved(
    "journal_unavailable",
    `The journal in ${dir} was removed or moved while this server was running.`,
    "Put it back if it was moved: without it earlier changes cannot be undone. Then repeat the call, which starts a new file there.",
  );
}

async function problemOfKey(dir: string): Promise<string[]> {
  try {
    await readKey(dir);
    return [];
  } catch (error) {
    return [error instanceof ToolError ? `${error.message} ${error.fix}` : String(error)];
  }
}

/** @param unwritten ends that are in no file yet */
async function readAll(dir: string, unwritten: Iterable<EndRecord>): ReturnType<JournalReader["entries"]> {
  const problems: string[] = [];
  const byOp = new Map<string, JournalEntry & { order: string }>();
  const ends: EndRecord[] = [];
  const passkeys = new Map<string, PasskeysRecord>();
  /** The latest time of a process so far: in its own records the order of writing counts, whatever was done to the clock. */
  const latest = new Map<string, string>();
  for (const { name } of await journalFiles(dir)) {
    const path = join(dir, name);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      problems.push(`${name} cannot be read (${codeOf(error)}).`);
      continue;
    }
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const record = parseLine(line);
      if (!record) {
        if (index < lines.length - 1) problems.push(`${name}, line ${index + 1}, is not a record of this version.`);
      } else if (record.kind === "begin") {
        const by = record.run ?? name;
        if (record.at > (latest.get(by) ?? "")) latest.set(by, record.at);
        byOp.set(`${record.change}/${record.n}`, { begin: record, end: undefined, order: latest.get(by) ?? record.at });
      } else if (record.kind === "passkeys") {
        const { at = "", startedOver } = passkeys.get(record.principal) ?? {};
        if (record.at >= at) passkeys.set(record.principal, { ...record, startedOver: record.startedOver ?? startedOver });
      } else ends.push(record);
    }
  }
  for (const end of [...ends, ...unwritten]) {
    const entry = byOp.get(`${end.change}/${end.n}`);
    if (entry) entry.end = end;
  }
  // Of equal times the one written later comes first.
  const newestFirst = [...byOp.values()].reverse().sort((a, b) => b.order.localeCompare(a.order));
  return { entries: newestFirst.map(({ begin, end }) => ({ begin, end })), passkeys: [...passkeys.values()], problems };
}
