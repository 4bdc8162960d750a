import type { Connector } from "../../kibana/connectors.ts";
import type { NotSeen, SpaceFacts } from "../../map/space.ts";
import { type LosingUser, type Loss, usersWithout } from "../../map/without.ts";
import { countedUsers } from "../../usage/counted.ts";
import { shownUse } from "../../usage/free.ts";
import { type Use, whereOf } from "../../usage/use.ts";
import type { ToolContext } from "../define.ts";

/** What is kept of each space: of all its connectors, and of the one that is asked about, with what leads to it and how many rules have it in an action. */
export type FoundSpaces = Map<
  string,
  { connectors: ReadonlyMap<string, Connector> | undefined; connector?: Connector; facts?: SpaceFacts; rules: number }
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
  const having = [...found.values()].flatMap(({ facts, connector, rules }) => (connector && facts ? [{ facts, connector, rules }] : []));
  if (having.length === 0) return [];
  const status = await reader.status();
  const each = having.map(async ({ facts, connector, rules }) => {
    const { space, connectors } = facts;
    const { users, sight } = await usersWithout(connector, facts, { types: connectors.types, status });
    if (sight.seen !== "all") {
      for (const one of sight.unseen.filter(({ permanent, listed: known }) => permanent || known)) {
        notSeen.push({ space, what: one.what, why: one.why, fix: one.fix });
      }
    }
    const where = whereOf(connector, connectors.types?.values() ?? [], status);
    const { uses, unread, alsoElsewhere } = await countedUsers(reader, space, connector, rules, where);
    notSeen.push(...unread.map(({ what, why, fix }) => ({ space, what, why, fix })));
    const lossOf = ({ id }: Use): Loss => (alsoElsewhere.has(id) ? "would_lose_route" : "would_be_silent");
    return [...users, ...uses.map((use): LosingUser => ({ use, loss: lossOf(use) }))];
  });

  return (await Promise.all(each))
    .flat()
    .map(({ use, loss }) => ({ kind: use.kind, loss, shown: shownUse(use) }))
    .sort((one, other) => Number(one.kind > other.kind) - Number(one.kind < other.kind));
}
