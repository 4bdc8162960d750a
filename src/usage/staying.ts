import type { Reader } from "../kibana/reader.ts";
import { assistantActions } from "./assistant-actions.ts";
import { howToFree, usersInWords } from "./free.ts";
import { lookAround, notLookedAtInWords, sightOf, type Usage } from "./look.ts";
import type { Use, Where } from "./use.ts";
import { workflows } from "./workflows.ts";

/** Workflows, and rules in the params of an action, that name a connector which is gone. @param isName another connector has that id as its name, and is reached where a name will do */
export async function namingGone(
  { id, isName }: { id: string; isName: boolean },
  reader: Reader,
  space: string,
  status: Where["status"],
): Promise<Pick<Usage, "uses" | "sight">> {
  const seen = await lookAround(reader, space, [{ status, features: [] }], [workflows, assistantActions]);
  const holders = seen.looked.flatMap(({ found }) => found.holders.filter(({ names, byName }) => names === id && !(byName && isName)));
  const unseen = seen.looked.flatMap(({ found }) => found.unseen.filter(({ concerns }) => concerns === undefined));
  return { uses: holders.map(({ use }) => use), sight: sightOf(unseen) };
}

/** What goes on using a connector when its rules and workflows no longer do. @param uses without what moves */
export function stayingWarnings(uses: readonly Use[], sight: Usage["sight"]): string[] {
  const missed = notLookedAtInWords(sight);
  const named = uses.some(({ kind, through, why_not: why }) => kind === "rule" && !through && why === undefined)
    ? " What an action names in its params is not moved."
    : "";
  return [
    ...(uses.length > 0 ? [`It stays in use by ${usersInWords([], uses)}.${named} ${howToFree(uses).join(" ")}`] : []),
    ...(missed !== "" ? [`Not looked at, so they may go on using it: ${missed}.`] : []),
  ];
}
