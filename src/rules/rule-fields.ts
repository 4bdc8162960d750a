import { isPlainObject } from "../plain-object.ts";
/**
 * What is known about a field: `kept`, sent as it is with all its content; `read_only`, a PUT with it is refused; or the
 * fields in it, and in each item where it is a list.
 */
export interface Fields {
  readonly [field: string]: "kept" | "read_only" | Fields;
}

/** Actions of a rule: alerting/common/routes/rule/apis/update/schemas/v1.ts; `dsl` is made from the filter by Kibana. */
export const actionFields: Fields = {
  id: "kept",
  uuid: "kept",
  group: "kept",
  params: "kept",
  frequency: { summary: "kept", notify_when: "kept", throttle: "kept" },
  alerts_filter: {
    query: { kql: "kept", filters: "kept", dsl: "read_only" },
    timeframe: { days: "kept", hours: { start: "kept", end: "kept" }, timezone: "kept" },
  },
  use_alert_data_for_template: "kept",
  connector_type_id: "read_only",
};

/** Fields that change by themselves, with a run, a save or the clock: a difference in them says nothing. */
export const movingFields: readonly string[] = [
  "revision",
  "updated_at",
  "updated_by",
  "api_key_owner",
  "api_key_created_by_user",
  "scheduled_task_id",
  "execution_status",
  "last_run",
  "next_run",
  "running",
  "monitoring",
  "mapped_params",
  "active_snoozes",
  "is_snoozed_until",
  "view_in_app_relative_url",
];

/** Fields that are set by routes of their own and that a save leaves alone. */
const setElsewhere = [
  "id",
  "enabled",
  "consumer",
  "rule_type_id",
  "mute_all",
  "muted_alert_ids",
  "snooze_schedule",
  "snoozed_alert_instances",
  "created_at",
  "created_by",
];

/** A rule as the public and the internal route answer it: alerting/common/routes/rule/response/schemas/v1.ts. */
export const rootFields: Fields = {
  name: "kept",
  tags: "kept",
  schedule: { interval: "kept" },
  params: "kept",
  actions: actionFields,
  throttle: "kept",
  notify_when: "kept",
  alert_delay: { active: "kept" },
  flapping: { enabled: "kept", look_back_window: "kept", status_change_threshold: "kept" },
  artifacts: { dashboards: { id: "kept" }, investigation_guide: { blob: "kept" } },
  ...Object.fromEntries([...setElsewhere, ...movingFields].map((field) => [field, "read_only"])),
};

/** Where a field is: `["actions", 0, "group"]`. */
export type Place = readonly (string | number)[];

/** Fields in which null has a meaning; elsewhere it says that there is nothing, and Kibana refuses it. */
const nullable = ["flapping", "throttle", "notify_when"];

/**
 * What was read, less what is known as read-only.
 * @param unknown collects the places of unknown fields; they stay in the result
 */
export function writable(value: Record<string, unknown>, known: Fields, unknown: Place[] = [], place: Place = []): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const kind = kindOf(known, key);
    if (kind === "read_only" || item === undefined || (item === null && !nullable.includes(key))) return [];
    const here = [...place, key];
    if (kind === "unknown") unknown.push(here);
    if (typeof kind === "string") return [[key, item]];
    const inside = (one: unknown, at: Place) => (isPlainObject(one) ? writable(one, kind, unknown, at) : one);
    return [[key, Array.isArray(item) ? item.map((one, index) => inside(one, [...here, index])) : inside(item, here)]];
  });
  return Object.fromEntries(entries);
}

/** What is known about one of the fields. */
export function kindOf(known: Fields, field: string): Fields[string] | "unknown" {
  return (Object.hasOwn(known, field) ? known[field] : undefined) ?? "unknown";
}
