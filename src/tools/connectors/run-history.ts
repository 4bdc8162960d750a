import type { Reader } from "../../kibana/reader.ts";
import { compact } from "../fields.ts";

/** What the execution log knows about a connector, without a test; or why that is unknown. */
export async function lastRuns(kibana: Reader, space: string, id: string): Promise<Record<string, unknown>> {
  const { allRuns, healthOf } = await import("../../audit/health.ts");
  const health = await healthOf(allRuns(kibana, space, id, Date.now()));
  if ("not_checked" in health) return health;
  const { window_days, runs, failures, last_failure } = health;
  return compact({ window_days, runs, failures, last_error: last_failure });
}
