import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { rulesWith } from "../../rules/find-rules.ts";
import { lookAtEach, notLookedAtInWords, sightOf, type Usage, usersOf } from "../../usage/look.ts";
import { namingGone } from "../../usage/staying.ts";
import { eachUser, type Use, type Where } from "../../usage/use.ts";

/** A connector whose users are counted. */
export interface Counted {
  id: string;
  /** Undefined if it is gone. */
  known: Connector | undefined;
  where: Where;
  /** Those that no search of rules finds and Kibana counts, cases for example, which a replacement moves nowhere. */
  beside: readonly Use[];
  /** Whether its name, or the id of one that is gone, means another connector where either will do. */
  isAnothers: boolean;
}

/** How many rules and others of a space use it now, as far as this key sees them, and what could not be looked at. */
export async function stillUsedBy(counted: Counted, space: string, kibana: Reader): Promise<{ count: number | undefined; missed: string }> {
  const { id, known, beside } = counted;
  const [rules, others] = await Promise.all([
    rulesWith(kibana, space, { id, known }).catch((error: unknown) => unread("rules", error)),
    othersNow(counted, space, kibana).catch((error: unknown) => unread("workflows", error)),
  ]);
  const missed = notLookedAtInWords(...[rules, others].flatMap((one) => ("sight" in one ? [one.sight] : [])));
  if ("sight" in rules) return { count: undefined, missed };
  return {
    count: rules.length + eachUser(beside).length + new Set(others.uses.map((use) => JSON.stringify([use.kind, use.id]))).size,
    missed,
  };
}

async function othersNow({ id, known, where, isAnothers }: Counted, space: string, kibana: Reader): Promise<Pick<Usage, "uses" | "sight">> {
  if (!known) return namingGone({ id, isName: isAnothers }, kibana, space, where.status);
  return usersOf(known, where, { ids: new Set(isAnothers ? [known.name] : []) }, await lookAtEach(kibana, space, where));
}

function unread(what: string, error: unknown): Pick<Usage, "uses" | "sight"> {
  if (!(error instanceof ToolError)) throw error;
  return { uses: [], sight: sightOf([{ what, why: error.message, permanent: false, whole: true }]) };
}
