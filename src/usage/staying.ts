import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { assistantActions } from "./assistant-actions.ts";
import { discoveryActionsIfAllowed } from "./counted.ts";
import { howToFree, usersInWords } from "./free.ts";
import { inWords, type Known, lookAround, notLookedAtInWords, othersUsing, sightOf, type Usage } from "./look.ts";
import { isOtherNameOf } from "./named.ts";
import type { Unseen, Use, Where } from "./use.ts";
import { workflows } from "./workflows.ts";

/** Workflows, rules in the params of an action, and schedules of attack discovery, that name a connector which is gone. @param isName another connector has that id as its name, and is reached where a name will do */
export async function namingGone(
  { id, isName }: { id: string; isName: boolean },
  reader: Reader,
  space: string,
  status: Where["status"],
): Promise<Pick<Usage, "uses" | "sight">> {
  const seen = await lookAround(reader, space, [{ status, features: [] }], [workflows, assistantActions, discoveryActionsIfAllowed]);
  const holders = seen.looked.flatMap(({ found }) => found.holders.filter(({ names, byName }) => names === id && !(byName && isName)));
  const unseen = seen.looked.flatMap(({ found }) => found.unseen.filter(({ concerns }) => concerns === undefined));
  return { uses: holders.map(({ use }) => use), sight: sightOf(unseen) };
}

export const noUsers: Pick<Usage, "uses" | "sight"> = { uses: [], sight: { seen: "all" } };

/** What uses a connector besides rules and what Kibana counts; of one that is gone, all that names it. */
export async function usersBesides(
  { id, known }: { id: string; known: Connector | undefined },
  seen: Known,
  reader: Reader,
  space: string,
): Promise<Pick<Usage, "uses" | "sight">> {
  const isName = seen.existing.some((one) => isOtherNameOf(one, id));
  if (!known) return namingGone({ id, isName }, reader, space, seen.status);
  return (await othersUsing(reader, space, [known], seen)).of(known);
}

/**
 * What goes on using a connector when its rules and workflows no longer do.
 * @param uses without what moves
 * @param unread what could not be read beside that
 */
export function stayingWarnings(
  uses: readonly Use[],
  sight: Usage["sight"],
  unread: readonly Pick<Unseen, "what" | "why">[] = [],
): string[] {
  const missed = [notLookedAtInWords(sight), ...unread.map(inWords)].filter((one) => one !== "").join("; ");
  const named = uses.some(({ kind, through, why_not: why }) => kind === "rule" && !through && why === undefined)
    ? " What an action names in its params is not moved."
    : "";
  return [
    ...(uses.length > 0 ? [`It stays in use by ${usersInWords([], uses)}.${named} ${howToFree(uses).join(" ")}`] : []),
    ...(missed !== "" ? [`Not looked at, so they may go on using it: ${missed}.`] : []),
  ];
}
