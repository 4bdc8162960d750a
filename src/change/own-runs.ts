import { grouped } from "../grouped.ts";
import type { Run } from "../kibana/executions.ts";
import { idIn, placeOf } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";

/** Milliseconds by which Kibana's clock and ours may differ: with more, a run counts as another's. */
const skew = 60_000;

/** Runs of one call at most: Kibana's failures may be tried again. */
const most = 3;

/**
 * Tells this server's own runs of connectors, tests among them, from those of others: by when the journal says that it ran which. One call
 * made one run that worked, if any. One that Kibana answered with no result may have made none, and counts for nothing.
 */
export function ownRuns(entries: readonly JournalEntry[], deployment: string): (space: string, run: Run) => boolean {
  const runs = entries.filter(({ begin, end }) => begin.op.op === "execute" && begin.deployment === deployment && end?.outcome === "done");
  const calls = grouped(runs, (entry) => placeOf(entry.begin.op.space, idIn(entry)));
  const found = new Map<JournalEntry, Map<string, boolean>>();
  return (space, { connector, at, ok }) => {
    const ran = Date.parse(at);
    const call = calls.get(placeOf(space, connector))?.find((entry) => {
      const { begin, end } = entry;
      if (ran < Date.parse(begin.at) - skew || ran > Date.parse(end?.at ?? begin.at) + skew) return false;
      const its = found.get(entry) ?? new Map<string, boolean>();
      return its.has(at) || (its.size < most && !(ok && [...its.values()].includes(true)));
    });
    if (!call) return false;
    found.set(call, (found.get(call) ?? new Map<string, boolean>()).set(at, ok));
    return true;
  };
}
