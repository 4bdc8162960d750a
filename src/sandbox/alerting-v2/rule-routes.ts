import { randomUUID } from "node:crypto";
import * as z from "zod";
import { duration, parseBody, parseQuery } from "../http/request-schema.ts";
import { fits, type Kql, parseKql } from "../rules/kql.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { problem, scopesByTags, v2RuleRoute } from "./gate.ts";

/** A rule of the new alerting. It has no actions: policies look at its alerts. */
export interface V2Rule {
  id: string;
  space: string;
  /** A signal raises no alerts, so nobody is told. */
  kind: "alert" | "signal";
  enabled: boolean;
  name: string;
  tags: string[];
  routingTags: string[];
  schedule: { every: string; lookback?: string | undefined };
  query: unknown;
  createdBy: string;
  createdAt: string;
  updatedBy: string;
  updatedAt: string;
  revision: number;
}

const tags = z.array(z.string()).max(20);
const body = z.strictObject({
  kind: z.enum(["alert", "signal"]).default("alert"),
  metadata: z.strictObject({
    name: z.string().min(1).max(256),
    description: z.string().optional(),
    owner: z.string().optional(),
    tags: tags.default([]),
    routing_tags: tags.default([]),
  }),
  time_field: z.string().default("@timestamp"),
  schedule: z.strictObject({ every: duration, lookback: duration.optional() }),
  query: z.looseObject({}),
});

function view(rule: V2Rule, state: State) {
  const { id, kind, enabled, name, tags: own, routingTags, schedule, query, revision } = rule;
  return {
    ...{ id, kind, enabled },
    metadata: { name, tags: own, version: revision, ...(scopesByTags(state) && { routing_tags: routingTags }) },
    ...{ time_field: "@timestamp", schedule, query },
    created_by: rule.createdBy,
    created_at: rule.createdAt,
    updated_by: rule.updatedBy,
    updated_at: rule.updatedAt,
  };
}

const listQuery = z.strictObject({
  page: z.coerce.number().min(1).default(1),
  per_page: z.coerce.number().min(1).max(1000).default(20),
  filter: z.string().max(4096).optional(),
  search: z.string().max(256).optional(),
  sort_field: z.enum(["kind", "enabled", "name"]).optional(),
  sort_order: z.enum(["asc", "desc"]).default("asc"),
});

function list(call: Call, state: State): Reply {
  const { page, per_page, filter, search, sort_field, sort_order } = parseQuery(listQuery, call);
  const query = filter === undefined ? undefined : parsed(filter);
  if (query === "unreadable") return problem(400, "BAD_REQUEST", "Bad Request", `Invalid filter: ${filter}`);
  const found = state.v2Rules
    .inSpace(call.space)
    .filter(({ name }) => !search || name.toLowerCase().includes(search.toLowerCase()))
    .filter((rule) => query === undefined || fits(query, (field) => valuesOf(rule, field)));
  if (sort_field) {
    found.sort((one, other) => String(one[sort_field]).localeCompare(String(other[sort_field])) * (sort_order === "asc" ? 1 : -1));
  }
  const items = found.slice((page - 1) * per_page, page * per_page).map((rule) => view(rule, state));
  return { status: 200, body: { items, total: found.length, page, per_page } };
}

function parsed(filter: string): Kql | "unreadable" {
  try {
    return parseKql(filter);
  } catch {
    return "unreadable";
  }
}

/** The short names of a filter: `tags: production`. */
function valuesOf({ id, name, kind, enabled, tags: own, routingTags }: V2Rule, field: string): readonly unknown[] {
  const fields: Record<string, unknown> = { id, name, kind, enabled, tags: own, routing_tags: routingTags };
  return [fields[field.replace(/^metadata\./, "")]].flat();
}

function ruleOf(call: Call, state: State): V2Rule | undefined {
  const rule = state.v2Rules.get(call.params.id ?? "");
  return rule?.space === call.space ? rule : undefined;
}

const unknown = ({ params }: Call) => problem(404, "RULE_NOT_FOUND", "Not Found", `Rule with id "${params.id}" not found`);

function create(call: Call, state: State): Reply {
  const { kind, metadata, schedule, query } = parseBody(body, call);
  const now = new Date().toISOString();
  const { name } = call.caller;
  const rule: V2Rule = {
    ...{ id: randomUUID(), space: call.space, kind, enabled: true, name: metadata.name, tags: metadata.tags, schedule, query },
    ...{ routingTags: metadata.routing_tags, createdBy: name, createdAt: now, updatedBy: name, updatedAt: now, revision: 1 },
  };
  state.v2Rules.set(rule);
  return { status: 201, body: view(rule, state) };
}

function get(call: Call, state: State): Reply {
  const rule = ruleOf(call, state);
  return rule ? { status: 200, body: view(rule, state) } : unknown(call);
}

function remove(call: Call, state: State): Reply {
  const rule = ruleOf(call, state);
  if (!rule) return unknown(call);
  state.v2Rules.delete(rule.id);
  return { status: 204 };
}

const idsBody = z.object({ ids: z.array(z.string()).min(1).max(100) });

function getMany(call: Call, state: State): Reply {
  const { ids } = parseBody(idsBody, call);
  const found = ids.flatMap((id) => ruleOf({ ...call, params: { id } }, state) ?? []);
  return { status: 200, body: { rules: found.map((rule) => view(rule, state)) } };
}

function setEnabled(call: Call, state: State, enabled: boolean): Reply {
  const { ids } = parseBody(idsBody, call);
  const found = ids.flatMap((id) => ruleOf({ ...call, params: { id } }, state) ?? []);
  for (const rule of found) state.v2Rules.set({ ...rule, enabled, revision: rule.revision + 1, updatedBy: call.caller.name });
  return { status: 200, body: { affected_count: found.length, errors: [] } };
}

const root = "/api/alerting/v2/rules";
export const v2RuleRoutes: readonly Route[] = [
  v2RuleRoute("read", { method: "GET", path: root, handler: list }),
  v2RuleRoute("all", { method: "POST", path: root, handler: create }),
  v2RuleRoute("read", { method: "POST", path: `${root}/_bulk_get`, handler: getMany }),
  v2RuleRoute("all", { method: "POST", path: `${root}/_bulk_enable`, handler: (call, state) => setEnabled(call, state, true) }),
  v2RuleRoute("all", { method: "POST", path: `${root}/_bulk_disable`, handler: (call, state) => setEnabled(call, state, false) }),
  v2RuleRoute("read", { method: "GET", path: `${root}/{id}`, handler: get }),
  v2RuleRoute("all", { method: "DELETE", path: `${root}/{id}`, handler: remove }),
];
