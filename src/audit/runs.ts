import { idsInOneQuestion, type Run } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText } from "../plain-text.ts";
import type { Runs } from "./facts.ts";

/** One page of the log. */
const page = 100;
/** Most queries for more failing connectors in one space; each finds at least one. */
const looks = 5;
/** Most failing connectors of one space whose successes are looked up. */
const looked = 25;
/** Most successes after the last failure that are counted. */
const after = 10;

/** Runs of a space within the window, of every outcome. Kibana counts at most 10,000. */
export interface RunCounts {
  runs: number;
  failures: number;
}

interface Window {
  from: string;
}

/** What one connector's runs were, for one that failed at least once: two queries. */
export async function runsOf(reader: Reader, space: string, id: string, { from }: Window): Promise<Runs> {
  const [failed, succeeded] = await Promise.all([
    reader.newestRuns(space, { from, outcome: "failure", of: [id], most: 1 }),
    reader.newestRuns(space, { from, outcome: "success", of: [id], most: after }),
  ]);
  const [last] = failed.runs;
  return {
    failures: failed.total,
    successes: succeeded.total,
    lastFailure: last && { at: last.at, message: last.message },
    lastSuccess: succeeded.runs[0]?.at,
    successesSince: succeeded.runs.filter((run) => last === undefined || run.at > last.at).length,
  };
}

/** What went wrong, without the connector that Kibana puts in front. */
export function lastError(message: string): string {
  return plainText(message.replace(/^action execution failure: .*? - /, ""), 160);
}

/**
 * The connectors that failed within the window, and how. Kibana shows only the newest runs, so each query leaves out
 * the connectors found so far.
 * @param runs gives the runs of one; called only for connectors that are wanted
 * @returns `more`: there are others that were not looked at
 */
export async function failingConnectors(
  reader: Reader,
  space: string,
  { from }: Window,
  isWanted: (id: string) => boolean,
  runs: (id: string) => Promise<Runs>,
): Promise<{ runs: Map<string, Runs>; more: boolean }> {
  const known = new Set<string>();
  let more = true;
  for (let look = 0; look < looks && more; look++) {
    const answer = await reader.newestRuns(space, { from, outcome: "failure", notOf: [...known], most: page });
    const size = known.size;
    for (const run of answer.runs) known.add(run.connector);
    more = answer.runs.length >= page && known.size > size && known.size < idsInOneQuestion;
  }
  const wanted = [...known].filter(isWanted);
  const found = await Promise.all(wanted.slice(0, looked).map(async (id) => [id, await runs(id)] as const));
  return { runs: new Map(found), more: more || wanted.length > looked };
}

/**
 * Whether connectors ran within the window.
 * @returns by id; for missing ids it could not be found out with few queries
 */
export async function whoRan(
  reader: Reader,
  space: string,
  ids: readonly string[],
  counts: RunCounts,
  { from }: Window,
): Promise<Map<string, boolean>> {
  if (counts.runs === 0) return new Map(ids.map((id) => [id, false]));
  const ran = new Map<string, boolean>();
  let open = ids.slice(0, idsInOneQuestion);
  for (let look = 0; look < looks && open.length > 0; look++) {
    const { runs } = await reader.newestRuns(space, { from, of: open, most: page });
    const seen = new Set(runs.map((run: Run) => run.connector));
    for (const id of seen) ran.set(id, true);
    open = open.filter((id) => !seen.has(id));
    if (runs.length >= page) continue;
    for (const id of open) ran.set(id, false);
    return ran;
  }
  return ran;
}
