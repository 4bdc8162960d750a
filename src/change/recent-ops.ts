import { open } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../private-files.ts";
import type { Clock } from "./clock.ts";
import { cannotBeRead, type JournalFile, journalFiles } from "./journal-folder.ts";
import { parseLine } from "./journal-records.ts";

export const hour = 3_600_000;
const newLine = 10;

/** An op that was begun within the hour. */
export interface RecentOp {
  change: string;
  n: number;
  nonce: string | undefined;
  /** A change: everything but a safe test. */
  counts: boolean;
  /** Milliseconds since 1970. */
  at: number;
  /** Sorts ops the same way in every process. */
  order: string;
}

export interface RecentOps {
  /** What all processes that share the folder began within the hour, without what they withdrew. */
  look(): Promise<RecentOp[]>;
}

/** Reads the journal's files from where the last look ended: a change of thousands of ops looks after each. */
export function createRecentOps(dir: string, clock: Clock): RecentOps {
  /** Bytes read of each file. */
  const read = new Map<string, number>();
  const ops = new Map<string, RecentOp>();
  const withdrawn = new Set<string>();

  function take(record: ReturnType<typeof parseLine>): void {
    if (!record || record.kind === "passkeys") return;
    const key = `${record.change}/${record.n}`;
    if (record.kind === "end") {
      if (!record.withdrawn) return;
      withdrawn.add(key);
      ops.delete(key);
    } else if (!withdrawn.has(key)) {
      const { change, n, nonce, op, at, run = "" } = record;
      ops.set(key, {
        ...{ change, n, nonce },
        counts: !(op.op === "execute" && op.safe === true),
        order: `${at} ${run} ${key}`,
        at: Date.parse(at),
      });
    }
  }

  async function readOn({ name, bytes, written }: JournalFile): Promise<void> {
    const from = read.get(name) ?? (written < clock.now() - hour ? bytes : 0);
    read.set(name, from);
    if (bytes <= from) return;
    const file = await open(join(dir, name), "r");
    try {
      const more = Buffer.alloc(bytes - from);
      const { bytesRead } = await file.read(more, 0, more.length, from);
      // An incomplete last line is read once it is complete.
      const whole = more.subarray(0, bytesRead).lastIndexOf(newLine) + 1;
      for (const line of more.toString("utf8", 0, whole).split("\n")) if (line !== "") take(parseLine(line));
      read.set(name, from + whole);
    } finally {
      await file.close();
    }
  }

  async function look(): Promise<RecentOp[]> {
    for (const one of await journalFiles(dir)) {
      await readOn(one).catch((error: unknown) => {
        if (codeOf(error) !== "ENOENT") throw cannotBeRead(join(dir, one.name), error);
      });
    }
    const since = clock.now() - hour;
    for (const [key, { at }] of ops) if (at < since) ops.delete(key);
    return [...ops.values()];
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    // One after the other: two at once would read the same lines twice.
    look() {
      const next = last.then(look, look);
      last = next.catch(() => undefined);
      return next;
    },
  };
}
