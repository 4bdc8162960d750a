import type { Reader } from "../kibana/reader.ts";
import type { Log } from "../log.ts";
import type { Clock } from "./clock.ts";
import { type Journal, type JournalEntry, thisRun } from "./journal.ts";
import { happened } from "./ops/index.ts";
import { readRecord } from "./ops/records.ts";

/** Milliseconds after which an op without an end counts as abandoned, where its process cannot be checked. */
const abandoned = 10 * 60_000;

/** Milliseconds for which a request may still be in flight, or in progress at Kibana, after its sender is gone. */
const inFlight = 2 * 60_000;

/**
 * Closes the entries that a crash left open: asks Kibana whether each happened, and records the answer.
 * Entries of a process that is still alive are left to it.
 */
export async function settleOpenEntries(
  journal: Journal,
  deployment: string,
  { reader, clock, log }: { reader: Reader; clock: Clock; log: Log },
): Promise<void> {
  const { entries } = await journal.entries();
  const key = await journal.key();
  for (const entry of entries.filter((one) => one.end === undefined && one.begin.deployment === deployment && isOrphan(one, clock))) {
    const { change, n, op } = entry.begin;
    const record = readRecord(op);
    if (!record) continue;
    const outcome = await happened(record, reader, key).catch((error: unknown) => {
      log.warn("unsettled", { change, n, error: error instanceof Error ? error.message : "unknown" });
      return undefined;
    });
    if (outcome === undefined) continue;
    // It may still come: the entry stays open, which reads as unknown, until a later start.
    if (outcome === "not_done" && clock.now() - Date.parse(entry.begin.at) < inFlight) continue;
    await journal.end({
      change,
      n,
      outcome: outcome === "differs" || outcome === "and_more" ? "unknown" : outcome,
      error: "The server stopped before this op was finished; what Kibana shows was recorded later.",
    });
    log.info("settled", { change, n, outcome });
  }
}

function isOrphan({ begin }: JournalEntry, clock: Clock): boolean {
  if (begin.run === undefined ? begin.pid === process.pid : begin.run === thisRun.run) return false;
  // In containers processes may share an id; those on another machine cannot be checked at all.
  const here = begin.host === undefined || begin.host === thisRun.host;
  if (here && begin.pid !== undefined && (begin.pid === process.pid || !isAlive(begin.pid))) return true;
  return clock.now() - Date.parse(begin.at) > abandoned;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's process, alive. ESRCH: none.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
