import type { NextCall } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";

/** Ready calls that free a connector: to each other one of its type, and away. */
export function waysOut({ id, type }: Connector, space: string, connectors: readonly Connector[]): NextCall[] {
  const others = connectors.filter((one) => one.type === type && one.id !== id && !one.missingSecrets);
  return [
    ...others.slice(0, 2).map((one) => ({
      tool: "replace_connector",
      args: { from: id, to: one.id, space },
      why: `Before it is retired: its rules notify ${quoted(one.name, 60)} instead.`,
    })),
    {
      tool: "replace_connector",
      args: { from: id, remove: true, space },
      why: "Before it is retired, where nothing takes its place: its rules notify without it.",
    },
  ];
}
