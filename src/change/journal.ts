import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { Clock } from "./clock.ts";

const Begin = z.looseObject({
  v: z.literal(1),
  kind: z.literal("begin"),
  change: z.string(),
  /** The op's place in its plan, from 0. */
  n: z.number(),
  at: z.string(),
  deployment: z.string(),
  tool: z.string(),
  principal: z.string(),
  client: z.string().optional(),
  /** The process that began it, its machine, and what tells it from an earlier process of that number. */
  pid: z.number().optional(),
  host: z.string().optional(),
  run: z.string().optional(),
  consent: z.string(),
  /** The nonce of the continuation that was spent for it. */
  nonce: z.string().optional(),
  summary: z.string(),
  op: z.looseObject({
    op: z.string(),
    space: z.string(),
    id: z.string().optional(),
    name: z.string(),
    type: z.string(),
  }),
});
const End = z.looseObject({
  v: z.literal(1),
  kind: z.literal("end"),
  change: z.string(),
  n: z.number(),
  at: z.string(),
  outcome: z.enum(["done", "not_done", "unknown"]),
  /** The id that Kibana chose, where it did. */
  id: z.string().optional(),
  error: z.string().optional(),
  /** What a save changed of a rule beside what it was meant to, by field. */
  unmeant: z.record(z.string(), z.object({ was: z.unknown(), is: z.unknown() })).optional(),
});
const Line = z.discriminatedUnion("kind", [Begin, End]);

export type BeginRecord = z.output<typeof Begin>;
export type EndRecord = z.output<typeof End>;

/** One op of a change, as it was recorded; without `end` it was not brought to its end by this or another process. */
export interface JournalEntry {
  begin: BeginRecord;
  end: EndRecord | undefined;
}

export interface Journal extends JournalReader {
  /** Opens the file, so that a full disk shows before a person is asked. @throws ToolError journal_unavailable */
  ready(): Promise<void>;
  /** On disk before it returns. @throws ToolError journal_unavailable: then nothing may be written */
  begin(record: Omit<BeginRecord, "v" | "kind" | "at" | "pid" | "host" | "run">): Promise<void>;
  /** @throws ToolError journal_unavailable: the write has happened all the same */
  end(record: Omit<EndRecord, "v" | "kind" | "at">): Promise<void>;
  /** Whether a continuation was spent since, by any process that shares the folder. */
  spent(nonce: string, since: number): Promise<boolean>;
  /** Changes begun since, by any process on this machine against this deployment; safe tests change nothing. */
  countSince(time: number, deployment: string): Promise<number>;
  close(): Promise<void>;
}

export interface JournalReader {
  /** All entries, newest first, and what could not be read. */
  entries(): Promise<{ entries: JournalEntry[]; problems: string[] }>;
}

const maxBytes = 8 * 1024 * 1024;

/** This process among all that write to the folder. */
export const thisRun = { pid: process.pid, host: hostname(), run: randomBytes(6).toString("hex") };

/**
 * The journal: JSON Lines, one file a process in `dir` (0700, files 0600), merged on read, rotated by size.
 * A torn last line, as a crash leaves it, is passed over.
 */
export function createJournal(dir: string, clock: Clock): Journal {
  let file: { handle: FileHandle; bytes: number } | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function current(): Promise<{ handle: FileHandle; bytes: number }> {
    if (file && file.bytes < maxBytes) return file;
    await file?.handle.close();
    file = undefined;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, "-");
    const name = `changes-${stamp}-${process.pid}-${randomBytes(3).toString("hex")}.jsonl`;
    const handle = await open(join(dir, name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
    file = { handle, bytes: 0 };
    return file;
  }

  async function append(record: BeginRecord | EndRecord): Promise<void> {
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

  /** One write at a time, each whole. */
  function inTurn(work: () => Promise<unknown>): Promise<void> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn.then(
      () => undefined,
      (error: unknown) => {
        throw new ToolError(
          "journal_unavailable",
          `The journal in ${dir} cannot be written (${codeOf(error)}).`,
          "Make room or mend the folder's permissions, or set CONNECTORS_JOURNAL_DIR to a folder that can be written.",
        );
      },
    );
  }

  const now = () => new Date(clock.now()).toISOString();

  return {
    ready: () => inTurn(current),
    begin: (record) => inTurn(() => append({ v: 1, kind: "begin", at: now(), ...thisRun, ...record } as BeginRecord)),
    end: (record) => inTurn(() => append({ v: 1, kind: "end", at: now(), ...record } as EndRecord)),
    entries: () => readAll(dir),
    async countSince(time, deployment) {
      const { entries } = await readAll(dir, time);
      return entries.filter(
        ({ begin }) =>
          begin.deployment === deployment && Date.parse(begin.at) >= time && !(begin.op.op === "execute" && begin.op.safe === true),
      ).length;
    },
    async spent(nonce, since) {
      return (await readAll(dir, since)).entries.some(({ begin }) => begin.nonce === nonce);
    },
    async close() {
      await queue;
      await file?.handle.close();
      file = undefined;
    },
  };
}

/** @param since passes over files that were not written to since (milliseconds) */
async function readAll(dir: string, since = 0): Promise<{ entries: JournalEntry[]; problems: string[] }> {
  const problems: string[] = [];
  const byOp = new Map<string, JournalEntry>();
  const ends: EndRecord[] = [];
  for (const name of await journalFiles(dir)) {
    const path = join(dir, name);
    let text: string;
    try {
      if ((await stat(path)).mtimeMs < since) continue;
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
      } else if (record.kind === "begin")
        byOp.set(`${record.change}/${record.n}`, {
          begin: record,
          end: undefined,
        });
      else ends.push(record);
    }
  }
  for (const end of ends) {
    const entry = byOp.get(`${end.change}/${end.n}`);
    if (entry) entry.end = end;
  }
  const entries = [...byOp.values()].sort((a, b) => b.begin.at.localeCompare(a.begin.at) || b.begin.n - a.begin.n);
  return { entries, problems };
}

async function journalFiles(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => /^changes-.*\.jsonl$/.test(name)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw new ToolError(
      "journal_unavailable",
      `The journal in ${dir} cannot be read (${codeOf(error)}).`,
      "Mend the folder's permissions, or set CONNECTORS_JOURNAL_DIR to another folder.",
    );
  }
}

function parseLine(line: string): BeginRecord | EndRecord | undefined {
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    // A line that a crash tore; the caller says which.
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "error";
}
