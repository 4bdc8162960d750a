import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import { parseBody } from "../http/request-schema.ts";
import { fits, type Kql, parseKql } from "../rules/kql.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import type { Execution } from "./executions.ts";

/** How many can be paged, and how many are counted: actions/server/lib/get_execution_log_aggregation.ts. */
const pageable = 1000;
const countable = 10_000;

const order = z.strictObject({ order: z.enum(["asc", "desc"]) });
const sort = z
  .array(z.strictObject({ timestamp: order.optional(), execution_duration: order.optional(), schedule_delay: order.optional() }))
  .default([{ timestamp: { order: "desc" } }]);

function windowOf(version: string) {
  const limits = has(version, "limits of the execution log");
  return z.strictObject({
    date_start: z.string(),
    date_end: z.string().optional(),
    filter: limits ? z.string().max(8192).optional() : z.string().optional(),
    namespaces: z.array(z.string()).optional(),
  });
}
function pageOf(version: string) {
  const most = (limit: number) => (has(version, "limits of the execution log") ? limit : Number.MAX_SAFE_INTEGER);
  return windowOf(version).extend({
    per_page: z.number().min(1).max(most(100)).default(10),
    page: z.number().min(1).max(most(1000)).default(1),
    sort,
  });
}

function log(call: Call, state: State): Reply {
  const { per_page, page, sort: wanted, ...given } = parseBody(pageOf(call.version), call);
  const found = executions(call, given, state);
  const newest = sorted(found, wanted).slice(0, pageable);
  const data = newest.slice((page - 1) * per_page, page * per_page).map((one) => view(one, state));
  return { status: 200, body: { total: found.length, data } };
}

function kpi(call: Call, state: State): Reply {
  const found = executions(call, parseBody(windowOf(call.version), call), state).slice(-countable);
  const success = found.filter(({ ok }) => ok).length;
  return { status: 200, body: { success, unknown: 0, failure: found.length - success, warning: 0 } };
}

/** Runs of this space or of those named, oldest first; runs of in-memory connectors belong to every space. */
function executions(call: Call, given: z.infer<ReturnType<typeof windowOf>>, state: State): Execution[] {
  needActions(call, "read", "get actions");
  const { date_start, date_end, filter, namespaces } = given;
  const [from, to] = [dateOf(date_start, "dateStart"), date_end === undefined ? Number.POSITIVE_INFINITY : dateOf(date_end, "dateEnd")];
  const query = filter ? parsed(filter) : undefined;
  const spaces = (namespaces ?? [call.space]).filter((space) => call.caller.may("actions", "read", space));
  const agnostic = new Set(namespaces ? [] : state.inMemory.map(({ id }) => id));
  return state.executions.filter(
    (one) =>
      one.at >= from &&
      one.at <= to &&
      (spaces.includes(one.space) || agnostic.has(one.connectorId)) &&
      (!query || fits(query, (field) => [fieldsOf(one)[field]].flat())),
  );
}

function parsed(filter: string): Kql {
  try {
    return parseKql(filter);
  } catch {
    throw new Refusal(400, `Invalid kuery syntax for filter ${filter}`);
  }
}

/** The fields of an event document that a filter may name (reference/kibana-api.md §8.1). */
function fieldsOf(one: Execution): Record<string, unknown> {
  return {
    "kibana.action.id": one.connectorId,
    "kibana.action.name": one.connectorName,
    "kibana.action.type_id": one.type,
    "kibana.action.execution.uuid": one.id,
    "kibana.action.execution.source": one.source,
    "kibana.space_ids": one.space,
    "kibana.saved_objects": { rel: "primary", type: "action", id: one.connectorId, type_id: one.type },
    "event.provider": "actions",
    "event.action": "execute",
    "event.outcome": one.ok ? "success" : "failure",
    "event.duration": one.durationMs * 1_000_000,
    "error.message": one.error,
    message: one.message,
    "@timestamp": new Date(one.at).toISOString(),
  };
}

/** Ties keep the newest first. */
function sorted(found: Execution[], wanted: z.infer<typeof sort>): Execution[] {
  const keys = wanted.flatMap(({ timestamp, execution_duration, schedule_delay }) => [
    { of: "at" as const, by: timestamp },
    { of: "durationMs" as const, by: execution_duration },
    { of: "delayMs" as const, by: schedule_delay },
  ]);
  return [...found].reverse().sort((one, other) => {
    const key = keys.find(({ of, by }) => by && one[of] !== other[of]);
    return key ? (one[key.of] - other[key.of]) * (key.by?.order === "asc" ? 1 : -1) : 0;
  });
}

function view(one: Execution, { version }: State) {
  return {
    id: one.id,
    timestamp: new Date(one.at).toISOString(),
    duration_ms: one.durationMs,
    status: one.ok ? "success" : "failure",
    message: one.ok ? one.message : `${one.message} - ${one.error}`,
    version,
    source: one.source,
    schedule_delay_ms: one.delayMs,
    space_ids: [one.space],
    connector_name: one.connectorName,
    connector_id: one.connectorId,
    timed_out: false,
  };
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** An ISO date, or `now`, `now-24h` and the like; rounding such as `/d` is ignored. */
function dateOf(text: string, name: string): number {
  const [relative, sign, count, unit = "s"] = /^now(?:([+-])(\d+)([smhdw]))?(?:\/[smhdw])?$/.exec(text) ?? [];
  if (relative !== undefined) return Date.now() + (sign === "-" ? -1 : 1) * Number(count ?? 0) * (units[unit] ?? 0);
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refusal(400, `Invalid date for parameter ${name}: "${text}"`);
  return at;
}

const route = "/internal/actions/_global_connector_execution";
export const executionLogRoutes: readonly Route[] = [
  { method: "POST", path: `${route}_logs`, handler: log },
  { method: "POST", path: `${route}_kpi`, handler: kpi },
];
