import type { ConnectorType } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import { credentialsFor } from "../catalog/when.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";

type Config = Record<string, unknown>;

/**
 * The secrets that a connector of this type and config needs, and those that it may have beside them. Kibana tells
 * neither which are stored nor keeps the ones that a PUT leaves out (reference/kibana-api.md §4).
 */
export interface StoredSecrets {
  needed: string[];
  possible: string[];
  /** The way to authenticate, where the type has several. */
  mode: string | undefined;
}

/** Of a type without an entry anything may be stored. */
export function storedSecrets(entry: ConnectorType | undefined, config: Config, status: Status): StoredSecrets {
  if (!entry) return { needed: [], possible: ["secrets of a type that this server does not know"], mode: undefined };
  const ways = credentialsFor(entry, config);
  const [first] = ways;
  if (!first) return { needed: [], possible: [], mode: undefined };
  // Where the config does not decide, only what all ways share is surely needed.
  const needed = first.fields.filter((field) => ways.every((way) => way.fields.includes(field)));
  const others = ways.flatMap((way) => [...way.fields, ...(way.optional ?? [])]).filter((field) => !needed.includes(field));
  const possible = [...new Set(others)].filter((field) => field !== "secretHeaders" || isAtLeast(status, "9.2"));
  return { needed: [...needed], possible, mode: entry.credentials.length > 1 ? ways.map((way) => way.name).join(" or ") : undefined };
}

/** Whether a stored connector may hold secrets, so that a delete or an update loses them. */
export async function mayHoldSecrets({ type, config }: { type: string; config: Config | undefined }, status: Status): Promise<boolean> {
  const { needed, possible } = storedSecrets(await connectorType(type), config ?? {}, status);
  return needed.length + possible.length > 0;
}
