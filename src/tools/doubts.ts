import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted } from "../plain-text.ts";
import { hideInText } from "../secrets/detect.ts";
import type { ToolContext } from "./define.ts";

const days = 7;

/** What speaks against relying on a connector, by Kibana's log of its runs: that it failed last time, or has not run. */
export async function doubtsAbout(
  { id, name }: Connector,
  space: string,
  { kibana, signal }: Pick<ToolContext, "kibana" | "signal">,
): Promise<string[]> {
  const from = new Date(Date.now() - days * 86_400_000).toISOString();
  try {
    const { runs } = await kibana.newestRuns(space, { from, of: [id], most: 1 }, signal);
    const [last] = runs;
    if (!last) return [`${quoted(name)} has not run in the last ${days} days: test it before rules rely on it.`];
    if (last.ok) return [];
    const said = plainText(hideInText(last.message), 200);
    return [`The last run of ${quoted(name)} failed (${plainText(last.at, 40)}): ${said}. Mend and test it before rules rely on it.`];
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return [`Whether ${quoted(name)} works could not be looked up: the execution log could not be read. ${plainText(error.message, 200)}`];
  }
}
