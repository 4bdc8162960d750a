import * as z from "zod";
import { licenses } from "../../catalog/connector-type.ts";
import { Refusal } from "../http/envelope.ts";
import { parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { type TypeRow, typeRows } from "./type-rows.ts";

const query = z.strictObject({ feature_id: z.string().max(100).optional() });

/** Needs no privilege. The public list drops system types (reference/kibana-api.md §2). */
async function listTypes(call: Call, state: State, system: boolean): Promise<Reply> {
  const { feature_id: feature } = parseQuery(query, call);
  const rows = [...(await typeRows(state)).values()];
  const chosen = rows.filter((row) => (system || !row.system) && (!feature || row.features.includes(feature)));
  return { status: 200, body: chosen.map((row) => typeResponse(row, state)) };
}

/** What the settings and the licence allow of a type, in the names of Kibana's code. */
export function usabilityOf(row: TypeRow, state: State) {
  const enabledInConfig = isConfigured(row.id, state);
  const enabledInLicense = licenseProblem(row, state) === undefined;
  return { enabled: enabledInConfig && enabledInLicense, enabledInConfig, enabledInLicense };
}

function typeResponse(row: TypeRow, state: State) {
  const { version } = state;
  const { enabled, enabledInConfig, enabledInLicense } = usabilityOf(row, state);
  return {
    id: row.id,
    name: row.name,
    enabled,
    enabled_in_config: enabledInConfig,
    enabled_in_license: enabledInLicense,
    minimum_license_required: row.license,
    ...(has(version, "features of connector types") && { supported_feature_ids: row.features }),
    ...(has(version, "system connectors") && { is_system_action_type: row.system }),
    ...(has(version, "sub-features of connector types") &&
      row.features.includes("endpointSecurity") && { sub_feature: "endpointSecurity" }),
    ...(has(version, "deprecated connector types") && { is_deprecated: false }),
    ...(has(version, "source of connector types") && { source: row.source }),
  };
}

export async function registeredType(id: string, state: State): Promise<TypeRow> {
  const row = (await typeRows(state)).get(id);
  if (!row) throw new Refusal(400, `Action type "${id}" is not registered.`);
  return row;
}

/** First the setting, then the licence (reference/kibana-api.md §1.3). */
export function refuseDisabled(row: TypeRow, state: State): void {
  if (!isConfigured(row.id, state)) {
    throw new Refusal(403, `action type "${row.id}" is not enabled in the Kibana config xpack.actions.enabledActionTypes`);
  }
  refuseUnlicensed(row, state);
}

/** The only check of a preconfigured connector: it needs no `enabledActionTypes` (reference/kibana-api.md §2). It counts as use: license_state.ts. */
export function refuseUnlicensed(row: TypeRow, state: State): void {
  state.lastUsed.set(row.id, new Date().toISOString());
  const problem = licenseProblem(row, state);
  if (problem) throw new Refusal(403, problem);
}

function isConfigured(type: string, { settings }: State): boolean {
  return settings.enabledActionTypes.includes("*") || settings.enabledActionTypes.includes(type);
}

function licenseProblem(row: TypeRow, { license, licenseExpired }: State): string | undefined {
  const disabled = `Action type ${row.id} is disabled because your ${license} license`;
  if (licenseExpired) return `${disabled} has expired.`;
  if (licenses.indexOf(license) >= licenses.indexOf(row.license)) return undefined;
  return `${disabled} does not support it. Please upgrade your license.`;
}

export const typeRoutes: readonly Route[] = [
  { method: "GET", path: "/api/actions/connector_types", handler: (call, state) => listTypes(call, state, false) },
  { method: "GET", path: "/internal/actions/connector_types", handler: (call, state) => listTypes(call, state, true) },
];
