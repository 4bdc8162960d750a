import type { ConnectorType } from "../../catalog/connector-type.ts";
import { isReadable, statedDestinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { SecretFlow } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { AgreedPlace, SecretSource } from "../../secrets/secret-source.ts";
import { isIn } from "./proposed-secrets.ts";
import { ownRequest, requiredHosts } from "./secret-flows.ts";

type Agreed = Pick<SecretSource, "agreed">;

/** The hosts of a run to which a person agreed for the same connector, by the journal of this server. */
export async function agreedBefore(
  connector: Pick<Connector, "id" | "type">,
  space: string,
  flows: readonly SecretFlow[],
  source: Agreed,
): Promise<string[]> {
  return flows.every((one) => one.agreed) ? [] : agreedFor(connector, space, source);
}

/** The hosts to which a person agreed for a connector, with secrets or without, by the journal of this server. */
export async function agreedFor({ id, type }: Pick<Connector, "id" | "type">, space: string, { agreed }: Agreed): Promise<string[]> {
  const places = ((await agreed?.()) ?? []).filter((one) => isIn(one, { id, space }));
  const entry = await connectorType(type, ...places.map(({ config }) => config));
  return entry ? hostsOf(entry, places) : [];
}

/**
 * Hosts that somebody agreed to before: connectors of the space send secrets there. Only configs that Kibana refuses
 * without secrets count: others can be created without asking, so an agent could approve its own host. Of those a host counts that they
 * still have, and to which a person agreed when this server stored the same secrets with them: at the host of a webhook others may read
 * what comes in under another path.
 * @param flows for which it is asked: the journal is read only where one of them needs it
 */
export async function agreedHosts(
  existing: readonly Connector[],
  space: string,
  flows: readonly (Pick<SecretFlow, "hosts" | "agreed"> & Partial<SecretFlow>)[],
  { agreed }: Agreed,
): Promise<string[]> {
  const required = (await Promise.all(existing.map(requiredHosts))).flat();
  const isKnown = flows.every((one) => one.agreed || one.hosts.every((host) => required.includes(host)));
  const places = isKnown ? [] : ((await agreed?.()) ?? []).filter((one) => one.secrets !== undefined && one.space === space);
  const told = (await Promise.all(existing.map((one) => hostsBoth(one, places)))).flat();
  const isTold = (host: string, { source }: Partial<SecretFlow>) =>
    told.some((one) => one.host === host && (source === undefined || source === ownRequest || one.secrets.includes(source)));
  const hosts = told.map(({ host }) => host).filter((host) => flows.every((one) => !one.hosts.includes(host) || isTold(host, one)));
  return [...new Set([...required, ...hosts].filter(isReadable))].sort();
}

/** Where a connector sends by its config now and by one that was agreed to, and with what. */
async function hostsBoth(
  { id, type, config }: Connector,
  places: readonly AgreedPlace[],
): Promise<{ host: string; secrets: readonly string[] }[]> {
  const own = places.filter(({ connector }) => connector === id);
  const entry = own.length > 0 && config ? await connectorType(type, config, ...own.map((one) => one.config)) : undefined;
  if (!entry || !config) return [];
  const now = statedDestinations(entry, config);
  return own.flatMap((place) =>
    hostsOf(entry, [place]).flatMap((host) => (now.includes(host) ? [{ host, secrets: place.secrets ?? [] }] : [])),
  );
}

function hostsOf(entry: ConnectorType, places: readonly AgreedPlace[]): string[] {
  const hosts = places.flatMap(({ config, hosts: sent = [] }) => (config ? statedDestinations(entry, config) : sent));
  return [...new Set(hosts)].filter(isReadable);
}

/** What a run's record keeps: the connector's own hosts, where its question names them. */
export function hostsAsked(flows: readonly SecretFlow[]): string[] {
  return flows.flatMap(({ source, hosts, agreed }) => (source === ownRequest && !agreed ? hosts : []));
}
