import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { grouped } from "../../grouped.ts";
import { isPlainObject } from "../../plain-object.ts";
import { isBoundTo } from "../../secrets/binding.ts";
import { hasName, headersField, type Names } from "../../secrets/secret-headers.ts";
import { availableNames, mayUse, type SecretSource } from "../../secrets/secret-source.ts";
import { type FormerSecret, fieldOf, type StoredSecret } from "../../secrets/stored-secret.ts";
import { valuesNow } from "../../secrets/value-now.ts";
import { type Binding, bindingSuffix, readBindings } from "../../settings/bindings.ts";
import { isOneOf, statOf } from "../../settings/own-files.ts";
import { isOneText } from "./page-fields.ts";

/** The connector that secrets are proposed for. */
export interface Subject {
  type: string;
  name: string;
  id?: string | undefined;
  space?: string | undefined;
  config?: Readonly<Record<string, unknown>> | undefined;
  /** The config that it has now, where a call gives it another one. */
  configBefore?: Readonly<Record<string, unknown>> | undefined;
  /** A change that is undone: what was stored before it is meant. */
  before?: string | undefined;
  /** What it is a copy of: what was stored there is meant. */
  original?: { id: string; space: string } | undefined;
  /** The names of the secret headers that are meant, where Kibana lists or listed them. */
  headers?: Names;
  /** Those of them that came after a change that is undone. */
  headersSince?: readonly string[];
}

export interface Proposal {
  /** Ready to go into a call: each field with `{"$ask": true}`, or a reference if no person can type. */
  secrets: Record<string, unknown>;
  /** What this server stored last in the connector, by field; absent: nothing that is known. */
  stored_last?: Record<string, Reference>;
  /** Those of them that came after an undone change, which left them as they were. */
  stored_since?: string[];
  /** Where it is not known whether a write of this server happened: what may be stored, the newest first. */
  stored_perhaps?: Record<string, Reference[]>;
  /** What the connector had the older value of, before an undone change: that one stored the newer value, or the reference has it since. */
  older_value_of?: Record<string, Reference>;
  /** Otherwise references that exist and may fit; absent: none. */
  secret_names?: string[];
  secret_files?: string[];
}

type Reference = { $env: string } | { $file: string };

/** In place of a name in a map of secrets: only the service knows it. As it stands it is refused. */
export const placeholder = "<name>";

/** What to put there, a clause; empty where all names are known. */
export function nameMeant(secrets: unknown): string {
  return JSON.stringify(secrets).includes(`"${placeholder}":`)
    ? ` with the name that the service expects, such as that of a header, in place of ${placeholder}`
    : "";
}

/** The most names to list in an answer. */
const most = 8;

/** Words that appear in the names of all kinds of secrets. */
const common = new Set(["connector", "secret", "secrets", "key", "token", "url", "api", "password", "user", "prod", "the", "for"]);

/**
 * How to give the secrets of these fields, in the form that all answers and errors propose.
 * @param entry of the type, which says whether a field holds several named secrets
 */
export async function proposedSecrets(
  fields: readonly string[],
  entry: ConnectorType | undefined,
  subject: Subject,
  source: SecretSource,
): Promise<Proposal> {
  const stored = (await source.stored?.()) ?? [];
  const known = allNames(source);
  const all = subject.before === undefined ? stored : ((await source.stored?.(subject.before)) ?? []);
  const inIt = named(
    all.filter((one) => isIn(one, subject.original ?? subject) && fields.includes(fieldOf(one))),
    subject.headers,
  );
  const own = inIt.flatMap((one) => (one.source !== undefined && known.includes(one.source) ? [{ ...one, source: one.source }] : []));
  const referencesOf = (some: typeof own) => some.map((one) => [one.path, asReference(one.source)] as const);
  const certain = own.filter(({ isUncertain }) => !isUncertain);
  const values = valuesNow(source, await source.digest?.());
  const isOlder = (one: StoredSecret & { source: string }) =>
    subject.before !== undefined && !(values.holds(one.source, one.digest) ?? !one.hasNewValue);
  const last = referencesOf(certain.filter((one) => !isOlder(one)));
  const older = referencesOf(certain.filter(isOlder));
  const open = grouped(
    own.filter(({ isUncertain }) => isUncertain),
    ({ path }) => path,
  );
  const perhaps = [...open].map(([path, some]) => [path, [...new Set(some.map((one) => one.source))].map(asReference)] as const);
  const since = certain.filter(({ isSince }) => isSince).map(({ path }) => path);
  // What is there is another's: nothing else may be it.
  const isOthers = inIt.some((one) => one.source !== undefined && !mayUse(one.source, source));
  const { names, files } =
    last.length + perhaps.length > 0 || isOthers
      ? { names: [], files: [] }
      : fitting(subject, entry, fields, { stored, former: (await source.former?.()) ?? [], values }, source);
  const [name, ...others] = [...names, ...files];
  const one = offeredReference(
    source,
    name !== undefined && others.length === 0 ? asReference(files.length > 0 ? `file ${name}` : name) : undefined,
  );
  const offered = (path: string) => (source.noPage ? new Map(last).get(path) : undefined) ?? one;
  const several = (field: string) => {
    const byJournal = inIt.flatMap(({ path }) => (path.startsWith(`${field}.`) ? [path.slice(field.length + 1)] : []));
    const names = (field === headersField ? subject.headers : undefined) ?? byJournal;
    return Object.fromEntries((names.length > 0 ? names : [placeholder]).map((name) => [name, offered(`${field}.${name}`)]));
  };
  return {
    secrets: Object.fromEntries(fields.map((field) => [field, isOneText(entry, field) ? offered(field) : several(field)])),
    ...(last.length > 0 ? { stored_last: Object.fromEntries(last) } : {}),
    ...(perhaps.length > 0 ? { stored_perhaps: Object.fromEntries(perhaps) } : {}),
    ...(since.length > 0 ? { stored_since: since } : {}),
    ...(older.length > 0 ? { older_value_of: Object.fromEntries(older) } : {}),
    ...(names.length > 0 ? { secret_names: names } : {}),
    ...(files.length > 0 ? { secret_files: files } : {}),
  };
}

/**
 * The fields of a connector in which this server stored a secret last; somebody may have taken it out in Kibana since.
 * @param isGone of one that this server deleted
 */
export async function fieldsStoredLast(
  subject: Pick<Subject, "id" | "space" | "before">,
  { stored }: SecretSource,
  isGone = false,
): Promise<string[]> {
  const all = (await stored?.(subject.before)) ?? [];
  const gone = isGone && subject.before === undefined;
  const isMeant = (one: StoredSecret) => one.isLatest && (one.isGone ?? gone) === gone && isIn(one, subject);
  return [...new Set(all.filter(isMeant).map(fieldOf))];
}

/** What the journal knows of a connector, of its secret headers those that are meant, by the names that Kibana lists. */
function named(all: readonly StoredSecret[], headers: Names): StoredSecret[] {
  return all.flatMap((one) => {
    if (headers === undefined || fieldOf(one) !== headersField) return [one];
    const name = headers.find((other) => hasName([one.path.slice(headersField.length + 1)], other));
    return name === undefined ? [] : [{ ...one, path: `${headersField}.${name}` }];
  });
}

export function isIn(
  { connector, space }: Pick<StoredSecret, "connector" | "space">,
  { id, space: its }: Pick<Subject, "id" | "space">,
): boolean {
  return connector === id && space === its;
}

/** @param source as a plan or the journal has it */
export function asReference(source: string): Reference {
  return source.startsWith("file ") ? { $file: source.slice("file ".length) } : { $env: source };
}

/** How a secret can be given here: a person types it, or a variable holds it. */
export function offeredReference({ noPage, prefix }: SecretSource, reference: Record<string, unknown> = { $env: `${prefix}…` }) {
  return noPage ? reference : { $ask: true };
}

/** The same with every `{"$ask": true}` as this server offers it. */
export function asOffered(secrets: unknown, source: SecretSource, reference?: Record<string, unknown>): unknown {
  if (!isPlainObject(secrets)) return secrets;
  if (secrets.$ask === true) return offeredReference(source, reference);
  return Object.fromEntries(Object.entries(secrets).map(([field, value]) => [field, asOffered(value, source, reference)]));
}

/** `secrets: {"token":{"$ask":true}} (a person types it). This server stored last: token from {"$env":"CONNECTOR_SECRET_PD"}` */
export function proposalInWords(
  { secrets, ...names }: Proposal,
  { noPage, prefix }: SecretSource,
  subject: Pick<Subject, "before" | "original"> = {},
): string {
  const there =
    existing(names, subject) || (noPage ? "The operator sets the variable" : `Or {"$env": "${prefix}…"}, which the operator sets`);
  return `secrets: ${JSON.stringify(secrets)}${noPage ? "" : " (a person types it)"}${nameMeant(secrets)}. ${there}`;
}

/** What exists for it, in words; empty if nothing is known to. */
export function existing(
  {
    stored_last: last = {},
    stored_since: since = [],
    stored_perhaps: perhaps = {},
    older_value_of: older = {},
    secret_names: names = [],
    secret_files: files = [],
  }: Omit<Proposal, "secrets">,
  { before, original }: Pick<Subject, "before" | "original"> = {},
): string {
  const from = (some: [string, Reference][]) => some.map(([path, reference]) => `${path} from ${JSON.stringify(reference)}`).join(", ");
  const stored = (isSince: boolean) => from(Object.entries(last).filter(([path]) => since.includes(path) === isSince));
  const [then, later, gone] = [stored(false), stored(true), from(Object.entries(older))];
  const either = Object.entries(perhaps).map(([path, some]) => {
    return `${path} from ${[...some.map((one) => JSON.stringify(one)), ...(some.length > 1 ? [] : ["elsewhere"])].join(" or ")}`;
  });
  const where = original ? "is in the original" : before === undefined ? "is there" : "was there before that change";
  const told = [
    ...(either.length > 0 ? [`What ${where} is not known, since a write of this server had no clear answer: ${either.join(", ")}`] : []),
    ...(then === ""
      ? []
      : [`${original ? "In the original this" : "This"} server stored last${before === undefined ? "" : " before that change"}: ${then}`]),
    ...(later === "" ? [] : [`This server stored after that change, which had left it as it was: ${later}`]),
    ...(gone === ""
      ? []
      : [`Before that change it had stored ${gone}, of which there is another value now: the older value is to be had elsewhere`]),
  ];
  const fit = [...names, ...files.map((name) => `file ${name}`)].map((name) => JSON.stringify(asReference(name)));
  return [...told, ...(fit.length > 0 ? [`By its name or binding this may be it: ${fit.join(", ")}`] : [])].join(". ");
}

/**
 * Variables that the operator bound to where this connector sends, and variables and files without a binding of whose names each
 * word fits it: `SLACK_HOOK` is not for what deploys by a hook. None that this server stored in another connector, or replaced in one.
 */
function fitting(
  { type, name, id = "", space, config = {}, before }: Subject,
  entry: ConnectorType | undefined,
  fields: readonly string[],
  { stored, former, values }: { stored: readonly StoredSecret[]; former: readonly FormerSecret[]; values: ReturnType<typeof valuesNow> },
  source: SecretSource,
) {
  const words = new Set([type, name, id, entry?.name ?? "", ...(entry?.aliases ?? []), ...fields].flatMap(wordsOf));
  const speaks = (one: string) => {
    const own = wordsOf(one);
    return own.length > 0 && own.every((word) => words.has(word) || (word.length > 3 && [...words].some((other) => other.endsWith(word))));
  };
  // Nor what the undone change itself may have stored.
  const others = new Set(
    stored.filter((one) => !one.isGone && (before !== undefined || !isIn(one, { id, space }))).map((one) => one.source),
  );
  const ended = new Set(
    former.filter((one) => one.source !== undefined && values.holds(one.source, one.digest) !== false).map((one) => one.source),
  );
  const hosts = entry ? destinations(entry, config, () => undefined) : [];
  const isBound = (bindings: readonly Binding[]) =>
    hosts.length > 0 ? isBoundTo(bindings, type, hosts) : bindings.some((one) => one.type === type);
  const names = availableNames(source).filter((one) => {
    const bindings = readBindings(source.env[one + bindingSuffix] ?? "");
    if (ended.has(one)) return false;
    return bindings ? isBound(bindings) : speaks(one.slice(source.prefix.length)) && !others.has(one);
  });
  const files = filesIn(source).filter((one) => speaks(one) && !others.has(`file ${one}`) && !ended.has(`file ${one}`));
  return { names: names.slice(0, most), files: files.slice(0, most) };
}

/** All that this caller may name. */
function allNames(source: SecretSource): string[] {
  return [...availableNames(source), ...filesIn(source).map((name) => `file ${name}`)];
}

function wordsOf(text: string): string[] {
  const parts = text.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return parts.split(/[^a-z0-9]+/).filter((word) => word.length > 1 && !common.has(word));
}

/** Files in the secrets folder that this caller may name; whether they can be read is checked on use. */
function filesIn({ dir, allowed, ownFiles = [] }: SecretSource): string[] {
  if (dir === undefined) return [];
  try {
    return readdirSync(dir)
      .filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && (allowed?.includes(name) ?? true))
      .filter((name) => !isOneOf(statOf(join(dir, name)), ownFiles))
      .sort();
  } catch {
    // A reference to one of its files says what is wrong with the folder.
    return [];
  }
}
