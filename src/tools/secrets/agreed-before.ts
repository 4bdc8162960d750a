import { isReadable, statedDestinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { SecretFlow } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { isIn } from "./proposed-secrets.ts";
import { ownRequest } from "./secret-flows.ts";

/** The hosts of a run to which a person agreed for the same connector, by the journal of this server. */
export async function agreedBefore(
  { id, type }: Pick<Connector, "id" | "type">,
  space: string,
  flows: readonly SecretFlow[],
  { agreed }: SecretSource,
): Promise<string[]> {
  if (flows.every((one) => one.agreed)) return [];
  const places = ((await agreed?.()) ?? []).filter((one) => isIn(one, { id, space }));
  const entry = await connectorType(type, ...places.map(({ config }) => config));
  if (!entry) return [];
  const hosts = places.flatMap(({ config, hosts: ran = [] }) => (config ? statedDestinations(entry, config) : ran));
  return [...new Set(hosts)].filter(isReadable);
}

/** What a run's record keeps: the connector's own hosts, where its question names them. */
export function hostsAsked(flows: readonly SecretFlow[]): string[] {
  return flows.flatMap(({ source, hosts, agreed }) => (source === ownRequest && !agreed ? hosts : []));
}
