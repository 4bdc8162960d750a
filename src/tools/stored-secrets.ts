import type { ConnectorType } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import { credentialsFor } from "../catalog/when.ts";
import { ToolError } from "../errors.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";
import { quoted } from "../plain-text.ts";
import { Sealed, type SealedRecord, type SealedTree } from "../sealed.ts";
import { noneInstead } from "./authentication-said.ts";
import { compact } from "./fields.ts";

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
  /** How to say that it needs none; empty where the type has no such way. */
  noneInstead?: string;
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
  return {
    needed: [...needed],
    possible,
    mode: entry.credentials.length > 1 ? ways.map((way) => way.name).join(" or ") : undefined,
    noneInstead: noneInstead(entry),
  };
}

/** The fields of which something is given: null and an empty object are nothing, Kibana would take them for "no such secret". */
export function givenFields(secrets: SealedRecord, asked: readonly string[]): Set<string> {
  const values = Object.keys(secrets).filter((field) => holdsValue(secrets[field] ?? null));
  return new Set([...values, ...asked.map((path) => path.split(".")[1] ?? path)]);
}

function holdsValue(tree: SealedTree): boolean {
  if (tree === null || typeof tree !== "object" || tree instanceof Sealed) return tree !== null;
  return Object.values(tree).some(holdsValue);
}

/**
 * Stops where a stored secret would be lost.
 * @param why what becomes of secrets that are not given
 * @param noOthers the caller says that nothing else is stored
 * @returns what may be stored and is not given
 * @throws ToolError secrets_needed
 */
export function assertAllGiven(
  { name, why, stored, given }: { name: string; why: string; stored: StoredSecrets; given: ReadonlySet<string> },
  noOthers: boolean,
  prefix: string,
): string[] {
  const required = stored.needed.filter((field) => !given.has(field));
  const possible = stored.possible.filter((field) => !given.has(field));
  if (required.length === 0 && (possible.length === 0 || noOthers)) return possible;
  const reference = JSON.stringify(Object.fromEntries(required.map((field) => [field, { $env: `${prefix}…` }])));
  throw new ToolError(
    "secrets_needed",
    required.length > 0
      ? `${why}, and ${quoted(name)} needs ${required.join(" and ")}${stored.mode ? ` (authentication: ${stored.mode})` : ""}${possible.length > 0 ? `; it may have ${possible.join(", ")} too` : ""}.`
      : `${why}, and ${quoted(name)} may have ${possible.join(", ")}: Kibana does not tell.`,
    `Pass ${required.length > 0 ? `secrets: ${reference}, or {"$ask": true} for a field and a person types it` : "the ones that are stored in `secrets`"}${possible.length > 0 ? "; where nothing else is stored, say so with assert_no_other_secrets: true" : ""}.${required.length > 0 ? (stored.noneInstead ?? "") : ""}`,
    compact({ required, possible, auth_mode: stored.mode }),
  );
}

/** Whether a stored connector may hold secrets, so that a delete or an update loses them. */
export async function mayHoldSecrets({ type, config }: { type: string; config: Config | undefined }, status: Status): Promise<boolean> {
  const { needed, possible } = storedSecrets(await connectorType(type), config ?? {}, status);
  return needed.length + possible.length > 0;
}
