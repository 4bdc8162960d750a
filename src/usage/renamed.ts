import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { quoted } from "../plain-text.ts";
import { inWords, lookAtWorkflows } from "./look.ts";
import { namesOf } from "./references.ts";
import type { Use, Where } from "./use.ts";

/** What names a connector by its name, and so no longer reaches it under another one. */
export interface NamedBy {
  uses: Use[];
  /** What was not looked at. */
  missed: string[];
}

/**
 * Workflows may name a connector by its name instead of its id (connector_executor.ts of workflows).
 * @param existing the connectors of the space: a text that is an id means that one
 */
export async function namedBy(
  { name }: Connector,
  existing: readonly Connector[],
  { reader, space, status }: { reader: Reader; space: string; status: Where["status"] },
): Promise<NamedBy> {
  const [looked] = (await lookAtWorkflows(reader, space, status)).looked;
  if (!looked || existing.some(({ id }) => id === name)) return { uses: [], missed: [] };
  const { holders, unseen } = looked.found;
  const missed = unseen.filter(({ permanent, concerns }) => !permanent && !concerns).map(inWords);
  return { uses: holders.filter(({ names, byName }) => byName && names === name).map(({ use }) => use), missed: [...new Set(missed)] };
}

/** The warnings about workflows that name a connector which is yet to be created: they use it from then on. */
export async function awaitedBy(
  wanted: Pick<Connector, "name"> & { id: string | undefined },
  existing: readonly Connector[],
  { reader, space, status }: { reader: Reader; space: string; status: Where["status"] },
): Promise<{ used: string[]; missed: string[] }> {
  const [looked] = (await lookAtWorkflows(reader, space, status)).looked;
  if (!looked) return { used: [], missed: [] };
  const { holders, unseen } = looked.found;
  const nameIsId = existing.some(({ id }) => id === wanted.name);
  const naming = new Map(
    holders
      .filter(({ names, byName }) => names === wanted.id || (byName && names === wanted.name && !nameIsId))
      .map(({ use }) => [use.id, use]),
  );
  const missed = [...new Set(unseen.filter(({ permanent, concerns }) => !permanent && !concerns).map(inWords))];
  const one = naming.size === 1;
  return {
    used:
      naming.size > 0
        ? [
            `${naming.size} workflow${one ? " names" : "s name"} this connector already, and ${one ? "uses" : "use"} it from then on: ${namesOf([...naming.values()], "disabled")}.`,
          ]
        : [],
    missed: missed.length > 0 ? [`Not looked at, so they may name this connector already: ${missed.join("; ")}.`] : [],
  };
}

/** What a new name breaks. @param by without those that get its id in the same change */
export function renameWarnings(old: string, { uses, missed }: NamedBy): string[] {
  const naming = new Map(uses.map((use) => [use.id, use]));
  const one = naming.size === 1;
  return [
    ...(naming.size > 0
      ? [
          `${naming.size} workflow${one ? " names" : "s name"} it as ${quoted(old, 60)}, not by its id, and no longer ${one ? "reaches" : "reach"} it under another name: ${namesOf([...naming.values()], "disabled")}. Put the id into ${one ? "its" : "their"} connector-id first.`,
        ]
      : []),
    ...(missed.length > 0 ? [`Not looked at, so they may name it as ${quoted(old, 60)}: ${missed.join("; ")}.`] : []),
  ];
}
