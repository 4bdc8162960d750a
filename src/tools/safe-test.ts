import { connectorType } from "../catalog/index.ts";
import { probesFor } from "../catalog/when.ts";
import type { NextCall } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";

/**
 * The call that tests a connector, where it has a test that touches nothing outside. Empty where it has none: what sends
 * something is a user's wish, never a next step.
 */
export async function safeTest(
  { id, type, config }: Pick<Connector, "id" | "type" | "config">,
  space: string,
  why: string,
): Promise<NextCall[]> {
  const entry = await connectorType(type);
  if (!entry || !probesFor(entry, config ?? {}).safe) return [];
  return [{ tool: "test_connector", args: { id, space }, why }];
}
