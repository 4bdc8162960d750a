import { grouped } from "../../grouped.ts";
import { daysAgo } from "../../kibana/executions.ts";
import type { Reader } from "../../kibana/reader.ts";
import { countUses } from "../../rules/find-rules.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { orWhy } from "./or-why.ts";
import type { FoundConnector, SpacesContext } from "./several-spaces.ts";

/** One page of the execution log. */
const newest = 100;
/** Characters of why something could not be read. */
const longestReason = 160;
const days = 7;
/** How many different lists are remembered. */
const mostLists = 50;

type Rows = readonly Pick<FoundConnector["connector"], "id" | "preconfigured">[];
/** Rows of a list, by space. */
type Shown = ReadonlyMap<string, Rows>;

/** What each list showed last, of one Kibana. */
const shownLast = new WeakMap<ToolContext["deployment"], Map<string, Shown>>();

/**
 * Begins to read what the rows of a list need besides the list, which is most likely the same as last time.
 * @returns takes what it shows now
 */
export function factsAhead(list: unknown, { kibana, deployment, principal }: SpacesContext & Pick<ToolContext, "deployment">) {
  const last = shownLast.get(deployment) ?? new Map<string, Shown>();
  shownLast.set(deployment, last);
  const key = JSON.stringify([principal.name, list]);
  const shown: Shown = last.get(key) ?? new Map();
  kibana.begin((reader) =>
    [...shown].flatMap(([space, rows]) => [newestRuns(space, rows, reader), usesOfPreconfigured(space, rows, reader)]),
  );
  return (rows: readonly FoundConnector[]) => {
    last.delete(key);
    const oldest = last.size < mostLists ? undefined : last.keys().next().value;
    if (oldest !== undefined) last.delete(oldest);
    last.set(key, bySpace(rows));
  };
}

function bySpace(rows: readonly FoundConnector[]): Shown {
  const all = [...grouped(rows, ({ space }) => space)];
  return new Map(all.map(([space, found]) => [space, found.map(({ connector: { id, preconfigured } }) => ({ id, preconfigured }))]));
}

/**
 * What the list of connectors does not say: how their last run ended, and which preconfigured ones rules use. One request
 * of each kind per space, however many connectors it has.
 * @param notes gets what could not be read
 */
export async function readFacts(rows: readonly FoundConnector[], context: SpacesContext, notes: string[]) {
  const read = [...bySpace(rows)].map(async ([space, ofSpace]) => {
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
      uses: (typeof uses === "object" && uses.get(connector.id)) || undefined,
      last_run: typeof runs === "object" ? runs.last.get(connector.id) : undefined,
    });
  };
}

/** How the last run of each ended, and how long ago; or why that is unknown. */
async function lastRuns(space: string, rows: Rows, { kibana }: SpacesContext) {
  const now = Date.now();
  const reading = newestRuns(space, rows, kibana).then(({ total, runs }) => {
    const last = new Map<string, string>();
    for (const { connector, at, ok } of runs)
      if (!last.has(connector)) last.set(connector, `${ok ? "ok" : "failed"} ${age(now - Date.parse(at))} ago`);
    return { last, more: total > runs.length && last.size < rows.length };
  });
  return orWhy(reading, longestReason);
}

function newestRuns(space: string, rows: Rows, reader: Reader) {
  return reader.newestRuns(space, { from: daysAgo(days, Date.now()), of: rows.map(({ id }) => id), most: newest });
}

function usesIn(space: string, rows: Rows, { kibana }: SpacesContext) {
  return orWhy(usesOfPreconfigured(space, rows, kibana), longestReason);
}

async function usesOfPreconfigured(space: string, rows: Rows, reader: Reader) {
  const ids = rows.filter(({ preconfigured }) => preconfigured).map(({ id }) => id);
  return ids.length === 0 ? undefined : countUses(reader, space, ids);
}

function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
