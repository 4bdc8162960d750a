import { plainText } from "../plain-text.ts";
import { idsInOneQuestion, type Run } from "./executions.ts";
import type { Reader } from "./reader.ts";

/** What the execution log says about a connector within a window. */
export interface Runs {
  failures: number;
  successes: number;
  lastFailure: { at: string; message: string } | undefined;
  lastSuccess: string | undefined;
  /** Successes after the last failure, as far as they were looked at (at most 10). */
  successesSince: number;
  /** Its failures since its last success, where its newest run failed. */
  failing: Failing | undefined;
}

/** A connector whose newest run failed. */
export interface Failing {
  /** Of the first failure after the last success, ISO. */
  since: string;
  /** Failures since then. */
  runs: number;
  /** Undefined where the window has none: it may have failed before the window too. */
  lastSuccess: string | undefined;
}

/** One page of the log. */
const page = 100;
/** Most queries for more failing connectors in one space; each finds at least one. */
const looks = 5;
/** Most failing connectors of one space whose successes are looked up. */
const looked = 25;
/** The newest failures and successes that are read of one connector. */
const each = 10;

/** Runs of a space within the window, of every outcome. Kibana counts at most 10,000. */
export interface RunCounts {
  runs: number;
  failures: number;
}

interface Window {
  from: string;
}

/** What one connector's runs were: two queries, and a third where it fails for longer than they show. */
export async function runsOf(reader: Reader, space: string, id: string, { from }: Window): Promise<Runs> {
  const [failed, succeeded] = await Promise.all([
    reader.newestRuns(space, { from, outcome: "failure", of: [id], most: each }),
    reader.newestRuns(space, { from, outcome: "success", of: [id], most: each }),
  ]);
  const [last] = failed.runs;
  const lastSuccess = succeeded.runs[0]?.at;
  const isFailing = last !== undefined && (lastSuccess === undefined || lastSuccess <= last.at);
  return {
    failures: failed.total,
    successes: succeeded.total,
    lastFailure: last && { at: last.at, message: last.message },
    lastSuccess,
    successesSince: succeeded.runs.filter((run) => last === undefined || run.at > last.at).length,
    failing: isFailing ? await streak() : undefined,
  };

  async function streak(): Promise<Failing> {
    const later = failed.runs.filter(({ at }) => lastSuccess === undefined || at >= lastSuccess);
    const isWhole = later.length < failed.runs.length || failed.runs.length < each;
    const first = isWhole ? undefined : await reader.oldestRun(space, { from: lastSuccess ?? from, outcome: "failure", of: [id] });
    return { since: first?.at ?? later.at(-1)?.at ?? "", runs: first?.total ?? later.length, lastSuccess };
  }
}

/** `since 2026-11-01T08:00Z`, or earlier where no success is known. */
export function sinceInWords({ since, lastSuccess }: Failing): string {
  return `since ${since.slice(0, 16)}Z${lastSuccess === undefined ? " or earlier" : ""}`;
}

/** What went wrong, without the connector that Kibana puts in front. */
export function lastError(message: string): string {
  return plainText(message.replace(/^action execution failure: .*? - /, ""), 160);
}

/**
 * The ids of connectors that failed within the window. Kibana shows only the newest runs, so each query leaves out those
 * found so far.
 * @returns `more`: there may be others
 */
export async function failedSince(reader: Reader, space: string, { from }: Window): Promise<{ ids: string[]; more: boolean }> {
  const known = new Set<string>();
  let more = true;
  for (let look = 0; look < looks && more; look++) {
    const answer = await reader.newestRuns(space, { from, outcome: "failure", notOf: [...known], most: page });
    const size = known.size;
    for (const run of answer.runs) known.add(run.connector);
    more = answer.runs.length >= page && known.size > size && known.size < idsInOneQuestion;
  }
  return { ids: [...known], more };
}

/**
 * How those that failed did. @param runs gives the runs of one
 * @returns `left`: those that were too many to look at
 */
export async function runsOfFirst(
  ids: readonly string[],
  runs: (id: string) => Promise<Runs>,
): Promise<{ runs: Map<string, Runs>; left: readonly string[] }> {
  const found = await Promise.all(ids.slice(0, looked).map(async (id) => [id, await runs(id)] as const));
  return { runs: new Map(found), left: ids.slice(looked) };
}

/** Whether a connector ran within the window; `here`: all its runs were this server's. */
export type Ran = boolean | "here";

/**
 * Whether connectors ran within the window.
 * @param isOwn whether a run was this server's
 * @returns by id; for missing ids it could not be found out with few queries
 */
export async function whoRan(
  reader: Reader,
  space: string,
  ids: readonly string[],
  counts: RunCounts,
  { from }: Window,
  isOwn: (run: Run) => boolean,
): Promise<Map<string, Ran>> {
  if (counts.runs === 0) return new Map(ids.map((id) => [id, false]));
  const ran = new Map<string, Ran>();
  const newest = async (of: readonly string[]) => {
    const { runs } = await reader.newestRuns(space, { from, of, most: page });
    const seen = new Set(runs.map((run) => run.connector));
    const byOthers = new Set(runs.filter((run) => !isOwn(run)).map((run) => run.connector));
    for (const id of seen) ran.set(id, byOthers.has(id) || "here");
    return { seen, isWhole: runs.length < page };
  };
  /** Of which older runs may have been another's. */
  const doubtful = new Set<string>();
  let open = ids.slice(0, idsInOneQuestion);
  for (let look = 0; look < looks && open.length > 0; look++) {
    const { seen, isWhole } = await newest(open);
    if (!isWhole) for (const id of seen) if (ran.get(id) === "here") doubtful.add(id);
    open = open.filter((id) => !seen.has(id));
    if (!isWhole) continue;
    for (const id of open) ran.set(id, false);
    open = [];
  }
  if (doubtful.size > 0 && !(await newest([...doubtful])).isWhole) for (const id of doubtful) ran.set(id, true);
  return ran;
}
