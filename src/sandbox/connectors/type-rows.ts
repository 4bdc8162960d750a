import type { License } from "../../catalog/connector-type.ts";
import { connectorTypes } from "../../catalog/index.ts";
import { atLeast } from "../version.ts";

/** What Kibana lists of a type. */
export interface TypeRow {
  id: string;
  name: string;
  license: License;
  features: readonly string[];
  system: boolean;
}

/** The types that a version has, by id. */
export async function typeRows(version: string): Promise<ReadonlyMap<string, TypeRow>> {
  const known = (await connectorTypes()).filter(({ since }) => {
    const [major = 0, minor = 0] = (since ?? "").split(".").map(Number);
    return atLeast(version, major, minor);
  });
  return new Map(known.map(({ id, name, license, features, system }) => [id, { id, name, license, features, system }]));
}

/** The id of the one connector that Kibana makes for a system type. */
export const systemConnectorId = (type: string) => `system-connector-${type}`;
