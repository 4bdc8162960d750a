import { daysAgo } from "../../kibana/executions.ts";
import { countUses } from "../../rules/find-rules.ts";
import { compact } from "../fields.ts";
import { orWhy } from "./or-why.ts";
import type { FoundConnector, SpacesContext } from "./several-spaces.ts";

/** One page of the execution log. */
const newest = 100;
/** Characters of why something could not be read. */
const longestReason = 160;
const days = 7;

/**
 * What the list of connectors does not say: how their last run ended, and which preconfigured ones rules use. One request
 * of each kind per space, however many connectors it has.
 * @param notes gets what could not be read
 */
export async function readFacts(rows: readonly FoundConnector[], context: SpacesContext, notes: string[]) {
  const read = [...new Set(rows.map(({ space }) => space))].map(async (space) => {
    const ofSpace = rows.filter((row) => row.space === space);
    const [runs, uses] = await Promise.all([lastRuns(space, ofSpace, context), usesIn(space, ofSpace, context)]);
    return [space, { runs, uses }] as const;
  });
  const facts = new Map(await Promise.all(read));
  for (const [space, { runs, uses }] of facts) {
    if (typeof runs === "string") notes.push(`No last_run for the space "${space}": ${runs}`);
    else if (runs.more) notes.push(`last_run in the space "${space}" covers only its newest ${newest} runs: others may have run before.`);
    if (typeof uses === "string") notes.push(`No uses of preconfigured connectors in the space "${space}": ${uses}`);
  }
  return ({ space, connector }: FoundConnector) => {
    const { runs, uses } = facts.get(space) ?? {};
    return compact({
      uses: typeof uses === "object" ? uses.get(connector.id) : undefined,
      last_run: typeof runs === "object" ? runs.last.get(connector.id) : undefined,
    });
  };
}

/** How the last run of each ended, and how long ago; or why that is unknown. */
async function lastRuns(space: string, rows: readonly FoundConnector[], { kibana }: SpacesContext) {
  const now = Date.now();
  const of = rows.map(({ connector }) => connector.id);
  const reading = kibana.newestRuns(space, { from: daysAgo(days, now), of, most: newest }).then(({ total, runs }) => {
    const last = new Map<string, string>();
    for (const { connector, at, ok } of runs)
      if (!last.has(connector)) last.set(connector, `${ok ? "ok" : "failed"} ${age(now - Date.parse(at))} ago`);
    return { last, more: total > runs.length && last.size < of.length };
  });
  return orWhy(reading, longestReason);
}

async function usesIn(space: string, rows: readonly FoundConnector[], { kibana }: SpacesContext) {
  const ids = rows.filter(({ connector }) => connector.preconfigured).map(({ connector }) => connector.id);
  return ids.length === 0 ? undefined : orWhy(countUses(kibana, space, ids), longestReason);
}

function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
