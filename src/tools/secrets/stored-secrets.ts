import type { ConnectorType } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { leftOut } from "../../catalog/left-out.ts";
import { credentialsFor } from "../../catalog/when.ts";
import type { DeleteOp } from "../../change/op.ts";
import type { Unknown } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { quoted, word } from "../../plain-text.ts";
import { fieldsWithValue, type SealedRecord } from "../../sealed.ts";
import { hasName, headersField, type Names } from "../../secrets/secret-headers.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { fieldOf } from "../../secrets/stored-secret.ts";
import { compact } from "../fields.ts";
import { noneInstead } from "./explicit-no-auth.ts";
import { listedHeaders } from "./listed-headers.ts";
import { proposalInWords, proposedSecrets, type Subject } from "./proposed-secrets.ts";
import { type GivenSecrets, headersGiven, withGiven } from "./with-given.ts";

type Config = Record<string, unknown>;

/**
 * The secrets that a connector of this type and config needs, and others that it may have. Kibana does not say which are
 * stored, and does not keep those that a PUT leaves out (reference/kibana-api.md §4).
 */
export interface StoredSecrets {
  needed: string[];
  possible: string[];
  /** The authentication method, if the type has several. */
  mode: string | undefined;
  /** Of the needed ones those that the config alone does not need: this server stored them. */
  stays?: string[];
}

/** For a type without an entry, anything may be stored. */
export function storedSecrets(entry: ConnectorType | undefined, config: Config, status: Status): StoredSecrets {
  if (!entry) return { needed: [], possible: ["secrets of a type that this server does not know"], mode: undefined };
  const ways = credentialsFor(entry, config);
  const [first] = ways;
  if (!first) return { needed: [], possible: [], mode: undefined };
  // If the config does not decide on a method, only what all methods share is certainly needed.
  const needed = first.fields.filter((field) => ways.every((way) => way.fields.includes(field)));
  const others = ways.flatMap((way) => [...way.fields, ...(way.optional ?? [])]).filter((field) => !needed.includes(field));
  const possible = [...new Set(others)].filter((field) => field !== headersField || isAtLeast(status, "9.2"));
  return {
    needed: [...needed],
    possible,
    mode: entry.credentials.length > 1 ? ways.map((way) => way.name).join(" or ") : undefined,
  };
}

/**
 * With what is there for certain, by the journal or by Kibana's list of headers: it stays, unless the call gives null in its place.
 * @param before fields that are stored, besides those that the config before needs
 * @param given the call's
 * @param listed what Kibana lists is all that there is
 */
export function withStored(
  entry: ConnectorType | undefined,
  stored: StoredSecrets,
  before: readonly string[],
  given: Readonly<Record<string, unknown>>,
  listed: Names,
): StoredSecrets {
  const stays = before.filter((field) => given[field] !== null && (entry === undefined || stored.possible.includes(field)));
  return {
    ...stored,
    needed: [...new Set([...stored.needed, ...stays])],
    possible: withoutListed(stored.possible, listed).filter((field) => !before.includes(field)),
    stays: stays.filter((field) => !stored.needed.includes(field)),
  };
}

/** Of the fields that may have something those of which nobody tells whether they do. */
export function withoutListed(possible: readonly string[], listed: Names): string[] {
  return possible.filter((field) => listed === undefined || field !== headersField);
}

/** The fields with a value, given or asked for. */
export function givenFields(secrets: SealedRecord, asked: readonly string[]): Set<string> {
  return new Set([...fieldsWithValue(secrets), ...asked.map((path) => path.split(".")[1] ?? path)]);
}

interface Given {
  subject: Subject;
  entry: ConnectorType | undefined;
  /** What happens to secrets that are not given. */
  why: string;
  stored: StoredSecrets;
  given: GivenSecrets;
}

/**
 * Stops if a secret that the connector needs would be missing.
 * @returns other secrets that may be stored and are not given
 * @throws ToolError secrets_needed
 */
export async function assertAllGiven({ subject, entry, why, stored, given }: Given, source: SecretSource): Promise<string[]> {
  const missing = subject.headers?.filter((name) => !hasName(headersGiven(given), name));
  const isGiven = (field: string) => givenFields(given.secrets, given.asked).has(field);
  const isMissing = (field: string) => (field === headersField && missing ? missing.length > 0 : !isGiven(field));
  const [required, possible] = [stored.needed.filter(isMissing), stored.possible.filter(isMissing)];
  if (required.length === 0) return possible;
  const proposal = withGiven(await proposedSecrets(required, entry, subject, source), given, source);
  const all = droppable(entry, subject.config ?? {}, stored).filter((field) => required.includes(field));
  const stays = all.filter((field) => field !== headersField || subject.headers === undefined);
  const known = new Set(Object.keys({ ...proposal.stored_last, ...proposal.older_value_of }).map((path) => fieldOf({ path })));
  const [ours, unclear] = [
    stays.filter((field) => subject.before === undefined || known.has(field)),
    stays.filter((field) => !known.has(field)),
  ];
  const drops = [
    ours.length > 0 ? ` This server stored ${ours.join(" and ")}; null in its place drops it.` : "",
    ours.length < stays.length
      ? ` This server does not know what ${unclear.join(" and ")} held before that change: null in its place says that nothing was there.`
      : "",
    all.length > stays.length ? headersInWords(subject, missing, headersGiven(given)) : "",
  ].join("");
  throw new ToolError(
    "secrets_needed",
    `${why}, and ${quoted(subject.name)} needs ${required.join(" and ")}${stored.mode ? ` (authentication: ${stored.mode})` : ""}.`,
    `Pass ${proposalInWords(proposal, source, subject)}.${entry ? whereAddressesAre(entry, required) + noneInstead(entry, subject, required) : ""}${drops}`,
    compact({ required, possible, auth_mode: stored.mode, ...proposal }),
  );
}

/** Which secret headers are to be given, by Kibana's list. */
function headersInWords(
  { headers = [], headersSince = [], before, original }: Subject,
  missing: readonly string[] = [],
  given: readonly string[] = [],
): string {
  const inWords = (names: readonly string[]) => firstFew(names, 10, word);
  const then = headers.filter((name) => !headersSince.includes(name));
  const isUndo = before !== undefined && original === undefined;
  return [
    isUndo && then.length > 0 ? ` It had ${inWords(then)} in ${headersField} before that change.` : "",
    isUndo && headersSince.length > 0 ? ` Since that change, Kibana lists ${inWords(headersSince)} in ${headersField}.` : "",
    isUndo ? "" : ` Kibana lists ${inWords(headers)} in ${headersField}${original ? " of the original" : ""}.`,
    missing.length < headers.length ? ` Not given: ${inWords(missing)}.` : "",
    headers.length > 1 || given.length > 0
      ? ` null in place of a value drops that one, in place of ${headersField} all of them.`
      : ` null in place of ${headersField} drops it.`,
  ].join("");
}

/** Of what this server stored there what may go all at once, so that a whole way to sign in stays. */
function droppable(entry: ConnectorType | undefined, config: Readonly<Config>, { needed, stays = [] }: StoredSecrets): string[] {
  const ways = entry ? credentialsFor(entry, config) : [{ fields: [] }];
  const isWhole = (left: readonly string[]) => ways.some(({ fields }) => fields.every((field) => left.includes(field)));
  const left = new Set(needed);
  return stays.filter((field) => {
    left.delete(field);
    if (isWhole([...left])) return true;
    left.add(field);
    return false;
  });
}

/** What only a person can know about further stored secrets, for the plan; undefined if there can be none. */
export async function nothingElse(
  possible: readonly string[],
  { subject, entry, why, given }: Omit<Given, "stored">,
  source: SecretSource,
  unattended: boolean,
): Promise<Unknown | undefined> {
  if (possible.length === 0) return undefined;
  const proposal = withGiven(await proposedSecrets(entry ? possible : [], entry, subject, source), given, source);
  const pass = entry
    ? `pass those of these that it has: ${proposalInWords(proposal, source, subject)}`
    : "pass what is stored in `secrets`";
  const filled = entry ? filledIn(entry, subject.config ?? {}, possible) : new Map<string, string>();
  const none = possible.map((field) => `no ${field}${filled.has(field) ? ` but ${filled.get(field)}, which Kibana fills in` : ""}`);
  const byItself =
    filled.size > 0 ? ` Kibana fills in ${[...filled.keys()].join(" and ")} again: give another value only if one is stored.` : "";
  return {
    statement: `Nothing else is stored in ${quoted(subject.name)}${entry ? `: ${none.join(", ")}` : ""} (${lower(why)})`,
    fix: `Ask the person who set it up, or find out at the service what it expects; then ${pass}.${byItself}${
      unattended
        ? " If nothing else is stored, say so with assert_no_other_secrets: true."
        : " If nothing else is stored, repeat the call: a person confirms it in the form or page of the plan."
    }`,
    detail: compact({ possible, ...proposal }),
  };
}

/** What Kibana fills in for fields that are left out, by its description of the type. */
function filledIn(entry: ConnectorType, config: Readonly<Config>, fields: readonly string[]): Map<string, string> {
  const way = entry.wayField === undefined ? {} : { [entry.wayField]: config[entry.wayField] };
  const all = leftOut(entry, "secrets", way).flatMap((one) => (one && one.path.length === 1 ? [one] : []));
  return new Map(
    all.flatMap(({ path: [field = ""], value }) => (fields.includes(field) ? [[field, quoted(String(value), 120)] as const] : [])),
  );
}

/** Where to find addresses that a type keeps among its secrets: nobody takes them for passwords. */
function whereAddressesAre({ target }: ConnectorType, fields: readonly string[]): string {
  const addresses = target.kind === "config" ? fields.filter((field) => target.secrets?.includes(field)) : [];
  if (addresses.length === 0) return "";
  const [what, them] = addresses.length > 1 ? ["addresses", "them"] : ["an address", "it"];
  return ` ${addresses.join(" and ")}: ${what}, which Kibana keeps among the secrets and shows to nobody. Whoever set the connector up has ${them}, or the service's settings of that application.`;
}

function lower(sentence: string): string {
  return sentence.startsWith("Kibana") ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** Whether a connector holds secrets, which a delete would lose, and which it may hold although it needs none. */
export async function secretsOf(
  before: Connector,
  space: string,
  status: Status,
  kibana: Reader,
): Promise<Pick<DeleteOp, "secretsBefore" | "secretsPossible" | "headersBefore">> {
  const { type, config } = before;
  const entry = await connectorType(type);
  const may = storedSecrets(entry, config ?? {}, status);
  const headersBefore = await listedHeaders(may, before, space, kibana);
  const headers = headersBefore && { headersBefore };
  if (headersBefore && headersBefore.length > 0) return { secretsBefore: true, ...headers };
  const [needed, possible] = [may.needed, withoutListed(may.possible, headersBefore)];
  const needsNone = entry !== undefined && credentialsFor(entry, config ?? {}).some(({ fields }) => fields.length === 0);
  if (!needsNone || possible.length === 0) return { secretsBefore: needed.length + possible.length > 0, ...headers };
  return { secretsBefore: false, secretsPossible: possible, ...headers };
}
