import * as z from "zod";
import { Refusal } from "./envelope.ts";
import { jsonText, parsePart, queryObject } from "./request-schema.ts";
import { hasReference, ruleFilter } from "./rule-filter.ts";
import { ruleView } from "./rule-view.ts";
import type { Call, Reply, Route, Rule, State } from "./types.ts";

const names = z.union([z.string(), z.array(z.string())]).optional();
const query = z.strictObject({
  per_page: z.coerce.number().min(0).default(10),
  page: z.coerce.number().min(1).default(1),
  search: z.string().optional(),
  default_search_operator: z.enum(["OR", "AND"]).optional(),
  search_fields: names,
  sort_field: z.string().optional(),
  sort_order: z.enum(["asc", "desc"]).optional(),
  has_reference: jsonText(z.strictObject({ type: z.string(), id: z.string() })).optional(),
  fields: names,
  filter: z.string().optional(),
  filter_consumers: names,
});

/** Only rules of this space, disabled ones too (reference/kibana-api.md §5.2). */
function find(call: Call, state: State): Reply {
  const { page, per_page, search, has_reference, filter, sort_field, sort_order } = parsePart(query, queryObject(call.query), "query");
  refuseBeyondWindow(page * per_page);
  const tests = [
    ...(has_reference ? [hasReference(has_reference, state)] : []),
    ...(filter ? [ruleFilter(filter, state)] : []),
    ...(search ? [matches(search)] : []),
  ];
  const all = [...state.rules.values()].filter((rule) => rule.space === call.space && tests.every((test) => test(rule)));
  if (sort_field === "name") all.sort((one, other) => one.name.localeCompare(other.name));
  if (sort_order === "desc") all.reverse();
  const data = all.slice((page - 1) * per_page, page * per_page).map(ruleView);
  return { status: 200, body: { page, per_page, total: all.length, data } };
}

/** Elasticsearch's limit on how deep one may page. */
function refuseBeyondWindow(last: number): void {
  if (last <= 10_000) return;
  const reason = `Result window is too large, from + size must be less than or equal to: [10000] but was [${last}].`;
  throw new Refusal(400, `search_phase_execution_exception\n\tRoot causes:\n\t\tillegal_argument_exception: ${reason}`);
}

function matches(search: string): (rule: Rule) => boolean {
  const wanted = search.replaceAll("*", "").toLowerCase();
  return (rule) => [rule.name, ...rule.tags].some((text) => text.toLowerCase().includes(wanted));
}

export const findRoutes: readonly Route[] = [{ method: "GET", path: "/api/alerting/rules/_find", handler: find }];
