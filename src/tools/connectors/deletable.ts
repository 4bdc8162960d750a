import { setTimeout } from "node:timers/promises";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { inUse, visibleRules, whyNotFree } from "../../rules/connector-usage.ts";
import type { RuleUse } from "../../rules/find-rules.ts";
import type { ToolContext } from "../define.ts";
import { waysOut } from "../rules/replacement-calls.ts";
import { pickConnector } from "./find-connector.ts";
import { assertSaved } from "./preconfigured.ts";

/** Queued runs count as references only until they end: milliseconds to wait before looking again. */
const secondLook = 1500;

/** A connector that may not be deleted, with the id or name that was asked for. */
export interface Refused {
  id: string;
  error: ToolError;
}

interface Looked {
  found: Connector;
  /** Undefined if the key may not read rules. */
  rules: RuleUse[] | undefined;
}

/** Which connectors may be deleted and which may not. Those with references that rules do not explain are looked at twice. */
export async function whoMayGo(
  ids: readonly string[],
  connectors: readonly Connector[],
  space: string,
  status: Status,
  context: ToolContext,
): Promise<{ free: Connector[]; refused: Refused[] }> {
  const { kibana, signal } = context;
  const refused: Refused[] = [];
  const free = new Map<string, Connector>();
  const looked = await Promise.all(ids.map((id) => look(id, { connectors, space, status }, context)));
  const doubtful = ids.flatMap((id, index) => {
    const one = looked[index];
    if (one instanceof ToolError) refused.push({ id, error: one });
    else if (one?.found.references === 0) free.set(one.found.id, one.found);
    else if (one) return [{ id, ...one }];
    return [];
  });
  if (doubtful.length > 0) {
    // Runs that were queued a moment ago may have ended by now.
    await setTimeout(secondLook, undefined, { signal }).catch(() => {
      throw signal.reason;
    });
    const again = await kibana.connectors(space);
    for (const { id, found, rules } of doubtful) {
      const now = again.find((one) => one.id === found.id) ?? found;
      const error = whyNotFree(now, rules, space);
      if (error) refused.push({ id, error });
      else free.set(now.id, now);
    }
  }
  return { free: [...free.values()], refused };
}

/** The connector that is meant, if no visible rule uses it, or why it may not be deleted. */
async function look(
  id: string,
  { connectors, space, status }: { connectors: readonly Connector[]; space: string; status: Status },
  context: ToolContext,
): Promise<Looked | ToolError> {
  try {
    const found = pickConnector(connectors, space, id);
    assertSaved(found, "deleted", { status, url: context.deployment.url });
    const rules = await visibleRules(context.kibana, space, found);
    if (rules && rules.length > 0) {
      const { next, sameType } = await waysOut(found, space, connectors, context);
      return inUse(found, rules, space, { next, same_type: sameType });
    }
    return { found, rules };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return error;
  }
}
