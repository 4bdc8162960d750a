import { ToolError } from "../errors.ts";
import { isNoRoute } from "../kibana/absent.ts";
import type { Connector } from "../kibana/connectors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast } from "../kibana/status.ts";
import { plainText, quoted } from "../plain-text.ts";
import type { Where } from "./use.ts";

const what = "Runs of rules over the past that are pending (manual runs, gap fills)";

/**
 * Which pending backfills go on using these connectors: they run a copy of the rule, with its actions as they were
 * (alerting, ad_hoc_run.ts).
 * @returns sentences; none where there are none. @throws ToolError where nothing else can be read either
 */
export async function pendingRuns(
  reader: Reader,
  space: string,
  connectors: readonly Pick<Connector, "id">[],
  status: Where["status"],
): Promise<string[]> {
  if (!isAtLeast(status, "8.18")) return [];
  try {
    const { total, backfills } = await reader.backfills(space);
    const using = backfills.filter((one) => connectors.some(({ id }) => one.connectors.includes(id)));
    const names = [...new Map(using.map(({ rule }) => [rule.id, quoted(rule.name, 60)])).values()];
    const shown = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
    return [
      ...(names.length > 0
        ? [
            `${what} keep the actions that their rules had, and go on using the connector: of ${shown}. In Kibana, stop them in the rule's manual runs, or wait until they are over.`,
          ]
        : []),
      ...(backfills.length < total ? [`${what}: Kibana listed ${backfills.length} of ${total}, so others may use the connector.`] : []),
    ];
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "unauthorized" || error.code === "cancelled") throw error;
    if (error instanceof KibanaError && isNoRoute(error)) return [];
    return [`${what} were not looked at, and may use the connector: ${plainText(error.message, 160)}`];
  }
}
