import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../../catalog/index.ts";
import { probesFor } from "../../catalog/when.ts";
import type { Op } from "../../change/op.ts";
import type { NextCall } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";

/**
 * The call that tests a connector, if it has a test that touches nothing outside; empty if it has none. Tests that send
 * something are never suggested: only the user asks for them.
 */
export async function safeTest(one: Pick<Connector, "id" | "type" | "config">, space: string, why: string): Promise<NextCall[]> {
  return (await hasSafeTest(one)) ? [{ tool: "test_connector", args: { id: one.id, space }, why }] : [];
}

export async function hasSafeTest({ type, config }: Pick<Connector, "type" | "config">): Promise<boolean> {
  const entry = await connectorType(type);
  return entry !== undefined && probesFor(entry, config ?? {}).safe !== undefined;
}

/** Whether a write can change how a connector works: a new name alone cannot. */
export function mayWorkOtherwise(op: Op): boolean {
  return op.op !== "update" || Object.keys(op.secrets).length > 0 || !isDeepStrictEqual(op.before.config ?? {}, op.after.config);
}
