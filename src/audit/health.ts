import { ToolError } from "../errors.ts";
import { daysAgo } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText } from "../plain-text.ts";
import { lastError, runsOf } from "./runs.ts";

/** How one connector's runs went, or why that is not known. */
export type Health =
  | {
      window_days: number;
      runs: number;
      failures: number;
      /** From 0 to 1; undefined without runs. */
      failure_rate: number | undefined;
      last_success: string | undefined;
      last_failure: { at: string; error: string } | undefined;
      blind_spots: string;
    }
  | { not_checked: string; fix: string };

const days = 7;
/** What no log of runs can show. */
export const blindSpots =
  "Not in the log: runs refused before they began (params, missing secrets, licence), and what happens after a success.";

/**
 * A connector's last seven days by Kibana's execution log (reference/kibana-api.md §8).
 * @param now milliseconds since 1970
 */
export async function healthOf(reader: Reader, space: string, id: string, now: number): Promise<Health> {
  try {
    const { successes, failures, lastSuccess, lastFailure } = await runsOf(reader, space, id, {
      from: daysAgo(days, now),
    });
    const runs = successes + failures;
    return {
      window_days: days,
      runs,
      failures,
      failure_rate: runs === 0 ? undefined : Math.round((failures / runs) * 1000) / 1000,
      last_success: lastSuccess,
      last_failure: lastFailure && { at: lastFailure.at, error: lastError(lastFailure.message) },
      blind_spots: runs === 0 ? `No run in ${days} days: nothing is proven. ${blindSpots}` : blindSpots,
    };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return { not_checked: `The execution log could not be read: ${plainText(error.message, 200)}`, fix: error.fix };
  }
}
