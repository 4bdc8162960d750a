import { isDeepStrictEqual } from "node:util";
import type { Rule, RuleAction } from "../kibana/rules.ts";

/** What this server changes of a rule, and nothing else: its actions, and the notification of old that stands in their way. */
export interface RuleState {
  actions: RuleAction[];
  /** At the rule itself, as before 8.6; null where the actions have frequencies of their own. */
  notify_when: string | null;
  throttle: string | null;
}

/** The state of a rule as Kibana answers it. */
export function ruleState({ actions, notify_when = null, throttle = null }: Rule): RuleState {
  return { actions, notify_when, throttle };
}

/**
 * What a PUT has to hold so that a rule keeps everything but its state: the fields that Kibana takes, as they were read
 * (reference/kibana-api.md §6.1). A field that Kibana does not take there is not the rule's to lose.
 */
export function ruleBody(rule: Rule, { actions, notify_when, throttle }: RuleState): Record<string, unknown> {
  const ownFrequency = actions.every((action) => action.frequency || isSystem(action.id));
  const kept = ["name", "schedule", "params", "tags", "alert_delay", "flapping", "artifacts"].filter((key) => rule[key] !== undefined);
  return {
    ...Object.fromEntries(kept.map((key) => [key, rule[key]])),
    actions: actions.map(sentAction),
    // Beside actions with frequencies of their own Kibana refuses these keys, even as null; beside others it wants one.
    ...(notify_when === null && throttle === null && ownFrequency ? {} : { notify_when, throttle }),
  };
}

/** An action as a PUT takes it: without what Kibana adds itself. */
function sentAction(action: RuleAction): Record<string, unknown> {
  const { connector_type_id: _derived, ...rest } = action;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== null));
}

/** Whether a rule's stored state is one that was sent or seen before. Kibana gives new actions a uuid and puts system actions last. */
export function sameState(stored: RuleState, other: RuleState): boolean {
  const [left, right] = [inOrder(stored.actions), inOrder(other.actions)];
  return (
    stored.notify_when === other.notify_when &&
    stored.throttle === other.throttle &&
    left.length === right.length &&
    left.every((action, index) => sameAction(action, right[index]))
  );
}

/** System connectors' actions behind the others. */
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
  return isDeepStrictEqual(comparable(stored), comparable({ ...other, uuid }));
}

/** Without what Kibana derives, such as a filter's query in Elasticsearch's words. */
function comparable(action: RuleAction): unknown {
  const { connector_type_id: _type, alerts_filter: filter, params, ...rest } = action;
  const { dsl: _dsl, ...query } = Object(filter?.query);
  const bare = { ...rest, params: params ?? {}, ...(filter && { alerts_filter: { ...filter, ...(filter.query ? { query } : {}) } }) };
  return JSON.parse(JSON.stringify(bare, (_key, value: unknown) => value ?? undefined));
}
