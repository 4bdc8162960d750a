import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";
import { usersInWords } from "./free.ts";
import { inWords, type Seen } from "./look.ts";
import { namesOf } from "./references.ts";
import { eachUser, type Use } from "./use.ts";

/** What names a connector by its name, and so no longer reaches it under another one. */
export interface NamedBy {
  uses: Use[];
  /** What decides when it runs, perhaps by that name. */
  perhaps: Use[];
  /** What was not looked at. */
  missed: string[];
}

/**
 * Workflows may name a connector by its name instead of its id (connector_executor.ts of workflows).
 * @param existing the connectors of the space: a text that is an id means that one
 * @param workflows what was seen of them
 */
export function namedBy({ name, type }: Connector, existing: readonly Connector[], workflows: Seen): NamedBy {
  const [looked] = workflows.looked;
  if (!looked || existing.some(({ id }) => id === name.trim())) return { uses: [], perhaps: [], missed: [] };
  const { holders, unseen } = looked.found;
  const deciding = unseen.flatMap(({ decides }) => (decides?.mayTake({ id: undefined, name, type }) ? [decides.use] : []));
  const missed = unseen.filter(({ permanent, concerns, decides }) => !permanent && !concerns && !decides).map(inWords);
  const named = holders.filter(({ names, byName }) => byName && names === name.trim()).map(({ use }) => use);
  return { uses: named, perhaps: deciding, missed: [...new Set(missed)] };
}

/** What a new name breaks. @param by without those that get its id in the same change */
export function renameWarnings(old: string, { uses, perhaps, missed }: NamedBy): string[] {
  const naming = eachUser(uses);
  const one = naming.length === 1;
  return [
    ...(naming.length > 0
      ? [
          `${naming.length} workflow${one ? " names" : "s name"} it as ${quoted(old, 60)}, not by its id, and no longer ${one ? "reaches" : "reach"} it under another name: ${namesOf(naming, "disabled")}. Put the id into ${one ? "its" : "their"} connector-id first.`,
        ]
      : []),
    ...(perhaps.length > 0
      ? [
          `Which connector is used is decided when it runs, perhaps by the name ${quoted(old, 60)}, by ${usersInWords([], eachUser(perhaps))}.`,
        ]
      : []),
    ...(missed.length > 0 ? [`Not looked at, so they may name it as ${quoted(old, 60)}: ${missed.join("; ")}.`] : []),
  ];
}
