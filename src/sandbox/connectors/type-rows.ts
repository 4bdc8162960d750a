import type { License } from "../../catalog/connector-type.ts";
import { connectorTypes } from "../../catalog/index.ts";
import type { State } from "../types.ts";
import { atLeast } from "../version.ts";
import { rowOfSpec } from "./spec-types.ts";

/** What Kibana lists of a type. */
export interface TypeRow {
  id: string;
  name: string;
  license: License;
  features: readonly string[];
  system: boolean;
  source: "stack" | "spec";
}

/** The types that this Kibana has, by id. */
export async function typeRows({ version, specTypes }: Pick<State, "version" | "specTypes">): Promise<ReadonlyMap<string, TypeRow>> {
  const known = (await connectorTypes()).filter(({ since }) => {
    const [major = 0, minor = 0] = (since ?? "").split(".").map(Number);
    return atLeast(version, major, minor);
  });
  const rows = known.map(({ id, name, license, features, system }): TypeRow => ({ id, name, license, features, system, source: "stack" }));
  return new Map([...rows, ...[...specTypes.values()].map(rowOfSpec)].map((row) => [row.id, row]));
}

/** The id of the one connector that Kibana makes for a system type. */
export const systemConnectorId = (type: string) => `system-connector-${type}`;
