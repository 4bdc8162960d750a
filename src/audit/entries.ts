import type { ConnectorType } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import type { Connector } from "../kibana/connectors.ts";

/** The catalogue's entries, and those that Kibana's own descriptions make for other types of these connectors. */
export async function withOffered(entries: ReadonlyMap<string, ConnectorType>, connectors: Iterable<Connector>) {
  const others = new Set([...connectors].map(({ type }) => type).filter((type) => !entries.has(type)));
  // A run that is stopped still reports what it has found.
  const found = await Promise.all([...others].map((type) => connectorType(type).catch(() => undefined)));
  return new Map([...entries, ...found.flatMap((entry) => (entry ? [[entry.id, entry] as const] : []))]);
}
