import { randomUUID } from "node:crypto";
import * as z from "zod";
import { internalError, notFound, Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import { filled, looseRecord, parseBody, parsePart } from "../http/request-schema.ts";
import type { Call, Connector, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { systemConnectorId, typeRows } from "./type-rows.ts";
import { refuseDisabled, registeredType } from "./types-api.ts";
import { checkConnector } from "./validate.ts";
import { inMemoryView, referenceCounts, savedView, storedView } from "./view.ts";

const createBody = z.strictObject({ name: filled, connector_type_id: filled, config: looseRecord, secrets: looseRecord });
const updateBody = z.strictObject({ name: filled, config: looseRecord, secrets: looseRecord });

/** What 9.4 and later accept; the message for unsafe words is the one for long ids (reference/kibana-api.md §1.5). */
const idParams = z.object({
  id: z
    .string()
    .max(36)
    .refine((id) => !/^(__proto__|constructor|prototype)$|\.\.|\//.test(id), "Connector ID must be 36 characters or less.")
    .refine((id) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(id), "Connector ID must contain only lowercase letters, numbers, and hyphens."),
});

export function isStrictId(id: string): boolean {
  return idParams.safeParse({ id }).success;
}

async function create(call: Call, state: State): Promise<Reply> {
  const given = call.params.id;
  if (given !== undefined && !has(state.version, "chosen connector ids")) return notFound();
  if (given !== undefined && has(state.version, "strict connector ids")) parsePart(idParams, call.params, "params", state.version);
  const body = parseBody(createBody, call);
  const type = body.connector_type_id;
  needActions(call, "all", `create a "${type}" action`);
  const reserved = state.inMemory.find((connector) => connector.id === given);
  if (reserved?.system || (await typeRows(state)).get(type)?.system) {
    throw new Refusal(400, `System action creation is forbidden. Action type: ${type}.`);
  }
  if (reserved) throw new Refusal(400, `This ${given} already exists in a preconfigured action.`);
  const valid = await checked(type, body, state);
  const id = given ?? randomUUID();
  if (hasEndpoint(valid, state)) return internalError();
  if (state.connectors.has(id)) throw new Refusal(409, `Saved object [action/${id}] conflict`);
  const made = { id, space: call.space, type, name: body.name, ...valid, missingSecrets: false };
  return store(isPerUser(body.secrets, state) ? { ...made, perUser: { connected: false } } : made, state);
}

/** Replaces everything; a `secrets` left out becomes `{}` (reference/kibana-api.md §4). */
async function update(call: Call, state: State): Promise<Reply> {
  const body = parseBody(updateBody, call);
  const { id = "" } = call.params;
  needActions(call, "all", "update actions");
  refuseInMemory(id, state, "can not be updated.");
  const connector = savedConnector(id, call.space, state);
  const valid = await checked(connector.type, body, state);
  if (connector.perUser && body.secrets.authType !== connector.config.authType) {
    throw new Refusal(400, `Authentication type cannot be changed for per-user connectors. Connector: ${id}`);
  }
  // Everybody's tokens go (reference/corrections.md §5).
  const perUser = connector.perUser && { perUser: { connected: false } };
  return store({ ...connector, name: body.name, ...valid, missingSecrets: false, ...perUser }, state);
}

/** The one way that each user takes alone: kbn-connector-specs, auth_mode_by_auth_type_id.ts. */
function isPerUser({ authType }: Dict, { version }: State): boolean {
  return authType === "oauth_authorization_code" && has(version, "authentication per user");
}

/** On order: what a user does in Kibana's list of connectors. */
export function authoriseConnector(id: string, _body: unknown, { connectors }: State): Reply {
  const connector = connectors.get(id);
  if (!connector?.perUser) return notFound();
  connectors.set({ ...connector, perUser: { connected: true } });
  return { status: 204 };
}

/** Checks type, config, secrets, both together, and only then the licence (reference/kibana-api.md §1.3). */
async function checked(type: string, body: { config: Dict; secrets: Dict }, state: State): Promise<{ config: Dict; secrets: Dict }> {
  const row = await registeredType(type, state);
  const result = await checkConnector(type, body.config, body.secrets, state);
  if (!result.ok) throw new Refusal(400, result.problem);
  refuseDisabled(row, state);
  return result.value;
}

/** Elasticsearch has an inference endpoint by that id: an update replaces it, a create fails (inference/index.ts, preSaveHook). */
function hasEndpoint({ config }: Pick<Connector, "config">, { inferenceEndpoints: all }: State): boolean {
  return all.has(String(config.inferenceId));
}

function store(connector: Connector, state: State): Reply {
  if (connector.config.inferenceId !== undefined) state.inferenceEndpoints.add(String(connector.config.inferenceId));
  state.connectors.set(connector);
  return { status: 200, body: storedView(connector, state) };
}

function get(call: Call, state: State): Reply {
  const { id = "" } = call.params;
  needActions(call, "read", "get actions");
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  if (inMemory?.system) throw new Refusal(404, `Connector ${id} not found`);
  const body = inMemory ? inMemoryView(inMemory, state) : savedView(savedConnector(id, call.space, state), state);
  return { status: 200, body };
}

/** Never looks at references, and finds a saved connector that a preconfigured one with its id hides (reference/kibana-api.md §5.4, §1.5). */
function remove(call: Call, state: State): Reply {
  const { id = "" } = call.params;
  needActions(call, "all", "delete actions");
  if (state.connectors.get(id)?.space !== call.space) refuseInMemory(id, state, "is not allowed to delete.");
  const connector = savedConnector(id, call.space, state);
  state.connectors.delete(id);
  state.inferenceEndpoints.delete(String(connector.config.inferenceId));
  return { status: 204 };
}

/** Saved connectors above it are left out silently (reference/kibana-api.md §1.6). */
const listLimit = 10_000;

function list(call: Call, state: State, system: boolean): Reply {
  needActions(call, "read", "get actions");
  const counts = referenceCounts(state);
  const inMemory = state.inMemory.filter((connector) => system || !connector.system);
  const rows = [
    ...state.connectors
      .inSpace(call.space)
      .slice(0, listLimit)
      .map((connector) => ({ ...savedView(connector, state), referenced_by_count: counts.get(connector.id) ?? 0 })),
    ...inMemory.map((connector) => ({ ...inMemoryView(connector, state), referenced_by_count: 0 })),
  ];
  return { status: 200, body: rows.sort((one, other) => one.name.localeCompare(other.name)) };
}

function refuseInMemory(id: string, state: State, refusal: string): void {
  const connector = state.inMemory.find((candidate) => candidate.id === id);
  if (connector) throw new Refusal(400, `${connector.system ? "System" : "Preconfigured"} action ${id} ${refusal}`);
}

/** Spaces hide each other's connectors, although ids are unique over all of them. */
export function savedConnector(id: string, space: string, state: State): Connector {
  const connector = state.connectors.get(id);
  if (connector?.space !== space) throw new Refusal(404, `Saved object [action/${id}] not found`);
  return connector;
}

/** One connector for each system type that the sandbox knows. */
export async function systemConnectors(version: string) {
  const rows = [...(await typeRows({ version, specTypes: new Map() })).values()].filter((row) => row.system);
  return rows.map((row) => ({ id: systemConnectorId(row.id), type: row.id, name: row.name, config: {}, secrets: {}, system: true }));
}

const one = "/api/actions/connector/{id}";
export const connectorRoutes: readonly Route[] = [
  { method: "POST", path: "/api/actions/connector", handler: create },
  { method: "POST", path: one, handler: create },
  { method: "PUT", path: one, handler: update },
  { method: "GET", path: one, handler: get },
  { method: "DELETE", path: one, handler: remove },
  { method: "GET", path: "/api/actions/connectors", handler: (call, state) => list(call, state, false) },
  { method: "GET", path: "/internal/actions/connectors", handler: (call, state) => list(call, state, true) },
];
