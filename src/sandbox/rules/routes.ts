import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { needActions, needRule } from "../http/privileges.ts";
import { duration, filled, parseBody } from "../http/request-schema.ts";
import type { Call, Reply, Route, Rule, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { actionBody, storedActions } from "./actions.ts";
import { taskState } from "./fire.ts";
import { flappingIsOn } from "./settings-routes.ts";
import { keyOwner, ruleOf } from "./stored.ts";
import { type RuleType, ruleTypes } from "./types.ts";
import { internalRuleView, knowsArtifacts, noArtifacts, ruleView } from "./view.ts";

const looks = z.number().min(2).max(20);
const flapping = (version: string) =>
  z
    .strictObject({
      look_back_window: looks,
      status_change_threshold: looks,
      ...(has(version, "flapping can be switched off") && { enabled: z.boolean().optional() }),
    })
    .refine(
      ({ look_back_window: window, status_change_threshold: threshold }) => threshold <= window,
      "lookBackWindow must be equal to or greater than statusChangeThreshold",
    );
const artifacts = z.strictObject({
  dashboards: z
    .array(z.strictObject({ id: z.string() }))
    .superRefine((all, ctx) => {
      if (all.length > 10) ctx.addIssue({ code: "custom", message: `array size is [${all.length}], but cannot be greater than [10]` });
    })
    .optional(),
  investigation_guide: z.strictObject({ blob: z.string().max(10_000) }).optional(),
});
/** The refusal before 8.19, and in 9.0. */
const unknownKey = z.custom<z.output<typeof artifacts>>(() => false, "definition for this key is missing").optional();
const replaceable = (version: string) => ({
  name: filled,
  schedule: z.strictObject({ interval: duration }),
  params: z.record(z.string(), z.unknown()).default({}),
  tags: z.array(z.string()).default([]),
  actions: z.array(actionBody).default([]),
  throttle: duration.nullable().optional(),
  notify_when: z.enum(["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]).nullable().optional(),
  alert_delay: z.strictObject({ active: z.number() }).optional(),
  flapping: flapping(version).nullable().optional(),
  artifacts: knowsArtifacts(version) ? artifacts.optional() : unknownKey,
});
const createBody = (version: string) =>
  z.strictObject({ ...replaceable(version), rule_type_id: z.string(), consumer: z.string(), enabled: z.boolean().default(true) });
const updateBody = (version: string) => z.strictObject(replaceable(version));

function create(call: Call, state: State): Reply {
  const { artifacts: given, ...body } = parseBody(createBody(call.version), call);
  const id = call.params.id ?? randomUUID();
  const type = registeredRuleType(body.rule_type_id);
  if (!Object.hasOwn(type.authorized_consumers, body.consumer)) {
    throw new Refusal(403, `Unauthorized by "${body.consumer}" to create "${type.id}" rule`);
  }
  needRule(call, "all", "create", body);
  if (body.actions.length > 0) needActions(call, "read", "get actions");
  if (body.flapping !== undefined && !flappingIsOn(call.space, state)) {
    throw new Refusal(400, "Error creating rule: can not create rule with flapping if global flapping is disabled");
  }
  const actions = storedActions(body, call.space, type, state);
  if (state.rules.has(id)) throw new Refusal(409, `Saved object [alert/${id}] conflict`);
  const now = new Date().toISOString();
  const { name } = call.caller;
  return store(
    {
      ...body,
      ...notification(body),
      ...keyOwner(call),
      ...storedArtifacts(given, call),
      id,
      space: call.space,
      actions,
      ...(body.enabled && { scheduled_task_id: id }),
      mute_all: false,
      muted_alert_ids: [],
      snooze_schedule: [],
      created_by: name,
      updated_by: name,
      revision: 0,
      outcome: null,
      outcomeMessage: null,
      pendingSince: now,
      createdAt: now,
      updatedAt: now,
    },
    state,
  );
}

/** Replaces everything but `alert_delay` and `flapping`, and makes the caller's key the rule's key (reference/kibana-api.md §6.1, corrections.md §1). */
function update(call: Call, state: State): Reply {
  const { artifacts: given, ...body } = parseBody(updateBody(call.version), call);
  const before = ruleOf(call, state);
  needRule(call, "all", "update", before);
  if (body.actions.length > 0) needActions(call, "read", "get actions");
  const actions = storedActions(body, call.space, registeredRuleType(before.rule_type_id), state);
  const { alert_delay = before.alert_delay, flapping = before.flapping, ...replaced } = body;
  const same = isDeepStrictEqual(flapping ?? null, before.flapping ?? null);
  if (!same && !flappingIsOn(call.space, state)) {
    throw new Refusal(400, "Error updating rule: can not update rule flapping if global flapping is disabled");
  }
  const after: Rule = {
    ...before,
    ...replaced,
    ...(alert_delay !== undefined && { alert_delay }),
    ...(flapping !== undefined && { flapping }),
    ...notification(body),
    ...keyOwner(call),
    ...storedArtifacts(given, call),
    actions,
  };
  const revision = before.revision + (isDeepStrictEqual(contentOf(after), contentOf(before)) ? 0 : 1);
  return store({ ...after, updated_by: call.caller.name, updatedAt: new Date().toISOString(), revision }, state);
}

/** What counts as a change to a rule and raises its revision: increment_revision.ts. */
function contentOf({ name, tags, schedule, params, actions, throttle, notify_when, alert_delay, flapping = null, artifacts }: Rule) {
  return { name, tags, schedule, params, actions, throttle, notify_when, alert_delay, flapping, artifacts: artifacts ?? noArtifacts };
}

/** What is not given is stored as empty: denormalize_artifacts.ts */
function storedArtifacts(given: Partial<typeof noArtifacts> | undefined, { version }: Call) {
  return knowsArtifacts(version) ? { artifacts: { ...noArtifacts, ...given } } : {};
}

function notification({ throttle = null, notify_when = null }: { throttle?: string | null; notify_when?: string | null }) {
  return { throttle, notify_when };
}

function store(rule: Rule, state: State): Reply {
  state.rules.set(rule);
  return { status: 200, body: ruleView(rule, state.version) };
}

function get(call: Call, state: State, view: typeof ruleView = ruleView): Reply {
  const rule = ruleOf(call, state);
  needRule(call, "read", "get", rule);
  return { status: 200, body: view(rule, state.version) };
}

/** alerting/server/routes/get_rule_state.ts */
function getTaskState(call: Call, state: State): Reply {
  const rule = ruleOf(call, state);
  needRule(call, "read", "getRuleState", rule);
  const body = taskState(rule.id, state);
  return body === undefined ? { status: 204 } : { status: 200, body };
}

function remove(call: Call, state: State): Reply {
  const rule = ruleOf(call, state);
  needRule(call, "all", "delete", rule);
  state.rules.delete(rule.id);
  return { status: 204 };
}

function registeredRuleType(id: string): RuleType {
  const type = ruleTypes.find((candidate) => candidate.id === id);
  if (!type) throw new Refusal(400, `Rule type "${id}" is not registered.`);
  return type;
}

/** Only types that the caller may use. */
function listTypes(call: Call): Reply {
  const read = call.caller.may("rules", "read", call.space);
  const every = call.caller.may("rules", "all", call.space);
  const visible = ruleTypes.map((type) => {
    const consumers = Object.keys(type.authorized_consumers).map((name) => [name, { read, all: every }]);
    return { ...type, authorized_consumers: Object.fromEntries(consumers) };
  });
  return { status: 200, body: read ? visible : [] };
}

const one = "/api/alerting/rule/{id}";
export const ruleRoutes: readonly Route[] = [
  { method: "POST", path: "/api/alerting/rule", handler: create },
  { method: "POST", path: one, handler: create },
  { method: "GET", path: one, handler: (call, state) => get(call, state) },
  { method: "GET", path: "/internal/alerting/rule/{id}", handler: (call, state) => get(call, state, internalRuleView) },
  { method: "GET", path: "/internal/alerting/rule/{id}/state", handler: getTaskState },
  { method: "PUT", path: one, handler: update },
  { method: "DELETE", path: one, handler: remove },
  { method: "GET", path: "/api/alerting/rule_types", handler: listTypes },
];
