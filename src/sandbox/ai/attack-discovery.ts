import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { behind } from "../http/gate.ts";
import { duration, parseBody, parseQuery } from "../http/request-schema.ts";
import { actionBody, storedActions } from "../rules/actions.ts";
import { ruleTypes } from "../rules/types.ts";
import type { Call, Reply, Route, RuleAction, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { withoutAssistant } from "./conversations.ts";

/** Its actions leave references as those of a rule do, its model leaves none: reference/workflows-and-policies.md §6. */
export interface DiscoverySchedule {
  id: string;
  space: string;
  name: string;
  enabled: boolean;
  params: {
    alerts_index_pattern: string;
    api_config: { connectorId: string; actionTypeId: string; name?: string | undefined };
    size: number;
  };
  schedule: { interval: string };
  actions: RuleAction[];
  createdBy: string;
  createdAt: string;
}

const findQuery = z.object({
  page: z.coerce.number().min(0).optional(),
  per_page: z.coerce.number().min(1).default(10),
  sort_field: z.string().optional(),
  sort_direction: z.enum(["asc", "desc"]).optional(),
});

function find(call: Call, state: State): Reply {
  const { page, per_page: perPage } = parseQuery(findQuery, call);
  const all = state.discoverySchedules.inSpace(call.space);
  // One release counts from 0 what all others count from 1: page=1 is its second page.
  const fromZero = has(state.version, "pages of attack discovery from 0") && !has(state.version, "pages of attack discovery from 1 again");
  const at = page === undefined ? 0 : fromZero ? page : Math.max(0, page - 1);
  const data = all.slice(at * perPage, (at + 1) * perPage).map(view);
  return { status: 200, body: { page: page ?? 1, per_page: perPage, total: all.length, data } };
}

const internalQuery = z.object({ page: z.coerce.number().min(1).default(1), perPage: z.coerce.number().min(1).default(10) });

/** The same of the older route, in words of its own. */
function findInternal(call: Call, state: State): Reply {
  const { page, perPage } = parseQuery(internalQuery, call);
  const all = state.discoverySchedules.inSpace(call.space);
  return {
    status: 200,
    body: { page, perPage, total: all.length, data: all.slice((page - 1) * perPage, page * perPage).map(internalView) },
  };
}

function internalView({ id, name, enabled, params, schedule, actions, createdBy, createdAt }: DiscoverySchedule) {
  const { alerts_index_pattern: alertsIndexPattern, api_config: apiConfig, size } = params;
  const shown = actions.map(({ connector_type_id: actionTypeId, ...action }) => ({ ...action, actionTypeId }));
  const people = { createdBy, createdAt, updatedBy: createdBy, updatedAt: createdAt };
  return { id, name, enabled, params: { alertsIndexPattern, apiConfig, size }, schedule, actions: shown, ...people };
}

function view({ id, name, enabled, params, schedule, actions, createdBy, createdAt }: DiscoverySchedule) {
  const shown = actions.map(({ connector_type_id: action_type_id, ...action }) => ({ ...action, action_type_id }));
  const people = { created_by: createdBy, created_at: createdAt, updated_by: createdBy, updated_at: createdAt };
  return { id, name, enabled, params, schedule, actions: shown, ...people };
}

const createBody = z.object({
  name: z.string(),
  enabled: z.boolean().default(false),
  params: z.object({
    alerts_index_pattern: z.string(),
    api_config: z.object({ connectorId: z.string(), actionTypeId: z.string(), name: z.string().optional() }),
    size: z.number(),
  }),
  schedule: z.strictObject({ interval: duration }),
  actions: z.array(actionBody).default([]),
});

const internalBody = createBody.extend({
  params: z.object({ alertsIndexPattern: z.string(), apiConfig: createBody.shape.params.shape.api_config, size: z.number() }),
});

function createInternal(call: Call, state: State): Reply {
  const { params, ...rest } = parseBody(internalBody, call);
  const { alertsIndexPattern, apiConfig, size } = params;
  return {
    status: 200,
    body: internalView(saved({ ...rest, params: { alerts_index_pattern: alertsIndexPattern, api_config: apiConfig, size } }, call, state)),
  };
}

function create(call: Call, state: State): Reply {
  return { status: 200, body: view(saved(parseBody(createBody, call), call, state)) };
}

function saved(given: z.infer<typeof createBody>, call: Call, state: State): DiscoverySchedule {
  const type = ruleTypes.find(({ id }) => id === "siem.queryRule") ?? ruleTypes[0];
  const actions = storedActions(given, call.space, type, state);
  const made: DiscoverySchedule = {
    ...{ ...given, actions, id: randomUUID(), space: call.space },
    ...{ createdBy: call.caller.name, createdAt: new Date().toISOString() },
  };
  state.discoverySchedules.set(made);
  return made;
}

function scheduleOf(call: Call, state: State): DiscoverySchedule {
  const { id = "" } = call.params;
  const found = state.discoverySchedules.get(id);
  if (found?.space !== call.space) throw new Refusal(404, `Saved object [alert/${id}] not found`);
  return found;
}

function remove(call: Call, state: State): Reply {
  const { id } = scheduleOf(call, state);
  state.discoverySchedules.delete(id);
  return { status: 200, body: { id } };
}

function setEnabled(call: Call, state: State, enabled: boolean): Reply {
  const found = scheduleOf(call, state);
  state.discoverySchedules.set({ ...found, enabled });
  return { status: 200, body: { id: found.id } };
}

const gate = {
  exists: ({ version }: State) => has(version, "public schedules of attack discovery"),
  feature: "attack_discovery",
  privilege: "securitySolution-attackDiscoveryAll",
  refusal: withoutAssistant,
} as const;
const reading = (route: Route) => behind({ ...gate, level: "read" }, route);
const writing = (route: Route) => behind({ ...gate, level: "all" }, route);
const root = "/api/attack_discovery/schedules";
const internal = "/internal/elastic_assistant/attack_discovery/schedules";
const older = { ...gate, exists: ({ version }: State) => has(version, "schedules of attack discovery") };
const internalVersion = "1";
export const discoveryRoutes: readonly Route[] = [
  behind({ ...older, level: "read" }, { method: "GET", path: `${internal}/_find`, internalVersion, handler: findInternal }),
  behind({ ...older, level: "all" }, { method: "POST", path: internal, internalVersion, handler: createInternal }),
  behind({ ...older, level: "all" }, { method: "DELETE", path: `${internal}/{id}`, internalVersion, handler: remove }),
  reading({ method: "GET", path: `${root}/_find`, handler: find }),
  writing({ method: "POST", path: root, handler: create }),
  reading({ method: "GET", path: `${root}/{id}`, handler: (call, state) => ({ status: 200, body: view(scheduleOf(call, state)) }) }),
  writing({ method: "DELETE", path: `${root}/{id}`, handler: remove }),
  writing({ method: "POST", path: `${root}/{id}/_enable`, handler: (call, state) => setEnabled(call, state, true) }),
  writing({ method: "POST", path: `${root}/{id}/_disable`, handler: (call, state) => setEnabled(call, state, false) }),
];
