import { readdirSync } from "node:fs";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { isPlainObject } from "../../plain-object.ts";
import { availableNames, type SecretSource } from "../../secrets/resolve.ts";
import { bindingSuffix, readBindings } from "../../settings/bindings.ts";
import { isOneText } from "./page-fields.ts";

/** The connector that secrets are proposed for. */
export interface Subject {
  type: string;
  name: string;
  id?: string | undefined;
}

export interface Proposal {
  /** Ready to go into a call: each field with `{"$ask": true}`, or a reference if no person can type. */
  secrets: Record<string, unknown>;
  /** References that exist and may fit; absent: none. */
  secret_names?: string[];
  secret_files?: string[];
}

/** The most names to list in an answer. */
const most = 8;

/** Words that appear in the names of all kinds of secrets. */
const common = new Set(["connector", "secret", "secrets", "key", "token", "url", "api", "password", "user", "prod", "the", "for"]);

/**
 * How to give the secrets of these fields, in the form that all answers and errors propose.
 * @param entry of the type, which says whether a field holds several named secrets
 */
export function proposedSecrets(
  fields: readonly string[],
  entry: ConnectorType | undefined,
  subject: Subject,
  source: SecretSource,
): Proposal {
  const { names, files } = fitting(subject, entry, fields, source);
  const [name] = names;
  const one = offeredReference(source, name);
  return {
    secrets: Object.fromEntries(fields.map((field) => [field, isOneText(entry, field) ? one : { [nameIn(field)]: one }])),
    ...(names.length > 0 ? { secret_names: names } : {}),
    ...(files.length > 0 ? { secret_files: files } : {}),
  };
}

/** How a secret can be given here: a person types it, or a variable holds it. */
export function offeredReference({ noPage, prefix }: SecretSource, name = `${prefix}…`): Record<string, unknown> {
  return noPage ? { $env: name } : { $ask: true };
}

/** The same with every `{"$ask": true}` as this server offers it. */
export function asOffered(secrets: unknown, source: SecretSource, name?: string): unknown {
  if (!isPlainObject(secrets)) return secrets;
  if (secrets.$ask === true) return offeredReference(source, name);
  return Object.fromEntries(Object.entries(secrets).map(([field, value]) => [field, asOffered(value, source, name)]));
}

/** `secrets: {"token":{"$ask":true}} (a person types it). An existing reference also works: {"$env": "CONNECTOR_SECRET_PD"}` */
export function proposalInWords({ secrets, ...names }: Proposal, { noPage, prefix }: SecretSource): string {
  const there = existing(names) || (noPage ? "The operator sets the variable" : `Or {"$env": "${prefix}…"}, which the operator sets`);
  return `secrets: ${JSON.stringify(secrets)}${noPage ? "" : " (a person types it)"}. ${there}`;
}

/** `An existing reference also works: {"$env": "CONNECTOR_SECRET_PD"}`; empty if there is none. */
export function existing({ secret_names: names = [], secret_files: files = [] }: Omit<Proposal, "secrets">): string {
  const there = [...names.map((name) => `{"$env": "${name}"}`), ...files.map((name) => `{"$file": "${name}"}`)];
  return there.length > 0 ? `An existing reference also works: ${there.join(", ")}` : "";
}

/** An example key for a map of secrets. */
function nameIn(field: string): string {
  return /header/i.test(field) ? "X-Api-Key" : "name";
}

/** Variables and files whose names share a word with the connector; all, if none does. Those that the operator bound to another type are left out. */
function fitting(subject: Subject, entry: ConnectorType | undefined, fields: readonly string[], source: SecretSource) {
  const { type, name, id = "" } = subject;
  const free = availableNames(source).filter((one) => {
    const bindings = readBindings(source.env[one + bindingSuffix] ?? "");
    return !bindings || bindings.some((binding) => binding.type === undefined || binding.type === type);
  });
  const words = new Set([type, name, id, entry?.name ?? "", ...(entry?.aliases ?? []), ...fields].flatMap(wordsOf));
  const speaks = (one: string) => wordsOf(one).some((word) => words.has(word));
  const files = filesIn(source);
  const spoken = { names: free.filter(speaks), files: files.filter(speaks) };
  const chosen = spoken.names.length + spoken.files.length > 0 ? spoken : { names: free, files };
  return { names: chosen.names.slice(0, most), files: chosen.files.slice(0, most) };
}

function wordsOf(text: string): string[] {
  const parts = text.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return parts.split(/[^a-z0-9]+/).filter((word) => word.length > 1 && !common.has(word));
}

/** Files in the secrets folder that this caller may name; whether they can be read is checked on use. */
function filesIn({ dir, allowed }: SecretSource): string[] {
  if (dir === undefined) return [];
  try {
    return readdirSync(dir)
      .filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && (allowed?.includes(name) ?? true))
      .sort();
  } catch {
    // A reference to one of its files says what is wrong with the folder.
    return [];
  }
}
