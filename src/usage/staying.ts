import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { howToFree, usersInWords } from "./free.ts";
import { notLookedAtInWords, othersUsing } from "./look.ts";

/**
 * What goes on using a connector when its rules no longer do: workflows, cases, agents, settings.
 * @param existing the connectors of the space: a text that is an id means that one
 */
export async function stayingWarnings(
  connector: Connector,
  existing: readonly Connector[],
  reader: Reader,
  space: string,
): Promise<string[]> {
  const [types, status] = await Promise.all([reader.connectorTypes(space), reader.status()]);
  const usersOf = await othersUsing(reader, space, [connector], { existing, types, status });
  const { uses, sight } = usersOf(connector);
  const missed = notLookedAtInWords(sight);
  return [
    ...(uses.length > 0 ? [`Rules only: it stays in use by ${usersInWords([], uses)}. ${howToFree(uses).join(" ")}`] : []),
    ...(missed !== "" ? [`Not looked at, so they may go on using it: ${missed}.`] : []),
  ];
}
