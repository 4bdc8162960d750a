import { isDeepStrictEqual } from "node:util";
import type { Rule, RuleAction } from "../kibana/rules.ts";
import { isPlainObject } from "../plain-object.ts";
import { actionFields, writable } from "./rule-fields.ts";

/** What this server writes in a rule: its actions, the old frequency of the rule that is in their way, and what a save would lose. */
export interface RuleState {
  actions: RuleAction[];
  /** Of the rule itself, as before 8.6; null where the actions have frequencies of their own. */
  notify_when: string | null;
  throttle: string | null;
  /** Other fields that the save keeps (`artifacts`, where there are any) or puts back; null: there was none. */
  fields?: Record<string, unknown> | undefined;
}

/** The state of a rule as Kibana answers it. */
export function ruleState({ actions, notify_when = null, throttle = null, artifacts }: Rule): RuleState {
  return { actions, notify_when, throttle, ...(sameField("artifacts", artifacts, null) ? {} : { fields: { artifacts } }) };
}

/** Whether a rule's stored actions and notification are those that were sent or seen before. */
export function sameState(stored: RuleState, other: RuleState): boolean {
  return stored.notify_when === other.notify_when && stored.throttle === other.throttle && sameActions(stored.actions, other.actions);
}

/** Whether two values of a field say the same. */
export function sameField(name: string, one: unknown, other: unknown): boolean {
  const form = name === "artifacts" ? withContent : withoutNull;
  return isDeepStrictEqual(form(one), form(other));
}

/** Null and nothing are the same to Kibana. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  return isPlainObject(value) ? fieldsWithoutNull(value) : (value ?? undefined);
}

function fieldsWithoutNull(value: object): Record<string, unknown> {
  const fields = Object.entries(value).filter(([, item]) => item != null);
  return Object.fromEntries(fields.map(([key, item]) => [key, withoutNull(item)]));
}

/** Kibana stores artifacts that nobody gave as empty ones (reference/corrections.md §1). */
function withContent(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map(withContent) : undefined;
  if (!isPlainObject(value)) return value === null || value === "" ? undefined : value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, withContent(item)])
    .filter(([, item]) => item !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Whether stored actions are those that were sent. Kibana gives new ones a uuid and puts system actions last. */
export function sameActions(stored: readonly RuleAction[], others: readonly RuleAction[]): boolean {
  const [left, right] = [inOrder(stored), inOrder(others)];
  return left.length === right.length && left.every((action, index) => sameAction(action, right[index]));
}

/** System connectors' actions last. */
function inOrder(actions: readonly RuleAction[]): RuleAction[] {
  return [...actions.filter((action) => !isSystem(action.id)), ...actions.filter((action) => isSystem(action.id))];
}

/** Whether an id is that of a connector which Kibana makes itself (reference/kibana-api.md §1.5). */
export function isSystem(id: string): boolean {
  return id.startsWith("system-connector-");
}

function sameAction(stored: RuleAction, other: RuleAction | undefined): boolean {
  if (!other) return false;
  const uuid = other.uuid ?? stored.uuid;
  return isDeepStrictEqual(comparableAction(stored), comparableAction({ ...other, uuid }));
}

/** What of an action is compared: without what Kibana derives, such as a filter's query as Elasticsearch takes it. */
export function comparableAction(action: RuleAction): Record<string, unknown> {
  return fieldsWithoutNull({ ...writable(action, actionFields), params: action.params ?? {} });
}
