import { isPlainObject } from "../plain-object.ts";
import type { Rule } from "./rule-shape.ts";

/**
 * Whether a rule has every field that `Rule` would fill in, each of the right type, as Kibana's rules do: it can then be used
 * as it is. An audit reads tens of thousands, and a parse that copies each takes more time than all checks.
 * @returns false also for rules that `Rule` would complete or refuse: it decides on those
 */
export function isWhole(raw: unknown): raw is Rule {
  return (
    isPlainObject(raw) &&
    typeof raw.id === "string" &&
    typeof raw.name === "string" &&
    typeof raw.enabled === "boolean" &&
    isListOf(raw.tags, isText) &&
    typeof raw.consumer === "string" &&
    typeof raw.rule_type_id === "string" &&
    isPlainObject(raw.schedule) &&
    (raw.schedule.interval === undefined || typeof raw.schedule.interval === "string") &&
    isPlainObject(raw.params) &&
    isListOf(raw.actions, isAction) &&
    (raw.revision == null || Number.isFinite(raw.revision)) &&
    (raw.api_key_created_by_user == null || typeof raw.api_key_created_by_user === "boolean") &&
    isTextOrNone(raw.throttle) &&
    isTextOrNone(raw.notify_when) &&
    isTextOrNone(raw.api_key_owner) &&
    isTextOrNone(raw.created_at) &&
    isTextOrNone(raw.updated_at) &&
    isTextOrNone(raw.updated_by) &&
    isRecordOrNone(raw.execution_status, (it) => isTextOrNone(it.status) && isTextOrNone(it.last_execution_date)) &&
    isRecordOrNone(
      raw.last_run,
      (it) => isTextOrNone(it.outcome) && isRecordOrNone(it.alerts_count, ({ active }) => active == null || Number.isFinite(active)),
    )
  );
}

function isAction(raw: unknown): boolean {
  return (
    isPlainObject(raw) &&
    typeof raw.id === "string" &&
    isTextOrNone(raw.group) &&
    isTextOrNone(raw.uuid) &&
    isTextOrNone(raw.connector_type_id) &&
    isRecordOrNone(raw.params) &&
    isRecordOrNone(raw.frequency, isFrequency) &&
    isRecordOrNone(raw.alerts_filter)
  );
}

function isFrequency({ summary, notify_when: when, throttle }: Record<string, unknown>): boolean {
  return (summary == null || typeof summary === "boolean") && isTextOrNone(when) && isTextOrNone(throttle);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTextOrNone(value: unknown): boolean {
  return value == null || typeof value === "string";
}

function isRecordOrNone(value: unknown, fits?: (record: Record<string, unknown>) => boolean): boolean {
  return value == null || (isPlainObject(value) && (fits === undefined || fits(value)));
}

function isListOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}
