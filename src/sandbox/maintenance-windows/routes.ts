import { randomUUID } from "node:crypto";
import * as z from "zod";
import { filled, parseBody, parseQuery } from "../http/request-schema.ts";
import { parseKql } from "../rules/kql.ts";
import { customSchedule, shownSchedule, storedSchedule } from "../schedule/schemas.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { changed, guarded, inOneYear, newWindow, windowOf } from "./access.ts";
import { type MaintenanceWindow, statusOf } from "./window.ts";

const kql = z.string().superRefine((text, ctx) => {
  try {
    parseKql(text);
  } catch (error) {
    ctx.addIssue({ code: "custom", message: `Invalid KQL: ${error instanceof Error ? error.message : String(error)}` });
  }
});
const scope = z.strictObject({ alerting: z.strictObject({ query: z.strictObject({ kql }) }) });
const schedule = z.strictObject({ custom: customSchedule });
const createBody = z.strictObject({ title: filled, enabled: z.boolean().default(true), schedule, scope: scope.optional() });
const updateBody = z.strictObject({
  title: filled.optional(),
  enabled: z.boolean().optional(),
  schedule: schedule.optional(),
  scope: scope.nullable().optional(),
});

const status = z.enum(["running", "upcoming", "finished", "archived", "disabled"]);
const findQuery = z.strictObject({
  title: z.string().optional(),
  created_by: z.string().optional(),
  status: z
    .union([status, z.array(status)])
    .transform((given) => [given].flat())
    .optional(),
  page: z.coerce.number().min(1).max(100).default(1),
  per_page: z.coerce.number().min(1).max(100).default(10),
});

function view(window: MaintenanceWindow) {
  const { id, title, enabled, created_at, created_by, updated_at, updated_by } = window;
  return {
    id,
    title,
    enabled,
    status: statusOf(window, Date.now()),
    created_at,
    created_by,
    updated_at,
    updated_by,
    schedule: { custom: shownSchedule(window.duration, window.rRule) },
    ...(window.scope && { scope: { alerting: { query: { kql: window.scope.kql } } } }),
  };
}

function answer(window: MaintenanceWindow): Reply {
  return { status: 200, body: view(window) };
}

function create(call: Call, state: State): Reply {
  const { title, enabled, schedule: when, scope: only } = parseBody(createBody, call);
  const window = newWindow(call, randomUUID(), {
    title,
    enabled,
    ...storedSchedule(when.custom),
    scope: storedScope(only),
    category_ids: null,
  });
  state.maintenanceWindows.set(window);
  return answer(window);
}

function update(call: Call, state: State): Reply {
  const { title, enabled, schedule: when, scope: only } = parseBody(updateBody, call);
  const window = windowOf(call, state, "update");
  const given = {
    ...(title !== undefined && { title }),
    ...(enabled !== undefined && { enabled }),
    ...(when && storedSchedule(when.custom)),
    ...(only !== undefined && { scope: storedScope(only) }),
  };
  return answer(changed(call, window, given, state));
}

function storedScope(given: z.infer<typeof scope> | null | undefined): MaintenanceWindow["scope"] {
  return given ? { kql: given.alerting.query.kql, filters: [] } : null;
}

function remove(call: Call, state: State): Reply {
  state.maintenanceWindows.delete(windowOf(call, state, "delete").id);
  return { status: 204 };
}

function archive(call: Call, state: State): Reply {
  return answer(changed(call, windowOf(call, state, "archive"), { expiresAt: new Date().toISOString() }, state));
}

function unarchive(call: Call, state: State): Reply {
  return answer(changed(call, windowOf(call, state, "archive"), { expiresAt: inOneYear(new Date()) }, state));
}

function find(call: Call, state: State): Reply {
  const { title, created_by, status: wanted, page, per_page } = parseQuery(findQuery, call);
  const now = Date.now();
  const found = state.maintenanceWindows
    .inSpace(call.space)
    .filter((window) => title === undefined || window.title.toLowerCase().includes(title.toLowerCase()))
    .filter((window) => created_by === undefined || window.created_by === created_by)
    .filter((window) => wanted === undefined || wanted.includes(statusOf(window, now)))
    .sort((one, other) => (one.updated_at < other.updated_at ? 1 : -1));
  const shown = found.slice((page - 1) * per_page, page * per_page).map(view);
  return { status: 200, body: { page, per_page, total: found.length, maintenanceWindows: shown } };
}

const all = "/api/maintenance_window";
const one = `${all}/{id}`;
const since = "public maintenance windows";
export const maintenanceWindowRoutes: readonly Route[] = [
  guarded(since, "read", { method: "GET", path: `${all}/_find`, handler: find }),
  guarded(since, "all", { method: "POST", path: all, handler: create }),
  guarded(since, "read", { method: "GET", path: one, handler: (call, state) => answer(windowOf(call, state, "get")) }),
  guarded(since, "all", { method: "PATCH", path: one, handler: update }),
  guarded(since, "all", { method: "DELETE", path: one, handler: remove }),
  guarded(since, "all", { method: "POST", path: `${one}/_archive`, handler: archive }),
  guarded(since, "all", { method: "POST", path: `${one}/_unarchive`, handler: unarchive }),
];
