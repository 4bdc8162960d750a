import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { NotSeen, SpaceFacts } from "../../map/space.ts";
import { type LosingUser, type Loss, usersWithout } from "../../map/without.ts";
import { casesWith } from "../../usage/cases.ts";
import { shownUse } from "../../usage/free.ts";
import { hasFeature, whereOf } from "../../usage/use.ts";
import type { ToolContext } from "../define.ts";

/** What is kept of each space: of all its connectors, and of the one that is asked about, with what leads to it. */
export type FoundSpaces = Map<
  string,
  { connectors: ReadonlyMap<string, Connector> | undefined; connector?: Connector; facts?: SpaceFacts }
>;

/**
 * What besides rules loses something without a connector, as an answer shows it.
 * @param found the spaces that have it, each with all users
 * @param notSeen gets what was not looked at
 */
export async function losingUsers(
  found: FoundSpaces,
  { kibana, signal }: Pick<ToolContext, "kibana" | "signal">,
  notSeen: NotSeen[],
): Promise<{ kind: string; loss: Loss; shown: Record<string, unknown> }[]> {
  const reader = kibana.until(signal);
  const having = [...found.values()].flatMap(({ facts, connector }) => (connector && facts ? [{ facts, connector }] : []));
  if (having.length === 0) return [];
  const status = await reader.status();
  const each = having.map(async ({ facts, connector }) => {
    const { space, connectors } = facts;
    const { users, sight } = await usersWithout(connector, facts, { types: connectors.types, status });
    if (sight.seen !== "all") {
      for (const one of sight.unseen.filter(({ permanent, listed: known }) => permanent || known)) {
        notSeen.push({ space, what: one.what, why: one.why, fix: one.fix });
      }
    }
    const where = whereOf(connector, connectors.types?.values() ?? [], status);
    const mayHave = !connector.preconfigured && (connector.references ?? 0) > 0 && hasFeature(where, "cases");
    const cases = mayHave ? await casesOf(space, connector.id) : [];
    return [...users, ...cases];
  });

  async function casesOf(space: string, id: string): Promise<LosingUser[]> {
    try {
      const { uses, unread } = await casesWith(reader, space, id);
      if (unread) notSeen.push({ space, what: "cases", ...unread });
      return uses.map((use) => ({ use, loss: "would_be_silent" }));
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
      notSeen.push({ space, what: "cases", why: error.message, fix: error.fix });
      return [];
    }
  }

  return (await Promise.all(each))
    .flat()
    .map(({ use, loss }) => ({ kind: use.kind, loss, shown: shownUse(use) }))
    .sort((one, other) => Number(one.kind > other.kind) - Number(one.kind < other.kind));
}
