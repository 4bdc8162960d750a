import type { ConnectorType, MailServer } from "../../catalog/connector-type.ts";
import { withOfferedTypes } from "../../catalog/index.ts";
import { isHostName } from "../../host-name.ts";
import type { ConnectorSpec } from "../../kibana/connector-specs.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";

/** An entry belongs to what Kibana said: the same answer is the same entry, its schemas made once. */
const made = new WeakMap<ConnectorSpec, Promise<ConnectorType | undefined>>();

/** While `work` runs, types that the catalogue does not know have the entry that this Kibana's description makes. */
export function withTypesOf<T>(kibana: Pick<Reader, "connectorSpec">, work: () => T): T {
  return withOfferedTypes({ type: (id) => typeFrom(kibana, id) }, work);
}

/** The same for a change, by what this Kibana says now: also where its operator chose a type's hosts, asked once, if a type needs it. */
export function withTypesAsSet<T>(reader: Pick<Reader, "anew">, work: () => T): T {
  const kibana = reader.anew();
  const known = new Map<ConnectorType, Promise<ConnectorType>>();
  const asSet = (entry: ConnectorType) => {
    const set = known.get(entry) ?? put(entry, (service) => serverOf(kibana, service));
    known.set(entry, set);
    return set;
  };
  return withOfferedTypes({ type: (id) => typeFrom(kibana, id), asSet }, work);
}

async function typeFrom(kibana: Pick<Reader, "connectorSpec">, id: string): Promise<ConnectorType | undefined> {
  const spec = await kibana.connectorSpec(id);
  if (!spec) return undefined;
  const entry = made.get(spec) ?? import("./type-of-spec.ts").then(({ typeOfSpec }) => typeOfSpec(spec));
  made.set(spec, entry);
  return entry;
}

async function put(entry: ConnectorType, ask: (service: string) => Promise<MailServer | undefined>): Promise<ConnectorType> {
  return entry.operators ? { ...entry, target: await entry.operators.target(ask) } : entry;
}

/** @returns undefined where this Kibana does not say it */
async function serverOf(kibana: Pick<Reader, "mailService">, service: string): Promise<MailServer | undefined> {
  try {
    const server = await kibana.mailService(service);
    return server && isHostName(server.host) ? server : undefined;
  } catch (error) {
    if (error instanceof KibanaError && error.code !== "cancelled") return undefined;
    throw error;
  }
}
