import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { headersField, type Names } from "../../secrets/secret-headers.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { fieldOf, type StoredSecret } from "../../secrets/stored-secret.ts";
import { headersBack, listedHeaders, notDropped, withHeaders } from "./listed-headers.ts";
import { fieldsStoredLast, isIn } from "./proposed-secrets.ts";
import type { StoredSecrets } from "./stored-secrets.ts";

/** A change that an update undoes, and what it stored. */
export interface Undone {
  change: string;
  /** Fields of secrets. */
  gave: readonly string[];
  /** Those of them that it filled where nothing was. */
  first: readonly string[];
  /** Names of secret headers, as Kibana listed them before it, and those that it stored. */
  headers: { before?: readonly string[] | undefined; stored: readonly string[] };
}

/** What is stored in a connector that an update replaces, besides what its config needs. */
export interface StoredThere {
  /** The names of its secret headers, as Kibana lists them. */
  listed: Names;
  /** The fields in which something is stored. */
  now: string[];
  /** The fields that the update is to give; those of an undo had something before the change, or have something of others. */
  toGive: string[];
  /** Of secret headers the names to give, and of these those that came after a change that is undone. */
  headers: Names;
  since: readonly string[];
  /** Those that the change stored where nothing was. */
  out: readonly string[];
  /** The fields that an undo takes out again: the change stored them where nothing was, and nobody else did since. */
  takesOut: string[];
}

/**
 * @param may the fields that the connector may have by its config
 * @param given the secrets of the call: headers that are null there are not to be given
 */
export async function storedThere(
  connector: Connector,
  space: string,
  { may, undone, given }: { may: StoredSecrets; undone: Undone | undefined; given: Record<string, unknown> },
  { kibana, secrets: source }: { kibana: Reader; secrets: SecretSource },
): Promise<StoredThere> {
  // Secrets that are flagged as missing are not stored.
  if (connector.missingSecrets) return { listed: undefined, ...none, now: [], toGive: [], headers: undefined };
  const listed = await listedHeaders(may, connector, space, kibana);
  const { id } = connector;
  const others = (fields: readonly string[]) => fields.filter((field) => !may.needed.includes(field));
  const byJournal = await fieldsStoredLast({ id, space }, source);
  const now = others(withHeaders(byJournal, listed));
  if (!undone) {
    const headers = notDropped(listed, given);
    return { listed, ...none, now, toGive: others(withHeaders(byJournal, headers)), headers };
  }
  const stored = await storedIn(id, space, source, undone.change);
  const { before, stored: gave } = undone.headers;
  const isFirst = undone.first.includes(headersField);
  const back = headersBack(listed, { before, stored: gave, isFirst }, stored);
  const headers = back && notDropped([...back.before, ...back.since], given);
  // What the change dropped is to come back; what it stored, and is gone, somebody took out since.
  const dropped = (await fieldsStoredLast({ id, space, before: undone.change }, source)).filter((field) => !undone.gave.includes(field));
  const toGive = others(withHeaders([...new Set([...byJournal, ...dropped])], headers));
  const alone = storedByItAlone(undone, await storedIn(id, space, source));
  if (!back) return { listed, ...none, now, toGive, headers, takesOut: alone };
  const all = headers?.length === 0 && back.out.length > 0 ? [headersField] : [];
  const takesOut = [...alone.filter((field) => field !== headersField), ...all];
  return { listed, now, toGive, headers, since: back.since, out: back.out, takesOut };
}

const none = { since: [], out: [], takesOut: [] };

async function storedIn(id: string, space: string, { stored }: SecretSource, before?: string): Promise<StoredSecret[]> {
  return ((await stored?.(before)) ?? []).filter((one) => isIn(one, { id, space }));
}

/** The fields that a change filled where nothing was, and no later one. */
function storedByItAlone({ change, first }: Undone, now: readonly StoredSecret[]): string[] {
  return first.filter((field) => now.every((one) => fieldOf(one) !== field || one.change === change));
}
