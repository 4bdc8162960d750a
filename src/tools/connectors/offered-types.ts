import type { ConnectorType } from "../../catalog/connector-type.ts";
import { withOfferedTypes } from "../../catalog/index.ts";
import type { ConnectorSpec } from "../../kibana/connector-specs.ts";
import type { Reader } from "../../kibana/reader.ts";

/** An entry belongs to what Kibana said: the same answer is the same entry, its schemas made once. */
const made = new WeakMap<ConnectorSpec, Promise<ConnectorType | undefined>>();

/** While `work` runs, types that the catalogue does not know have the entry that this Kibana's description makes. */
export function withTypesOf<T>(kibana: Pick<Reader, "connectorSpec">, work: () => T): T {
  return withOfferedTypes(async (id) => {
    const spec = await kibana.connectorSpec(id);
    if (!spec) return undefined;
    const entry = made.get(spec) ?? import("./type-of-spec.ts").then(({ typeOfSpec }) => typeOfSpec(spec));
    made.set(spec, entry);
    return entry;
  }, work);
}
