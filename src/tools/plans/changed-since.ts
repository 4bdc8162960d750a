import { connectorType } from "../../catalog/index.ts";
import { withDefaults } from "../../catalog/shared/fields.ts";
import { changedSince, type Inverse } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";

/** An undo that expects a connector as the change left it. */
type OfConnector = Extract<Inverse, { op: "update" | "delete" }>;

/** In what a connector differs from what a change left; values that Kibana fills in by itself do not count. */
export async function differsFrom(current: Connector, inverse: OfConnector): Promise<string[]> {
  const { config } = inverse.expect;
  const filled = await filledIn(current.type, config);
  return changedSince(
    current,
    inverse.expect,
    inverse.op === "update" ? { ...inverse.to.config, ...filled } : (filled ?? current.config ?? {}),
  );
}

/** A config as Kibana stores it; undefined for a type without an entry. */
async function filledIn(type: string, config: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
  const entry = await connectorType(type);
  return entry && withDefaults(entry.schemas().config, config);
}
