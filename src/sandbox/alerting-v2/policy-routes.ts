import { randomUUID } from "node:crypto";
import * as z from "zod";
import { hasLicense } from "../http/gate.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { policyRoute, problem, scopesByTags } from "./gate.ts";
import { previewed } from "./match.ts";
import { type ActionPolicy, fitsEverything, policyView, versionOf } from "./policy.ts";
import { type PolicyContent, partOfPolicy, throttleProblem, wholePolicy } from "./policy-body.ts";

const ownTags = z
  .union([z.string(), z.array(z.string()).max(10)])
  .transform((given) => [given].flat())
  .optional();
/** The newest version has no tags of policies. */
const listQuery = (state: State) =>
  z.strictObject({
    page: z.coerce.number().min(1).default(1),
    per_page: z.coerce.number().min(1).max(100).default(20),
    search: z.string().min(1).max(256).optional(),
    enabled: z.enum(["true", "false"]).optional(),
    sort_field: z.enum(["name", "created_at", "updated_at"]).optional(),
    sort_order: z.enum(["asc", "desc"]).default("asc"),
    tags: scopesByTags(state) ? z.never().optional() : ownTags,
  });
const sortKeys = { name: "name", created_at: "createdAt", updated_at: "updatedAt" } as const;

function list(call: Call, state: State): Reply {
  const { page, per_page, search, enabled, sort_field, sort_order, tags } = parseQuery(listQuery(state), call);
  const found = state.policies
    .inSpace(call.space)
    .filter(({ name, description }) => !search || `${name} ${description}`.toLowerCase().includes(search.toLowerCase()))
    .filter((policy) => enabled === undefined || String(policy.enabled) === enabled)
    .filter((policy) => tags === undefined || tags.some((tag) => policy.tags?.includes(tag)));
  const key = sort_field && sortKeys[sort_field];
  if (key) found.sort((one, other) => one[key].localeCompare(other[key]) * (sort_order === "asc" ? 1 : -1));
  const items = found.slice((page - 1) * per_page, page * per_page).map((policy) => policyView(policy, state));
  return { status: 200, body: { items, total: found.length, page, per_page } };
}

function policyOf(call: Call, state: State): ActionPolicy | undefined {
  const policy = state.policies.get(call.params.id ?? "");
  return policy?.space === call.space ? policy : undefined;
}

function unknown({ params }: Call): Reply {
  const message = `Action policy with id "${params.id}" not found`;
  return problem(404, "ACTION_POLICY_NOT_FOUND", "Not Found", message, { action_policy_id: params.id });
}

/** Since the newest version; not for what switches a policy off: action_policy_license_oas.test.ts. */
function unlicensed(state: State): Reply | undefined {
  if (!scopesByTags(state) || hasLicense(state, "enterprise")) return undefined;
  return problem(403, "FORBIDDEN", "Forbidden", "The current license does not support action policies.");
}

function checked(content: PolicyContent, state: State): Reply | undefined {
  const wrong = throttleProblem(content, state);
  return unlicensed(state) ?? (wrong === undefined ? undefined : problem(400, "INVALID_ACTION_POLICY_DATA", "Bad Request", wrong));
}

function create(call: Call, state: State): Reply {
  return createAs(randomUUID(), wholePolicy(call, state), call, state);
}

function createAs(id: string, content: PolicyContent, call: Call, state: State): Reply {
  const refusal = checked(content, state);
  if (refusal) return refusal;
  const now = new Date().toISOString();
  const { name } = call.caller;
  const policy: ActionPolicy = {
    ...content,
    ...{ id, space: call.space, enabled: true, snoozedUntil: null, auth: keyOf(call), revision: 1 },
    ...{ createdBy: name, createdAt: now, updatedBy: name, updatedAt: now },
  };
  state.policies.set(policy);
  return { status: 201, body: policyView(policy, state) };
}

function get(call: Call, state: State): Reply {
  const policy = policyOf(call, state);
  return policy ? { status: 200, body: policyView(policy, state) } : unknown(call);
}

/** Creates what is not there. */
function put(call: Call, state: State): Reply {
  const content = wholePolicy(call, state);
  const before = policyOf(call, state);
  if (!before) return createAs(call.params.id ?? "", content, call, state);
  return checked(content, state) ?? saved(call, before, content, state);
}

function patch(call: Call, state: State): Reply {
  const { version, change } = partOfPolicy(call, state);
  const before = policyOf(call, state);
  if (!before) return unknown(call);
  if (version !== undefined && version !== versionOf(before)) {
    const message = `Action policy with id "${before.id}" has already been updated by another user`;
    return problem(409, "ACTION_POLICY_VERSION_CONFLICT", "Conflict", message, { action_policy_id: before.id });
  }
  return checked({ ...before, ...change }, state) ?? saved(call, before, change, state);
}

function remove(call: Call, state: State): Reply {
  const policy = policyOf(call, state);
  if (!policy) return unknown(call);
  state.policies.delete(policy.id);
  return { status: 204 };
}

/** A save makes the caller's key the policy's. */
function saved(call: Call, before: ActionPolicy, change: Partial<ActionPolicy>, state: State): Reply {
  const updated = { updatedBy: call.caller.name, updatedAt: new Date().toISOString(), revision: before.revision + 1 };
  const after = { ...before, ...change, ...updated, auth: keyOf(call) };
  state.policies.set(after);
  return { status: 200, body: policyView(after, state) };
}

function keyOf({ caller }: Call): ActionPolicy["auth"] {
  return { owner: caller.name, created_by_user: caller.byApiKey };
}

/** What the routes with a name of their own change. */
const changes = {
  enable: () => ({ enabled: true }),
  disable: () => ({ enabled: false }),
  snooze: (call: Call) => ({ snoozedUntil: parseBody(snoozeBody, call).snoozed_until }),
  unsnooze: () => ({ snoozedUntil: null }),
  update_api_key: () => ({}),
} as const satisfies Record<string, (call: Call) => Partial<ActionPolicy>>;
const snoozeBody = z.object({ snoozed_until: z.iso.datetime() });
const idsBody = z.object({ ids: z.array(z.string()).min(1).max(100) });
type Change = keyof typeof changes;

function changeOne(change: Change, call: Call, state: State): Reply {
  const policy = policyOf(call, state);
  if (!policy) return unknown(call);
  return (change === "enable" ? unlicensed(state) : undefined) ?? saved(call, policy, changes[change](call), state);
}

function changeMany(work: (policy: ActionPolicy) => void, call: Call, state: State): Reply {
  const { ids } = parseBody(idsBody, call);
  const found = ids.flatMap((id) => policyOf({ ...call, params: { id } }, state) ?? []);
  for (const policy of found) work(policy);
  const missing = ids.filter((id) => !found.some((policy) => policy.id === id));
  const errors = missing.map((id) => ({ id, error: `Action policy with id "${id}" not found` }));
  return { status: 200, body: { affected_count: found.length, errors } };
}

const matchBody = z.strictObject({
  rule: z
    .strictObject({
      id: z.string().max(256).optional(),
      name: z.string().max(256).optional(),
      tags: z.array(z.string()).max(100).optional(),
    })
    .optional(),
});

/** `total` counts the policies of the space, not those that match. */
function matchForRule(call: Call, state: State): Reply {
  const { rule = {} } = parseBody(matchBody, call);
  const all = state.policies.inSpace(call.space);
  const items = all
    .filter((policy) => previewed(policy, rule, state))
    .map((policy) => ({
      actionPolicy: policyView(policy, state),
      category: fitsEverything(policy.matcher) ? "global" : "global-filtered",
    }));
  return { status: 200, body: { items, total: all.length } };
}

const root = "/api/alerting/v2/action_policies";
const names: Change[] = ["enable", "disable", "snooze", "unsnooze", "update_api_key"];
export const policyRoutes: readonly Route[] = [
  policyRoute("read", { method: "GET", path: root, handler: list }),
  policyRoute("all", { method: "POST", path: root, handler: create }),
  policyRoute("read", { method: "POST", path: `${root}/_match_for_rule`, handler: matchForRule }),
  policyRoute("all", {
    method: "POST",
    path: `${root}/_bulk_delete`,
    handler: (call, state) => changeMany(({ id }) => state.policies.delete(id), call, state),
  }),
  ...names.flatMap((name) => [
    policyRoute("all", {
      method: "POST",
      path: `${root}/_bulk_${name}`,
      handler: (call, state) => changeMany((policy) => saved(call, policy, changes[name](call), state), call, state),
    }),
    policyRoute("all", { method: "POST", path: `${root}/{id}/_${name}`, handler: (call, state) => changeOne(name, call, state) }),
  ]),
  policyRoute("read", { method: "GET", path: `${root}/{id}`, handler: get }),
  policyRoute("all", { method: "PUT", path: `${root}/{id}`, handler: put }),
  policyRoute("all", { method: "PATCH", path: `${root}/{id}`, handler: patch }),
  policyRoute("all", { method: "DELETE", path: `${root}/{id}`, handler: remove }),
];
