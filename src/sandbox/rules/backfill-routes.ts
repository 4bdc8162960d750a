import { randomUUID } from "node:crypto";
import * as z from "zod";
import { notFound, Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { ruleView } from "./view.ts";

/** Runs of a rule over the past that wait, with the rule as it was when they were asked for. */
export interface Backfill {
  id: string;
  space: string;
  created_at: string;
  start: string;
  end: string;
  rule: ReturnType<typeof ruleView>;
}

const root = "/internal/alerting/rules/backfill";
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "not a date");
const wanted = z
  .array(
    z.strictObject({
      rule_id: z.string(),
      ranges: z.array(z.strictObject({ start: time, end: time })).min(1),
      run_actions: z.boolean().default(true),
    }),
  )
  .min(1)
  .max(100);
const findQuery = z.looseObject({
  page: z.coerce.number().min(1).default(1),
  per_page: z.coerce.number().min(0).max(100).default(10),
  rule_ids: z.string().optional(),
});

function view({ space, rule, ...backfill }: Backfill) {
  const interval = rule.schedule.interval;
  return {
    ...backfill,
    duration: interval,
    enabled: true,
    initiator: "user",
    space_id: space,
    status: "pending",
    rule,
    schedule: [{ run_at: backfill.end, status: "pending", interval }],
  };
}

/** Of each rule as many as it has ranges; of one that is not there, an error in its place. */
function schedule(call: Call, state: State): Reply {
  needRules(call, "all", "scheduleBackfill");
  const body = parseBody(wanted, call).flatMap<object>(({ rule_id: id, ranges, run_actions: withActions }) => {
    const stored = state.rules.get(id);
    if (stored?.space !== call.space) return [{ error: { message: `Saved object [alert/${id}] not found`, status: 404, rule: { id } } }];
    const rule = ruleView({ ...stored, actions: withActions ? structuredClone(stored.actions) : [] }, state.version);
    return ranges.map(({ start, end }) => {
      const backfill = { id: randomUUID(), space: call.space, created_at: new Date().toISOString(), start, end, rule };
      state.backfills.set(backfill);
      return view(backfill);
    });
  });
  return { status: 200, body };
}

function find(call: Call, state: State): Reply {
  needRules(call, "read", "find");
  const { page, per_page, rule_ids: ids } = parseQuery(findQuery, call);
  const all = state.backfills.inSpace(call.space).filter(({ rule }) => ids === undefined || ids.split(",").includes(rule.id));
  return { status: 200, body: { page, per_page, total: all.length, data: all.slice((page - 1) * per_page, page * per_page).map(view) } };
}

function get(call: Call, state: State): Reply {
  needRules(call, "read", "getBackfill");
  return { status: 200, body: view(backfillOf(call, state)) };
}

function remove(call: Call, state: State): Reply {
  needRules(call, "all", "deleteBackfill");
  state.backfills.delete(backfillOf(call, state).id);
  return { status: 204 };
}

function backfillOf(call: Call, state: State): Backfill {
  const { id = "" } = call.params;
  const backfill = state.backfills.get(id);
  if (backfill?.space !== call.space) throw new Refusal(404, `Saved object [ad_hoc_run_params/${id}] not found`);
  return backfill;
}

function needRules({ caller, space }: Call, level: "read" | "all", what: string): void {
  if (!caller.may("rules", level, space)) throw new Refusal(403, `Unauthorized to ${what} rules for any rule types.`);
}

function known(route: Route): Route {
  return { ...route, handler: (call, state) => (has(state.version, "backfills with actions") ? route.handler(call, state) : notFound()) };
}

export const backfillRoutes: readonly Route[] = [
  known({ method: "POST", path: `${root}/_schedule`, handler: schedule }),
  known({ method: "POST", path: `${root}/_find`, handler: find }),
  known({ method: "GET", path: `${root}/{id}`, handler: get }),
  known({ method: "DELETE", path: `${root}/{id}`, handler: remove }),
];
