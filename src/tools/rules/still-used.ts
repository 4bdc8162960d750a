import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { rulesWith } from "../../rules/find-rules.ts";
import { lookAround, usersOf } from "../../usage/look.ts";
import { workflowsNaming } from "../../usage/staying.ts";
import type { Where } from "../../usage/use.ts";

/** A connector whose users are counted. */
export interface Counted {
  id: string;
  /** Undefined if it is gone. */
  known: Connector | undefined;
  where: Where;
  /** Whether its name, or the id of one that is gone, means another connector where either will do. */
  isAnothers: boolean;
}

/** How many rules and others of a space use it now, as far as this key sees them; undefined where Kibana does not say. */
export async function stillUsedBy({ id, known, where, isAnothers }: Counted, space: string, kibana: Reader): Promise<number | undefined> {
  const others = async () => {
    if (!known) return workflowsNaming({ id, isName: isAnothers }, kibana, space, where.status);
    return usersOf(known, where, new Set(isAnothers ? [known.name] : []), await lookAround(kibana, space, [where]));
  };
  try {
    const [rules, { uses }] = await Promise.all([rulesWith(kibana, space, { id, known }), others()]);
    return rules.length + new Set(uses.map((use) => JSON.stringify([use.kind, use.id]))).size;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
