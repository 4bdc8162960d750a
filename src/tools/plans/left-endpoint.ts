import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import { howToFree, usersInWords } from "../../usage/free.ts";
import { endpointOf } from "../../usage/inference-endpoints.ts";
import { neverSeenInWords, notLookedAtInWords, othersUsing } from "../../usage/look.ts";
import { eachUser } from "../../usage/use.ts";
import type { Surroundings } from "./plan-create.ts";

/** Who calls the inference endpoint that an update gives up, as a delete looks for them; nothing where the connector keeps its own. */
export async function endpointWarnings(
  before: Connector,
  after: Record<string, unknown>,
  { status, existing }: Surroundings,
  space: string,
  kibana: Reader,
): Promise<string[]> {
  const old = endpointOf(before.config);
  if (old === undefined || old === endpointOf(after)) return [];
  const types = await kibana.connectorTypes(space);
  const { uses, sight } = (await othersUsing(kibana, space, [before], { existing, types, status })).of(before, "endpoint");
  const [missed, never] = [notLookedAtInWords(sight), neverSeenInWords(sight)];
  const named = quoted(old, 60);
  const one = eachUser(uses).length === 1;
  return [
    ...(uses.length > 0
      ? [
          `Its inference endpoint ${named} is named by ${usersInWords([], uses)}: from then on ${one ? "it reaches" : "they reach"} what is left of it in Elasticsearch, and no longer this connector. ${howToFree(uses).join(" ")}`,
        ]
      : []),
    ...(missed === "" ? [] : [`Not looked at, so they may name its inference endpoint ${named}: ${missed}.`]),
    ...(never === "" ? [] : [`Nobody can list ${never}: whether they name its inference endpoint ${named} is not known.`]),
  ];
}
