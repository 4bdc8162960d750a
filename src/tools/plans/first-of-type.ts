import type { ConnectorType } from "../../catalog/connector-type.ts";
import { firstOfType, takesTheFirst } from "../../catalog/first-by-name.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";

type OfType = Pick<Connector, "name" | "type"> & Partial<Pick<Connector, "id" | "deprecated" | "missingSecrets">>;

/** A change of which connector is the first of its type. */
export interface NewFirst {
  /** Which it was, and which it is from then on. */
  warning: string;
  /** Why a person has to agree, where another one is used until then. */
  asksBecause: string[];
}

/**
 * Response actions of Elastic Security name no connector: they take the first of the type. No other type is chosen so outside
 * of language models.
 * @param before the connectors of the space
 * @param after what becomes of them
 * @returns undefined where the same one stays the first
 */
export function newFirst(entry: ConnectorType | undefined, before: readonly OfType[], after: readonly OfType[]): NewFirst | undefined {
  if (!entry?.features.includes(takesTheFirst)) return undefined;
  const [was, becomes] = [firstOfType(before, entry.id), firstOfType(after, entry.id)];
  const fresh = becomes.filter(({ id }) => was.every((one) => one.id !== id));
  if (fresh.length === 0 && was.length === becomes.length) return undefined;
  return {
    warning: `Response actions of Elastic Security take the first ${entry.id} connector by name that has its secrets: until now ${inWords(was)}, from then on ${inWords(becomes)}.`,
    asksBecause:
      was.length > 0 && fresh.length > 0
        ? [`response actions of Elastic Security use it from then on, or may, in place of ${inWords(was)}`]
        : [],
  };
}

function inWords(first: readonly OfType[]): string {
  const named = first.slice(0, 3).map(({ name, id }) => `${quoted(name, 40)}${id === undefined ? "" : ` (${word(id)})`}`);
  return first.length === 0 ? "none" : named.join(" or ");
}
