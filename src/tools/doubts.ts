import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";
import type { ToolContext } from "./define.ts";

/** What speaks against relying on a connector, by Kibana's log of its runs: that it fails, or that it never ran. */
export async function doubtsAbout(
  { id, name }: Connector,
  space: string,
  { kibana, signal }: Pick<ToolContext, "kibana" | "signal">,
): Promise<string[]> {
  const { healthOf } = await import("../audit/health.ts");
  const health = await healthOf(kibana, space, id, Date.now(), signal);
  if ("not_checked" in health) return [`Whether ${quoted(name)} works could not be looked up. ${health.not_checked}`];
  const { runs, last_failure: failure, last_success: success, window_days: days } = health;
  if (failure && (success === undefined || success < failure.at)) {
    return [`The last run of ${quoted(name)} failed (${failure.at}): ${failure.error}. Mend and test it before rules rely on it.`];
  }
  return runs === 0 ? [`${quoted(name)} has not run in the last ${days} days: test it before rules rely on it.`] : [];
}
