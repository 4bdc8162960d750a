import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { effectOf } from "../catalog/when.ts";
import { leaves, valueAt } from "../plain-object.ts";
import { oldNames } from "./action-variables.ts";
import { withoutPath, withValueAt } from "./params.ts";

/** The key that ties recovery to the incident it closes, unless another is chosen: one for each alert of each rule. */
export const usualKey = "{{rule.id}}-{{alert.id}}";

/** Where types keep the key: beside the other params, or inside the incident of a sub-action. */
const places: readonly (readonly string[])[] = [[], ["subActionParams"], ["subActionParams", "incident"]];

/** Where types take a record's own id, from `params`. */
export const recordPath = "params.subActionParams.incident.externalId";
const recordPlace = recordPath.split(".").slice(1);

/** The record of the service that params name by its own id: it is updated or closed, whatever the key. */
export function recordOf(params: Params): string | undefined {
  const id = valueAt(params, recordPlace);
  return typeof id === "string" && id !== "" ? id : undefined;
}

/**
 * The key that an action has, in the type's own field. Undefined: every run opens an incident of its own, which nothing can
 * close, or a record is named, which counts first. That includes ServiceNow: its default is applied after templates are filled
 * in, so it fits no alert.
 */
export function keyOf({ dedupField: field }: ConnectorType, params: Params): string | undefined {
  if (field === undefined || recordOf(params) !== undefined) return undefined;
  for (const place of places) {
    const at = valueAt(params, [...place, field]);
    if (typeof at === "string" && at.trim() !== "") return at;
  }
  return undefined;
}

/** Params without a key that is empty, which counts as none. */
export function withoutBlankKey(type: ConnectorType | undefined, params: Params): Params {
  const field = type?.dedupField;
  if (field === undefined) return params;
  const isBlank = (at: unknown) => at === null || (typeof at === "string" && at.trim() === "");
  return places.reduce((rest, place) => (isBlank(valueAt(rest, [...place, field])) ? withoutPath(rest, [...place, field]) : rest), params);
}

/** A key in one form, in which keys that render alike are equal: old and new names, spaces, two or three braces. */
export function keyInOneForm(key: string): string {
  return key.trim().replace(/\{\{\{?([^{}]*)\}?\}\}/g, (_all, inner: string) => {
    const name = inner.trim();
    return `{{${Object.hasOwn(oldNames, name) ? oldNames[name] : name}}}`;
  });
}

/**
 * Whether a key differs between the alerts of a rule: what shares a key shares an incident. The group of an alert does not tell
 * it from others, and neither does fixed text in a section. The moment is another one for each.
 */
export function isOfEachAlert(key: string): boolean {
  const whole = /\{\{[{&]?\s*(?:date|alert\.(?:id|uuid)|alertInstanceId|context|context\.[\w.@]+|state\.[\w.@]+)\s*\}\}/;
  const within = /\{\{#\s*(?:alert|context|state)\s*\}\}[^{}]*\{\{[{&]?\s*(?!actionGroup|flapping|consecutiveMatches)[\w.@]+\s*\}\}/;
  return whole.test(key) || within.test(key);
}

/** Whether params name a record that is the same for all alerts. */
export function isOneRecord(params: Params): boolean {
  const record = recordOf(params);
  return record !== undefined && !isOfEachAlert(record);
}

/** Whether alerts of other rules have other keys. */
export function isOfOneRule(key: string): boolean {
  return /rule\.id|alertId|alert\.uuid/.test(key);
}

/** The params with this key and no record, in the place where the type's example or they have it; as they are where their sub-action takes none. */
export function withKey(type: ConnectorType, params: Params, key: string): Params {
  const keyed = withKeyInPlace(type, params, key);
  return keyed === params ? params : withoutPath(keyed, recordPlace);
}

function withKeyInPlace({ dedupField: field, recovery, tests }: ConnectorType, params: Params, key: string): Params {
  const example = recovery?.params ?? tests.loud?.params;
  const placeIn = (of: unknown) => places.find((each) => field !== undefined && valueAt(of, [...each, field]) !== undefined);
  const place = placeIn(example) ?? placeIn(params);
  if (field === undefined || place === undefined || (!recovery && params.subAction !== example?.subAction)) return params;
  return withValueAt(params, [...place, field], key);
}

/** Params that open or close without a key, with the one that Kibana then takes. */
export function withDefaultKey(type: ConnectorType, params: Params): Params {
  const { dedupField: field = "", defaultKey } = type;
  if (defaultKey === undefined || !(closes(type, params) || opens(type, params))) return params;
  const isGiven = places.some((place) => valueAt(params, [...place, field]) !== undefined);
  return isGiven || recordOf(params) !== undefined ? params : withKeyInPlace(type, params, defaultKey);
}

/** What closes what was opened under this key; undefined where the type cannot close. */
export function closingParams(type: ConnectorType, key: string): Params | undefined {
  return type.recovery && withKey(type, type.recovery.params, key);
}

/** Whether an action opens an incident, alert or event that lasts. What is pushed to a record changes that. */
export function opens(type: ConnectorType, params: Params): boolean {
  if (closes(type, params) || recordOf(params) !== undefined) return false;
  if (!type.subActions) return type.effect === "creates" && (params.eventAction === undefined || params.eventAction === "trigger");
  return effectOf(type, params).effect === "creates";
}

/** Whether an action closes rather than opens: it does what the type's recovery does. */
export function closes(type: ConnectorType, params: Params): boolean {
  const { recovery, dedupField: field = "" } = type;
  if (!recovery) return false;
  const signs = leaves(recovery.params).filter(([path]) => path.at(-1) !== field);
  return signs.every(([path, value]) => String(valueAt(params, path)) === String(value));
}

/** Whether an action only reads: whatever it finds, nobody hears of it. What asks a model is another matter. */
export function onlyReads(type: ConnectorType, params: Params): boolean {
  const { effect, cost } = effectOf(type, params);
  return effect === "none" && cost === undefined;
}

/** What an action does where it should open something, or tell somebody; undefined where it may do that. */
export function inPlaceOfOpening(type: ConnectorType, params: Params): "reads" | "closes" | "acknowledges" | "updates" | undefined {
  if (onlyReads(type, params)) return "reads";
  if (closes(type, params)) return "closes";
  if (recordOf(params) !== undefined) return "updates";
  return type.recovery && !type.subActions && params.eventAction === "acknowledge" ? "acknowledges" : undefined;
}

/** The records that these actions close, and that none of them updates: what they open stays open. */
export function foreignRecords(type: ConnectorType, actions: readonly { params?: Params | null | undefined }[]): string[] {
  const named = actions.flatMap(({ params }) => {
    const record = recordOf(params ?? {});
    return record === undefined ? [] : [{ record, form: keyInOneForm(record), isClosed: closes(type, params ?? {}) }];
  });
  const updated = new Set(named.flatMap(({ form, isClosed }) => (isClosed ? [] : form)));
  return [...new Set(named.flatMap(({ record, form, isClosed }) => (isClosed && !updated.has(form) ? record : [])))];
}
