import type { Reader } from "../../kibana/reader.ts";
import { compact } from "../fields.ts";

/** What the execution log knows about a connector, without a test; or why that is unknown. */
export async function lastRuns(kibana: Reader, space: string, id: string): Promise<Record<string, unknown>> {
  const { allRuns, healthOf, runsOfWeek } = await import("../../audit/health.ts");
  const now = Date.now();
  const health = await healthOf(allRuns(kibana, space, id, now), runsOfWeek(kibana, space, id, now));
  if ("not_checked" in health) return health;
  const { window_days, runs, failures, last_7_days, last_failure } = health;
  return compact({ window_days, runs, failures, last_7_days, last_error: last_failure });
}
