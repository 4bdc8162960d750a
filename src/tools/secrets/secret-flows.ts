import type { ConnectorType } from "../../catalog/connector-type.ts";
import {
  destinations,
  hostsLeftOutOfSecrets,
  hostsUnderUnknownKeys,
  isReadable,
  named,
  statedDestinations,
  unknownHost,
} from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import type { SecretFlow } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { valueAt } from "../../plain-object.ts";
import { examine, mapSealed, Sealed, type SealedRecord, type SealedTree } from "../../sealed.ts";
import { assertBound, assertValueBound } from "../../secrets/binding.ts";
import type { Resolved } from "../../secrets/resolve.ts";

type Config = Record<string, unknown>;

/**
 * Where a connector with these secrets would send: also to what is in a secret, in a field that no known version of the type has too, and
 * to what Kibana fills in where they leave a field out.
 * @param asked fields that are yet to be typed
 */
export function destinationsWith(entry: ConnectorType, config: Config, secrets: SealedRecord, asked: readonly string[] = []): string[] {
  const hosts = destinations(entry, config, (field) => {
    const value = secrets[field];
    return value instanceof Sealed ? value.host : undefined;
  });
  const found = examine(secrets, (plain) =>
    hostsUnderUnknownKeys(entry, "secrets", plain).map(({ path }) => ({ path, problem: "may be called" })),
  );
  return [
    ...new Set([...hosts, ...found.flatMap(({ path }) => hostsAt(secrets, path)), ...filledIn(entry, config, secrets, asked)]),
  ].sort();
}

/** Hosts that are in no secret that was given: Kibana's description has them. */
function filledIn(entry: ConnectorType, config: Config, secrets: SealedRecord, asked: readonly string[]): string[] {
  const way = entry.wayField !== undefined && { [entry.wayField]: config[entry.wayField] };
  const hosts = examine(secrets, (plain) => {
    const given = Object.fromEntries(Object.entries(Object(plain)).filter(([, value]) => value !== null));
    return hostsLeftOutOfSecrets(entry, { ...way, ...given }, asked).map((host) => ({ path: host, problem: "is filled in" }));
  }).map(({ path }) => path);
  const isAll = destinations(entry, config, () => undefined).length > 0;
  return hosts.length === 0 || isAll ? hosts : [...hosts, unknownHost];
}

/** What is no URL stays unread: it may be a host, or any other secret. */
function hostsAt(secrets: SealedRecord, path: string): string[] {
  const hosts: string[] = [];
  mapSealed((secrets[path] ?? valueAt(secrets, path.split("."))) as SealedTree, ({ host }) =>
    hosts.push(host === undefined ? `unreadable address in secrets.${path}` : named({ address: host, verified: true })),
  );
  return hosts;
}

/**
 * Where each secret would go; a type without an entry may send it anywhere. A secret that a person types for this plan is
 * thereby agreed to, and so is one that the operator bound to this type and host.
 * @throws ToolError secret_refused if a binding forbids it
 */
export function secretFlows(
  type: string,
  entry: ConnectorType | undefined,
  config: Config,
  { secrets, bindings, boundValues, asked }: Resolved,
  typed: ReadonlySet<string>,
): SecretFlow[] {
  const hosts = entry ? destinationsWith(entry, config, secrets, asked) : [];
  const shown = entry ? [...destinations(entry, config, () => undefined), ...filledIn(entry, config, secrets, asked)] : [];
  const unseen = hosts.filter((host) => isReadable(host) && !shown.includes(host));
  const to = { hosts, ...(unseen.length > 0 && { unseen }) };
  const flows: SecretFlow[] = [];
  mapSealed(secrets, (sealed, path) => {
    const field = `secrets.${path.join(".")}`;
    const bound = bindings.get(field);
    if (bound) assertBound(sealed.source, bound, type, hosts);
    for (const one of boundValues.get(field) ?? []) assertValueBound(field, one, type, hosts);
    flows.push({ field, source: sealed.source, ...to, ...(bound || typed.has(field) ? { agreed: true as const } : {}) });
  });
  // The person who types them sees where they go before typing.
  for (const field of asked) flows.push({ field, source: `${field.replace(/^secrets\./, "")}, typed on this page`, ...to, agreed: true });
  return flows;
}

/** The hosts of a connector that cannot be without secrets, unless they got lost. */
export async function requiredHosts({ type, config, missingSecrets }: Connector): Promise<string[]> {
  const entry = await connectorType(type, config);
  return entry && config && !missingSecrets && demandsSecrets(entry, config) ? statedDestinations(entry, config) : [];
}

/** Whether the type refuses empty secrets, whatever the config. Cached: a space may have thousands of connectors. */
const always = new WeakMap<ConnectorType, boolean>();

/** Whether Kibana would have refused this config without secrets. */
function demandsSecrets(entry: ConnectorType, config: Config): boolean {
  const ofType = always.get(entry) ?? checkPart(entry, "secrets", {}).errors.length > 0;
  always.set(entry, ofType);
  return ofType || checkTogether(entry, config, {}).errors.length > 0;
}

/** What a run itself sends, in words. */
export const ownRequest = "a request";

/** The hosts of a run, if anybody could have put them into the config because the connector needs no secret. */
export function requestFlow(entry: ConnectorType, config: Config): SecretFlow[] {
  if (entry.target.kind === "fixed" || demandsSecrets(entry, config)) return [];
  const hosts = destinations(entry, config, () => undefined);
  return hosts.length > 0 ? [{ field: "", source: ownRequest, hosts }] : [];
}
