import { grouped } from "../grouped.ts";
import type { Run } from "../kibana/executions.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";

/** Milliseconds by which Kibana's clock and ours may differ: with more, a run counts as another's. */
const skew = 60_000;

/** Tells this server's own runs of connectors, tests among them, from those of others: by when the journal says that it ran which. */
export function ownRuns(entries: readonly JournalEntry[], deployment: string): (space: string, run: Run) => boolean {
  const runs = entries.filter(({ begin }) => begin.op.op === "execute" && begin.deployment === deployment);
  const times = grouped(runs, (entry) => placeOf(entry.begin.op.space, idIn(entry)));
  return (space, { connector, at }) =>
    times.get(placeOf(space, connector))?.some(({ begin, end }) => {
      const ran = Date.parse(at);
      return Date.parse(begin.at) - skew <= ran && ran <= Date.parse(end?.at ?? begin.at) + skew;
    }) ?? false;
}

function placeOf(space: string, id: string | undefined): string {
  return JSON.stringify([space, id]);
}
