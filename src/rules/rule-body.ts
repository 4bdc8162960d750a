import type { Rule } from "../kibana/rules.ts";
import { isPlainObject } from "../plain-object.ts";
import { type Place, rootFields, writable } from "./rule-fields.ts";
import { isSystem, type RuleState } from "./rule-state.ts";

/** What a PUT sends of a rule. */
export interface RuleBody {
  body: Record<string, unknown>;
  /** Fields of it that this server does not know, from a later Kibana. */
  unknown: Place[];
}

/**
 * The body of a PUT that changes nothing in a rule but this state: all that was read, less what is known as read-only.
 * An unknown field is sent as it came: a PUT without it may erase it.
 */
export function ruleBody(rule: Rule, { actions, notify_when, throttle, fields }: RuleState): RuleBody {
  const { notify_when: _when, throttle: _throttle, ...rest } = rule;
  const unknown: Place[] = [];
  const body = writable({ ...rest, ...fields, actions }, rootFields, unknown);
  const ownFrequency = actions.every((action) => action.frequency || isSystem(action.id));
  // Beside actions with frequencies of their own Kibana refuses these keys, even as null; beside others it requires one.
  return { body: notify_when === null && throttle === null && ownFrequency ? body : { ...body, notify_when, throttle }, unknown };
}

/** A place as Kibana names it: `actions.0.group`. */
function placeInWords(place: Place): string {
  return place.join(".");
}

/** A place for a reader, who does not count actions: `actions.group`. */
export function fieldInWords(place: Place): string {
  return place.filter((step) => typeof step === "string").join(".");
}

/** The same body without a field, in all items where it is in a list. */
export function without({ body, unknown }: RuleBody, field: Place): RuleBody {
  const same = unknown.filter((place) => fieldInWords(place) === fieldInWords(field));
  return {
    body: same.reduce((rest, place) => cut(rest, place) as Record<string, unknown>, body),
    unknown: unknown.filter((place) => !same.includes(place)),
  };
}

function cut(value: unknown, [step, ...rest]: Place): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? cut(item, rest) : item));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== step));
  return Object.fromEntries(entries.map(([key, item]) => [key, key === step ? cut(item, rest) : item]));
}

/** Kibana's words for a key that it does not take, in all its validators. */
const unknownKey = /definition for this key is missing|additional properties|unrecognized key/i;

/**
 * The field to leave out of a refused body: Kibana's 400 names only this one, and this server does not know it.
 * @param message Kibana's, such as `[request body.future]: definition for this key is missing`
 */
export function refusedField(message: string, { unknown }: RuleBody): Place | undefined {
  const [, where, what = ""] = /^\[request body\.?([^\]]*)\]:(.*)$/s.exec(message) ?? [];
  if (where === undefined || !unknownKey.test(what)) return undefined;
  const quoted = [...what.matchAll(/(['"])(.*?)\1/g)].map(([, , key = ""]) => [where, key].filter(Boolean).join("."));
  return unknown.find((place) => [where, ...quoted].includes(placeInWords(place)));
}
