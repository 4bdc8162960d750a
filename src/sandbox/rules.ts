import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "./envelope.ts";
import { filled, parsePart } from "./request-schema.ts";
import { actionBody, storedActions } from "./rule-actions.ts";
import { type RuleType, ruleTypes } from "./rule-types.ts";
import { ruleView } from "./rule-view.ts";
import type { Call, Reply, Route, Rule, State } from "./types.ts";

const replaceable = {
  name: filled,
  schedule: z.strictObject({ interval: z.string().regex(/^[1-9]\d*[smhd]$/, "string is not a valid duration") }),
  params: z.record(z.string(), z.unknown()).default({}),
  tags: z.array(z.string()).default([]),
  actions: z.array(actionBody).default([]),
  throttle: z.string().nullable().optional(),
  notify_when: z.enum(["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]).nullable().optional(),
  alert_delay: z.strictObject({ active: z.number() }).optional(),
  flapping: z.record(z.string(), z.unknown()).nullable().optional(),
};
const createBody = z.strictObject({ ...replaceable, rule_type_id: z.string(), consumer: z.string(), enabled: z.boolean().default(true) });
const updateBody = z.strictObject(replaceable);

function create(call: Call, state: State): Reply {
  const body = parsePart(createBody, call.body, "body");
  const id = call.params.id ?? randomUUID();
  const type = registeredRuleType(body.rule_type_id);
  const actions = storedActions(body, call.space, type, state);
  if (state.rules.has(id)) throw new Refusal(409, `Saved object [alert/${id}] conflict`);
  const now = new Date().toISOString();
  const { name } = call.user;
  return store(
    {
      ...body,
      ...notification(body),
      ...keyOwner(call),
      id,
      space: call.space,
      actions,
      created_by: name,
      updated_by: name,
      revision: 0,
      outcome: "succeeded",
      outcomeMessage: null,
      createdAt: now,
      updatedAt: now,
    },
    state,
  );
}

/** Replaces everything, and makes the caller's key the rule's key (reference/kibana-api.md §6.1). */
function update(call: Call, state: State): Reply {
  const body = parsePart(updateBody, call.body, "body");
  const before = ruleOf(call, state);
  const actions = storedActions(body, call.space, registeredRuleType(before.rule_type_id), state);
  const { alert_delay: _delay, flapping: _flapping, ...kept } = before;
  const changes = { updated_by: call.user.name, updatedAt: new Date().toISOString(), revision: before.revision + 1 };
  return store({ ...kept, ...body, ...notification(body), ...changes, ...keyOwner(call), actions }, state);
}

function notification({ throttle = null, notify_when = null }: { throttle?: string | null; notify_when?: string | null }) {
  return { throttle, notify_when };
}

function store(rule: Rule, state: State): Reply {
  state.rules.set(rule.id, rule);
  return { status: 200, body: ruleView(rule) };
}

function remove(call: Call, state: State): Reply {
  state.rules.delete(ruleOf(call, state).id);
  return { status: 204 };
}

function setEnabled(call: Call, state: State, enabled: boolean): Reply {
  const rule = ruleOf(call, state);
  state.rules.set(rule.id, { ...rule, enabled, ...(enabled && keyOwner(call)) });
  return { status: 204 };
}

/** Kibana cannot make a key from a key: it stores the caller's own. */
function keyOwner({ user }: Call) {
  return { api_key_owner: user.name, api_key_created_by_user: user.byApiKey };
}

function ruleOf(call: Call, state: State): Rule {
  const { id = "" } = call.params;
  const rule = state.rules.get(id);
  if (rule?.space !== call.space) throw new Refusal(404, `Saved object [alert/${id}] not found`);
  return rule;
}

function registeredRuleType(id: string): RuleType {
  const type = ruleTypes.find((candidate) => candidate.id === id);
  if (!type) throw new Refusal(400, `Rule type "${id}" is not registered.`);
  return type;
}

const one = "/api/alerting/rule/{id}";
export const ruleRoutes: readonly Route[] = [
  { method: "POST", path: "/api/alerting/rule", handler: create },
  { method: "POST", path: one, handler: create },
  { method: "GET", path: one, handler: (call, state) => ({ status: 200, body: ruleView(ruleOf(call, state)) }) },
  { method: "PUT", path: one, handler: update },
  { method: "DELETE", path: one, handler: remove },
  { method: "POST", path: `${one}/_enable`, handler: (call, state) => setEnabled(call, state, true) },
  { method: "POST", path: `${one}/_disable`, handler: (call, state) => setEnabled(call, state, false) },
  { method: "GET", path: "/api/alerting/rule_types", handler: () => ({ status: 200, body: ruleTypes }) },
];
