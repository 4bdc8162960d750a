import * as z from "zod";
import { type License, licenses } from "../catalog/connector-type.ts";
import { Refusal } from "./envelope.ts";
import { parsePart, queryObject } from "./request-schema.ts";
import { type TypeRow, typeRows } from "./type-rows.ts";
import type { Call, Reply, Route, State } from "./types.ts";
import { atLeast } from "./version.ts";

const query = z.strictObject({ feature_id: z.string().max(100).optional() });

/** Needs no privilege. The public list drops system types (reference/kibana-api.md §2). */
async function listTypes(call: Call, state: State, system: boolean): Promise<Reply> {
  const { feature_id: feature } = parsePart(query, queryObject(call.query), "query");
  const rows = [...(await typeRows()).values()].filter((row) => (system || !row.system) && (!feature || row.features.includes(feature)));
  return { status: 200, body: rows.map((row) => typeResponse(row, state)) };
}

function typeResponse(row: TypeRow, state: State) {
  const licensed = allows(state.license, row.license);
  return {
    id: row.id,
    name: row.name,
    enabled: licensed,
    enabled_in_config: true,
    enabled_in_license: licensed,
    minimum_license_required: row.license,
    supported_feature_ids: row.features,
    is_system_action_type: row.system,
    ...(row.features.includes("endpointSecurity") && { sub_feature: "endpointSecurity" }),
    ...(atLeast(state.version, 9) && { is_deprecated: false }),
    ...(atLeast(state.version, 9, 3) && { source: "stack" }),
  };
}

function allows(license: License, needed: License): boolean {
  return licenses.indexOf(license) >= licenses.indexOf(needed);
}

export async function registeredType(id: string): Promise<TypeRow> {
  const row = (await typeRows()).get(id);
  if (!row) throw new Refusal(400, `Action type "${id}" is not registered.`);
  return row;
}

export function refuseUnlicensed(row: TypeRow, state: State): void {
  if (allows(state.license, row.license)) return;
  throw new Refusal(
    403,
    `Action type ${row.id} is disabled because your ${state.license} license does not support it. Please upgrade your license.`,
  );
}

export const typeRoutes: readonly Route[] = [
  { method: "GET", path: "/api/actions/connector_types", handler: (call, state) => listTypes(call, state, false) },
  { method: "GET", path: "/internal/actions/connector_types", handler: (call, state) => listTypes(call, state, true) },
];
