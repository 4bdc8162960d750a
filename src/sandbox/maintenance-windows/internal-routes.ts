import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { filled, parseBody, parseQuery } from "../http/request-schema.ts";
import { recurrence } from "../schedule/schemas.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { changed, guarded, inOneYear, newWindow, windowOf } from "./access.ts";
import { eventsOf, type MaintenanceWindow, statusOf } from "./window.ts";

const scoped = z.strictObject({ kql: z.string(), filters: z.array(z.unknown()).default([]) }).nullable();
const categories = z.array(z.enum(["observability", "securitySolution", "management"])).nullable();
const createBody = z.strictObject({
  title: filled,
  duration: z.number(),
  r_rule: recurrence,
  category_ids: categories.optional(),
  scoped_query: scoped.optional(),
});
const updateBody = createBody.partial().extend({ enabled: z.boolean().optional() });
const findQuery = z.looseObject({ page: z.coerce.number().min(1).default(1), per_page: z.coerce.number().min(0).max(100).default(10) });

function view(window: MaintenanceWindow) {
  const { id, title, enabled, duration, category_ids, created_at, created_by, updated_at, updated_by } = window;
  const events = eventsOf(window).map(({ start, end }) => ({ gte: iso(start), lte: iso(end) }));
  const next = events.find(({ lte }) => Date.parse(lte) > Date.now());
  return {
    id,
    title,
    enabled,
    duration,
    events,
    category_ids,
    created_at,
    created_by,
    updated_at,
    updated_by,
    r_rule: window.rRule,
    scoped_query: window.scope,
    status: statusOf(window, Date.now()),
    expiration_date: window.expiresAt,
    event_start_time: next?.gte ?? null,
    event_end_time: next?.lte ?? null,
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function answer(window: MaintenanceWindow): Reply {
  return { status: 200, body: view(window) };
}

function create(call: Call, state: State): Reply {
  const { title, duration, r_rule: rRule, category_ids = null, scoped_query: scope = null } = parseBody(createBody, call);
  const window = newWindow(call, randomUUID(), { title, enabled: true, duration, rRule, scope, category_ids });
  state.maintenanceWindows.set(window);
  return answer(window);
}

function update(call: Call, state: State): Reply {
  const { r_rule: rRule, scoped_query: scope, title, duration, category_ids, enabled } = parseBody(updateBody, call);
  const window = windowOf(call, state, "update");
  const given = {
    ...(title !== undefined && { title }),
    ...(duration !== undefined && { duration }),
    ...(category_ids !== undefined && { category_ids }),
    ...(enabled !== undefined && { enabled }),
    ...(rRule && { rRule }),
    ...(scope !== undefined && { scope }),
  };
  return answer(changed(call, window, given, state));
}

function remove(call: Call, state: State): Reply {
  state.maintenanceWindows.delete(windowOf(call, state, "delete").id);
  return { status: 204 };
}

function finish(call: Call, state: State): Reply {
  const window = windowOf(call, state, "finish");
  if (statusOf(window, Date.now()) !== "running") {
    const reason = "Cannot finish maintenance window that is not running";
    throw new Refusal(400, `Failed to finish maintenance window by id: ${window.id}, Error: Error: ${reason}: ${reason}`);
  }
  return answer(changed(call, window, { finishedAt: new Date().toISOString() }, state));
}

function archive(call: Call, state: State): Reply {
  const { archive: away } = parseBody(z.strictObject({ archive: z.boolean() }), call);
  const window = windowOf(call, state, "archive");
  return answer(changed(call, window, { expiresAt: away ? new Date().toISOString() : inOneYear(new Date()) }, state));
}

function active(call: Call, state: State): Reply {
  const running = state.maintenanceWindows.inSpace(call.space).filter((window) => statusOf(window, Date.now()) === "running");
  return { status: 200, body: running.map(view) };
}

function find(call: Call, state: State): Reply {
  const { page, per_page } = parseQuery(findQuery, call);
  const all = state.maintenanceWindows.inSpace(call.space);
  return { status: 200, body: { page, per_page, total: all.length, data: all.slice((page - 1) * per_page, page * per_page).map(view) } };
}

function bulkGet(call: Call, state: State): Reply {
  const { ids } = parseBody(z.strictObject({ ids: z.array(z.string()).min(1).max(100) }), call);
  const known = state.maintenanceWindows.inSpace(call.space);
  const missing = ids.filter((id) => !known.some((window) => window.id === id));
  const errors = missing.map((id) => {
    const message = `Saved object [maintenance-window/${id}] not found`;
    return { error: "Not Found", id, message, status_code: 404 };
  });
  return { status: 200, body: { maintenance_windows: known.filter(({ id }) => ids.includes(id)).map(view), errors } };
}

const all = "/internal/alerting/rules/maintenance_window";
const one = `${all}/{id}`;
const since = "internal maintenance windows";
export const internalMaintenanceWindowRoutes: readonly Route[] = [
  guarded(since, "read", { method: "GET", path: `${all}/_active`, handler: active }),
  guarded(since, "read", { method: "GET", path: `${all}/_find`, handler: find }),
  guarded(since, "read", { method: "POST", path: `${all}/_bulk_get`, handler: bulkGet }),
  guarded(since, "all", { method: "POST", path: all, handler: create }),
  guarded(since, "read", { method: "GET", path: one, handler: (call, state) => answer(windowOf(call, state, "get")) }),
  guarded(since, "all", { method: "POST", path: one, handler: update }),
  guarded(since, "all", { method: "DELETE", path: one, handler: remove }),
  guarded(since, "all", { method: "POST", path: `${one}/_finish`, handler: finish }),
  guarded(since, "all", { method: "POST", path: `${one}/_archive`, handler: archive }),
];
