import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { plainText, quoted, word } from "../../plain-text.ts";

/** What is against giving a workflow another text back, as things are. */
export interface Against {
  /** Ids or names in it that no connector has. */
  needs: string[];
  /** Why it would be refused all the same, a sentence. */
  refused?: string;
  /** It names a connector by the name that goes back first. */
  awaitsName?: true;
}

interface Space {
  id: string;
  connectors: readonly Connector[];
  /** The name that a connector gets back before the workflow its text; `refused`: why the text would be refused then. */
  /** The ids of the connectors that the text which goes back named then, by what it names them. */
  were?: ReadonlyMap<string, string>;
  named?: { id: string; name: string; refused?: string | undefined } | undefined;
}

/**
 * The one judgement for a plan, which says beforehand what an undo needs, for the undo itself and for the list of changes.
 * @param now the text that it has, or is to have
 * @param to the text that would go back
 */
export async function againstText(
  now: string,
  to: string,
  { id: space, connectors, were, named }: Space,
  kibana: Reader,
): Promise<Against> {
  // Loaded here because the parser is large.
  const { differingReferences } = await import("../../usage/workflow-text.ts");
  const returning = (differingReferences(now, to) ?? []).map(({ is }) => is);
  const there = connectors.map((one) => (one.id === named?.id ? { ...one, name: named.name } : one));
  const reached = (text: string) => there.find((one) => one.id === text) ?? there.find(({ name }) => name.trim() === text);
  const needs = returning.filter(({ text }) => !reached(text)).map(({ exactly }) => exactly);
  if (needs.length > 0) return { needs: [...new Set(needs)] };
  for (const { text, type } of returning) {
    const found = reached(text);
    const then = were?.get(text);
    const isTheirs = there.some(({ id, name }) => id === then && (id === text || name.trim() === text));
    if (found && then !== undefined && !isTheirs)
      return {
        needs,
        refused: `Before, it named ${quoted(text, 60)}, which was the connector ${word(then)}. ${await whoseName(text, found)}`,
      };
    if (type !== undefined && found && found.type !== type)
      return {
        needs,
        refused: `Before, it named ${quoted(text, 60)} for ${type}, which now belongs to a connector of type ${found.type}.`,
      };
  }
  // Kibana does not know the name yet; what it said while that was the name holds.
  if (named && returning.some(({ text }) => text === named.name.trim()))
    return { needs, awaitsName: true, ...(named.refused !== undefined && { refused: named.refused }) };
  const [error] = await kibana.workflowErrors(space, to);
  if (error === undefined) return { needs };
  return { needs, refused: `Kibana's check refuses it as before: ${plainText(error, 200).replace(/\.$/, "")}.` };
}

/** Whose a name is now, and where that one goes. */
async function whoseName(text: string, { id, type, config = {} }: Connector): Promise<string> {
  const entry = await connectorType(type, config);
  const hosts = entry ? destinations(entry, config, () => undefined) : [];
  const which = [`id ${word(id)}`, ...(hosts.length > 0 ? [`host ${hosts.map(word).join(", ")}`] : [])].join(", ");
  return `${quoted(text, 60)} is another connector now (${which}): if that is meant, replace_connector moves it there.`;
}
