import * as z from "zod";
import { leadSettings } from "./ai/leads.ts";
import { modelSettings } from "./ai/model-settings.ts";
import { notFound, Refusal } from "./http/envelope.ts";
import { sees } from "./http/privileges.ts";
import { filled, parseBody, parseQuery } from "./http/request-schema.ts";
import { monitoringApps } from "./monitoring/default-connectors.ts";
import type { Call, Reply, Route, Space, State } from "./types.ts";

const body = z.strictObject({
  id: z.string().regex(/^[a-z0-9_-]+$/, "must be lower case, a-z, 0-9, '_', and '-' are allowed"),
  name: filled,
  description: z.string().optional(),
  initials: z.string().max(2).optional(),
  color: z.string().optional(),
  disabledFeatures: z.array(z.string()).default([]),
  imageUrl: z.string().optional(),
  solution: z.string().optional(),
});

export const defaultSpace: Space = {
  id: "default",
  name: "Default",
  description: "This is your default space!",
  disabledFeatures: [],
  _reserved: true,
};

const listQuery = z.strictObject({
  purpose: z.enum(["any", "copySavedObjectsIntoSpace", "shareSavedObjectsIntoSpace"]).optional(),
  include_authorized_purposes: z.enum(["true", "false"]).optional(),
});

/** Only spaces that the caller may enter; a caller who may enter none is refused: spaces_client.ts. */
function list(call: Call, state: State): Reply {
  parseQuery(listQuery, call);
  const visible = [...state.spaces.values()].filter(({ id }) => sees(call, id));
  if (visible.length === 0) throw new Refusal(403, "Forbidden");
  return { status: 200, body: visible };
}

function get(call: Call, state: State): Reply {
  const { id = "" } = call.params;
  if (!sees(call, id)) throw new Refusal(403, `Unauthorized to get ${id} space`);
  const space = state.spaces.get(id);
  return space ? { status: 200, body: space } : notFound();
}

function create(call: Call, state: State): Reply {
  const space = parseBody(body, call);
  needManagement(call, "create");
  if (state.spaces.has(space.id)) throw new Refusal(409, `A space with the identifier ${space.id} already exists.`);
  state.spaces.set(space.id, space);
  return { status: 200, body: space };
}

/** Replaces everything but what marks a space as reserved. */
function update(call: Call, state: State): Reply {
  const space = parseBody(body, call);
  needManagement(call, "update");
  const before = state.spaces.get(call.params.id ?? "");
  if (!before) return notFound();
  const after = { ...space, id: before.id, ...(before._reserved && { _reserved: true }) };
  state.spaces.set(before.id, after);
  return { status: 200, body: after };
}

/** Deletes everything in the space, too. */
function remove(call: Call, state: State): Reply {
  needManagement(call, "delete");
  const space = state.spaces.get(call.params.id ?? "");
  if (!space) return notFound();
  if (space._reserved) throw new Refusal(400, `The ${space.id} space cannot be deleted because it is reserved.`);
  state.spaces.delete(space.id);
  const { connectors, rules, maintenanceWindows, workflows, policies, v2Rules, cases, caseConfigurations, agents, tools, conversations } =
    state;
  const holders = [
    workflows,
    policies,
    v2Rules,
    cases,
    caseConfigurations,
    agents,
    tools,
    conversations,
    state.discoverySchedules,
    state.caseTemplates,
    state.playgrounds,
    state.migrations,
    state.backfills,
  ];
  for (const all of [connectors, rules, maintenanceWindows, ...holders]) {
    for (const { id } of all.inSpace(space.id)) all.delete(id);
  }
  state.advancedSettings.delete(space.id);
  for (const kind of [...modelSettings, leadSettings]) state.modelSettings.delete(`${kind} ${space.id}`);
  for (const app of monitoringApps) state.monitoringSettings.delete(`${app} ${space.id}`);
  return { status: 204 };
}

/** In place of Kibana's own privilege to manage spaces: all privileges in all of them. */
function needManagement({ caller }: Call, what: string): void {
  if (caller.may("actions", "all", "*") && caller.may("rules", "all", "*")) return;
  throw new Refusal(403, `Unauthorized to ${what} spaces`);
}

export const spaceRoutes: readonly Route[] = [
  { method: "GET", path: "/api/spaces/space", handler: list },
  { method: "POST", path: "/api/spaces/space", handler: create },
  { method: "GET", path: "/api/spaces/space/{id}", handler: get },
  { method: "PUT", path: "/api/spaces/space/{id}", handler: update },
  { method: "DELETE", path: "/api/spaces/space/{id}", handler: remove },
];
