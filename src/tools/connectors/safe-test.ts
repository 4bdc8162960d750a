import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../../catalog/index.ts";
import { probesFor } from "../../catalog/when.ts";
import type { NextCall, Op } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";

/**
 * The call that tests a connector, if it has a test that touches nothing outside; empty if it has none. Tests that send
 * something are never suggested: only the user asks for them.
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

/** Whether a write can change how a connector works: a new name alone cannot. */
export function mayWorkOtherwise(op: Op): boolean {
  return op.op !== "update" || Object.keys(op.secrets).length > 0 || !isDeepStrictEqual(op.before.config ?? {}, op.after.config);
}
