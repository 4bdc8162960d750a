import { ToolError } from "../errors.ts";
import { lastError, type RunCounts, type Runs, runsOf } from "../kibana/connector-runs.ts";
import { daysAgo, logReach } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText } from "../plain-text.ts";
import { refTo } from "./check.ts";
import type { ConnectorFacts } from "./facts.ts";
import type { ConnectorHealth } from "./finding.ts";

/** How one connector's runs went, or why that is not known. */
export type Health =
  | {
      window_days: number;
      runs: number;
      failures: number;
      last_7_days: RunCounts;
      /** From 0 to 1; undefined without runs. */
      failure_rate: number | undefined;
      last_success: string | undefined;
      /** Its newest run failed: the first failure after the last success. Without a success the log may not reach back to the first. */
      failing_since: string | undefined;
      failures_since: number | undefined;
      last_failure: { at: string; error: string } | undefined;
      blind_spots: string;
    }
  | { not_checked: string; fix: string };

/** What no log of runs can show. */
export const blindSpots =
  "Not in the log: runs refused before they began (params, missing secrets, licence), and what happens after a success.";

/** A connector's runs, as far back as the log reaches. @param now milliseconds since 1970 */
export function allRuns(reader: Reader, space: string, id: string, now: number): Promise<Runs> {
  return runsOf(reader, space, id, { from: daysAgo(logReach, now) });
}

/** How many of them the last week had. */
export async function runsOfWeek(reader: Reader, space: string, id: string, now: number): Promise<RunCounts> {
  const inWeek = (outcome: "failure" | "success") => reader.newestRuns(space, { from: daysAgo(7, now), outcome, of: [id], most: 1 });
  const [failed, succeeded] = await Promise.all([inWeek("failure"), inWeek("success")]);
  return { runs: failed.total + succeeded.total, failures: failed.total };
}

/**
 * A connector's runs as far as Kibana's execution log reaches (reference/kibana-api.md §8).
 */
export async function healthOf(reading: Promise<Runs>, week: Promise<RunCounts>): Promise<Health> {
  // Both are under way: a failure of either is told once.
  week.catch(() => undefined);
  try {
    const { successes, failures, lastSuccess, lastFailure, failing } = await reading;
    const runs = successes + failures;
    return {
      window_days: logReach,
      runs,
      failures,
      last_7_days: await week,
      failure_rate: runs === 0 ? undefined : Math.round((failures / runs) * 1000) / 1000,
      last_success: lastSuccess,
      failing_since: failing?.since,
      failures_since: failing?.runs,
      last_failure: lastFailure && { at: lastFailure.at, error: lastError(lastFailure.message) },
      blind_spots: runs === 0 ? `No run in ${logReach} days: nothing is proven. ${blindSpots}` : blindSpots,
    };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return { not_checked: `The execution log could not be read: ${plainText(error.message, 200)}`, fix: error.fix };
  }
}

/** As a report has it; undefined for a connector that did not fail within the window. */
export function healthRow({ connector, runs }: ConnectorFacts, space: string): ConnectorHealth | undefined {
  if (!runs || runs.failures === 0) return undefined;
  const { failures, successes, failing, lastSuccess } = runs;
  return {
    ...{ space, connector: refTo(connector), runs: failures + successes, failures },
    ...(failing && { failing_since: failing.since }),
    ...(lastSuccess !== undefined && { last_success: lastSuccess }),
  };
}

/** Those that fail now first, then by the share that failed. */
export function worstHealthFirst(one: ConnectorHealth, other: ConnectorHealth): number {
  const now = (row: ConnectorHealth) => Number(row.failing_since !== undefined);
  const rate = ({ failures, runs }: ConnectorHealth) => failures / runs;
  return now(other) - now(one) || rate(other) - rate(one) || (one.connector.id < other.connector.id ? -1 : 1);
}
