import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";

type OfType = Pick<Connector, "name" | "type"> & Partial<Pick<Connector, "id" | "deprecated" | "missingSecrets">>;

/** A change of which connector is the first of its type. */
export interface FirstOfType {
  /** Which it was, and which it is from then on. */
  warning: string;
  /** Why a person has to agree, where another one is used until then. */
  asksBecause: string[];
}

/**
 * Response actions of Elastic Security name no connector: they take the first of the type, by its name, that has its secrets
 * (security_solution, normalized_external_connector_client.ts; actions, get_all.ts). No other type is chosen so outside of
 * language models.
 * @param before the connectors of the space
 * @param after what becomes of them
 * @returns undefined where the same one stays the first
 */
export function firstOfType(
  entry: ConnectorType | undefined,
  before: readonly OfType[],
  after: readonly OfType[],
): FirstOfType | undefined {
  if (!entry?.features.includes("endpointSecurity")) return undefined;
  const [was, becomes] = [firstIn(before, entry.id), firstIn(after, entry.id)];
  const fresh = becomes.filter(({ id }) => was.every((one) => one.id !== id));
  if (fresh.length === 0 && was.length === becomes.length) return undefined;
  return {
    warning: `Response actions of Elastic Security take the first ${entry.id} connector by name: until now ${inWords(was)}, from then on ${inWords(becomes)}.`,
    asksBecause:
      was.length > 0 && fresh.length > 0
        ? [`response actions of Elastic Security use it from then on, or may, in place of ${inWords(was)}`]
        : [],
  };
}

/** The first; of several that are named alike only Kibana knows which it is. */
function firstIn(all: readonly OfType[], type: string): OfType[] {
  const able = all.filter((one) => one.type === type && !one.deprecated && !one.missingSecrets);
  const [first] = able.toSorted(byName);
  return first ? able.filter((one) => byName(one, first) === 0) : [];
}

function byName(one: OfType, other: OfType): number {
  return one.name.localeCompare(other.name, "en");
}

function inWords(first: readonly OfType[]): string {
  const named = first.slice(0, 3).map(({ name, id }) => `${quoted(name, 40)}${id === undefined ? "" : ` (${word(id)})`}`);
  return first.length === 0 ? "none" : named.join(" or ");
}
