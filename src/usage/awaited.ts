import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { quoted, word } from "../plain-text.ts";
import { discoveryActions } from "./assistants.ts";
import { shiftedDefaults } from "./by-default.ts";
import { openCases } from "./cases.ts";
import { usersInWords } from "./free.ts";
import { inWords, lookAround, type Seen } from "./look.ts";
import { namedAs } from "./named.ts";
import { sources } from "./sources.ts";
import { eachUser, type Where } from "./use.ts";
import type { Called } from "./workflow-references.ts";
import { workflows } from "./workflows.ts";

/** What names a connector that is yet to have this id or name, and what was not looked at. */
export interface Awaited {
  used: string[];
  /** What names no AI connector and is given to it from then on. */
  shifted: string[];
  missed: string[];
  /** Another key could see that something which is running would be diverted: workflows are not shown to this one. */
  isBlind: boolean;
}

/** What Kibana counts for a connector that is there. What of it cannot be read is told by the count once the connector is made. */
const counted = [openCases, discoveryActions];

/** What waits for a new connector: whatever names its id, and workflows that name it by its name. */
export async function awaitedBy(
  called: Called,
  existing: readonly Connector[],
  where: Where,
  { reader, space }: { reader: Reader; space: string },
): Promise<Awaited> {
  const seen = await lookAround(reader, space, [where], [...sources, ...counted]);
  const shifted = shiftedDefaults(seen.looked, where.status, { before: existing, after: [...existing, called] });
  return { ...awaitedIn(seen, called, existing), shifted };
}

/**
 * The same in what was seen already. An id comes before a name, so a new id takes over what reached another connector by
 * that name (connector_executor.ts of workflows).
 */
export function awaitedIn({ looked }: Seen, called: Called, existing: readonly Connector[]): Omit<Awaited, "shifted"> {
  const ids = new Set(existing.map((one) => one.id));
  const holders = looked.flatMap(({ found }) => found.holders).filter((holder) => namedAs(holder, called, (text) => ids.has(text)));
  const unseen = looked.flatMap(({ found }) => found.unseen);
  const deciding = eachUser(unseen.flatMap(({ decides }) => (decides?.mayTake(called) ? [decides.use] : [])));
  const uses = eachUser(holders.map(({ use }) => use));
  const reached = existing.filter((one) => holders.some(({ names, byName }) => byName && names === one.name.trim()));
  const instead = reached.map((one) => `${quoted(one.name, 60)} (${word(one.id)})`);
  const missed = looked.flatMap(({ source, found }) =>
    counted.includes(source)
      ? []
      : found.unseen.filter(({ permanent, listed }) => !permanent && !listed).map((one) => ({ source, words: inWords(one) })),
  );
  const words = [...new Set(missed.map((one) => one.words))].join("; ");
  return {
    used: [
      ...(uses.length > 0
        ? [
            `Named already by ${usersInWords([], uses)}: from then on ${uses.length > 1 ? "they use" : "it uses"} this connector${instead.length > 0 ? `, or one of the same name; until now ${instead.join(" or ")}` : ""}.`,
          ]
        : []),
      ...(deciding.length > 0
        ? [`Which connector is used is decided when it runs, and may be this one, by ${usersInWords([], deciding)}.`]
        : []),
    ],
    missed: words === "" ? [] : [`Not looked at, so they may name it already: ${words}.`],
    isBlind: missed.some(({ source }) => source === workflows),
  };
}
