import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { jsonText, parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, Rule, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { hasReference, refuseBlocked, ruleFilter, valuesOf } from "./filter.ts";
import { internalRuleView, ruleView } from "./view.ts";

const names = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat())
  .optional();
const reference = z.strictObject({ type: z.string(), id: z.string() });
const query = z.strictObject({
  per_page: z.coerce.number().min(0).default(10),
  page: z.coerce.number().min(1).default(1),
  search: z.string().optional(),
  default_search_operator: z.enum(["OR", "AND"]).default("OR"),
  search_fields: names,
  sort_field: z.string().optional(),
  sort_order: z.enum(["asc", "desc"]).default("asc"),
  has_reference: jsonText(reference).optional(),
  fields: names,
  filter: z.string().optional(),
  filter_consumers: names,
});

/** The same as Kibana's own pages send it, before and since they name types and consumers. */
const pages = query.omit({ filter_consumers: true }).extend({ has_reference: reference.nullable().optional() });
const oldBody = pages.extend({ filter_consumers: names });
const newBody = pages.extend({ rule_type_ids: z.array(z.string()).optional(), consumers: z.array(z.string()).optional() });
type Wanted = z.infer<typeof pages> & Partial<z.infer<typeof oldBody> & z.infer<typeof newBody>>;

interface Audience {
  view: typeof ruleView;
  /** Fields that may not be asked for. */
  refuse: typeof refuseBlocked;
}
/** Clients, and Kibana's own pages, from which no field is kept. */
const everybody: Audience = { view: ruleView, refuse: refuseBlocked };
const ownPages: Audience = { view: internalRuleView, refuse: () => {} };

/** Only rules of this space, disabled ones too (reference/kibana-api.md §5.2). */
function find(call: Call, state: State, wanted: Wanted, { view, refuse }: Audience): Reply {
  const { page, per_page, search, has_reference, filter, sort_field, sort_order, ...more } = wanted;
  if (!call.caller.may("rules", "read", call.space)) throw new Refusal(403, "Unauthorized to find rules for any rule types.");
  refuseBeyondWindow(page * per_page);
  const {
    consumers = more.filter_consumers,
    rule_type_ids: types,
    search_fields = ["name", "tags"],
    default_search_operator: operator,
  } = more;
  for (const field of more.search_fields ?? []) refuse(field, (name) => `Search field ${name} not supported`);
  if (sort_field) refuse(sort_field, (name) => `Sort is not supported on this field ${name}`);
  const tests = [
    ...(has_reference ? [hasReference(has_reference, state)] : []),
    ...(filter ? [ruleFilter(filter, state, (field) => refuse(field, (name) => `Filter is not supported on this field ${name}`))] : []),
    ...(types ? [(rule: Rule) => types.includes(rule.rule_type_id)] : []),
    ...(consumers ? [(rule: Rule) => consumers.includes(rule.consumer)] : []),
    ...(search ? [matches(search, search_fields, operator, state)] : []),
  ];
  const found = state.rules.inSpace(call.space).filter((rule) => tests.every((test) => test(rule)));
  const all = sort_field ? sort(found, sort_field, sort_order === "desc" ? -1 : 1, state) : found;
  const data = all.slice((page - 1) * per_page, page * per_page).map((rule) => chosen(view(rule, state.version), more.fields));
  return { status: 200, body: { page, per_page, total: all.length, data } };
}

/** Elasticsearch's limit on how far a client may page. */
function refuseBeyondWindow(last: number): void {
  if (last <= 10_000) return;
  const reason = `Result window is too large, from + size must be less than or equal to: [10000] but was [${last}].`;
  throw new Refusal(400, `search_phase_execution_exception\n\tRoot causes:\n\t\tillegal_argument_exception: ${reason}`);
}

/** Whole words, or parts of words marked by `*`, in any of the fields: all of them with AND, one with OR. */
function matches(search: string, fields: readonly string[], operator: "OR" | "AND", state: State): (rule: Rule) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (rule) => {
    const text = fields.map((field) => ` ${JSON.stringify(valuesOf(rule, field, state))}`).join(" ");
    const has = (word: string) =>
      word.includes("*")
        ? text.toLowerCase().includes(word.replaceAll("*", ""))
        : text
            .toLowerCase()
            .split(/[^\p{L}\p{N}._-]+/u)
            .includes(word);
    return operator === "AND" ? words.every(has) : words.some(has);
  };
}

function sort(rules: Rule[], field: string, direction: 1 | -1, state: State): Rule[] {
  const keyed = rules.map((rule) => {
    const [value] = valuesOf(rule, field, state);
    return { rule, key: typeof value === "number" ? value : String(value ?? "\u{10ffff}") };
  });
  keyed.sort(({ key: left }, { key: right }) => {
    const order = typeof left === "number" && typeof right === "number" ? left - right : alphabet.compare(String(left), String(right));
    return order * direction;
  });
  return keyed.map(({ rule }) => rule);
}

const alphabet = new Intl.Collator();

/** With `fields`, everything else except the id is left out; names may be stored names or those of the answer. */
function chosen(rule: object, fields: readonly string[] | undefined): object {
  if (!fields) return rule;
  const snake = fields.map((field) =>
    field === "alertTypeId" ? "rule_type_id" : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  const wanted = new Set(["id", ...snake.map((field) => field.split(".")[0] ?? field)]);
  return Object.fromEntries(Object.entries(rule).filter(([key]) => wanted.has(key)));
}

export const findRoutes: readonly Route[] = [
  { method: "GET", path: "/api/alerting/rules/_find", handler: (call, state) => find(call, state, parseQuery(query, call), everybody) },
  {
    method: "POST",
    path: "/internal/alerting/rules/_find",
    handler: (call, state) => {
      const knowsTypes = has(call.version, "rule types and consumers in the internal search");
      return find(call, state, knowsTypes ? parseBody(newBody, call) : parseBody(oldBody, call), ownPages);
    },
  },
];
