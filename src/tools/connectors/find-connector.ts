import { everyHost } from "../../catalog/destinations.ts";
import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { plainText, quoted, showsWords } from "../../plain-text.ts";
import { isSystem } from "../../rules/rule-state.ts";
import { compact } from "../fields.ts";

/** The connector is not in the space, but may be in another. */
export class ConnectorNotHere extends ToolError {
  readonly asked: string;
  readonly space: string;

  constructor({ asked, space }: { asked: string; space: string }, message: string, fix: string, detail?: Record<string, unknown>) {
    super("connector_not_found", message, fix, detail);
    this.asked = asked;
    this.space = space;
  }
}

/**
 * The connector that an argument names: by id, or by exact name if that is unique in the space.
 * @throws ToolError connector_not_found with similar ones, ambiguous_connector with all candidates, system_action
 */
export async function findConnector(kibana: Reader, space: string, idOrName: string): Promise<Connector> {
  if (isSystem(idOrName)) throw systemConnector(idOrName);
  try {
    return await kibana.connector(space, idOrName);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "connector_not_found") throw error;
  }
  return pickByName(await kibana.connectors(space), space, idOrName);
}

/** Like findConnector, among listed connectors: these have `references`. */
export function pickConnector(connectors: readonly Connector[], space: string, idOrName: string): Connector {
  if (isSystem(idOrName)) throw systemConnector(idOrName);
  return connectors.find((one) => one.id === idOrName) ?? pickByName(connectors, space, idOrName);
}

function pickByName(connectors: readonly Connector[], space: string, name: string): Connector {
  const named = connectors.filter((one) => one.name === name);
  const [only] = named;
  if (only && named.length === 1) return only;
  if (named.length > 1) {
    throw new ToolError(
      "ambiguous_connector",
      `${named.length} connectors in the space "${space}" have that name.`,
      "Use the id of the one you mean.",
      {
        candidates: named.map(namesake),
      },
    );
  }
  throw connectorNotHere(name, connectors, space);
}

/** The error for a connector that is not among those of a space, or of several with commas: similar ones are named. */
export function connectorNotHere(name: string, connectors: readonly Connector[], space: string): ToolError {
  if (isSystem(name)) return systemConnector(name);
  const meant = meantBy(name, connectors);
  const words = meant.map((one) => `${quoted(one.name)} (id ${one.id})`).join(" or ");
  return new ConnectorNotHere(
    { asked: name, space },
    `There is no connector ${quoted(name, 100)} in the space${space.includes(", ") ? "s" : ""} "${space}".`,
    meant.length > 0 ? `Did you mean ${words}?` : 'Call list_connectors with space "*": it may be in another space.',
    meant.length > 0 ? { candidates: meant.map(candidate) } : undefined,
  );
}

/** The connector with the nearest id or name, else at most five whose id, name or type contains the word. */
function meantBy(asked: string, connectors: readonly Connector[]): Connector[] {
  const near = didYouMean(asked, [...connectors.map((one) => one.id), ...connectors.map((one) => one.name)]);
  const nearest = connectors.find((one) => one.id === near || one.name === near);
  if (nearest) return [nearest];
  const word = asked.trim().toLowerCase();
  if (word.length < 3) return [];
  return connectors.filter((one) => [one.id, one.name, one.type].some((text) => showsWords(text, word))).slice(0, 5);
}

function candidate({ id, name, type, references }: Connector) {
  return compact({ id, name: plainText(name, 80), type, uses: references || undefined });
}

/** One of several of the same name, with where it sends: that tells them apart. */
export function namesake(one: Connector) {
  const hosts = everyHost(one.config);
  return { ...candidate(one), ...compact({ hosts: hosts.slice(0, 3).map((host) => plainText(host, 80)) }) };
}

function systemConnector(id: string): ToolError {
  return new ToolError(
    "system_action",
    `${quoted(id)} is a system connector: Kibana makes and runs it, and offers no way to read, test or change it.`,
    "Use it in a rule's actions in Kibana; it needs no set-up.",
  );
}
