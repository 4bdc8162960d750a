import type { Rule } from "../kibana/rules.ts";
import { isPlainObject, ownValue } from "../plain-object.ts";
import { plainText } from "../plain-text.ts";
import { kindOf, movingFields, rootFields } from "./rule-fields.ts";
import { type RuleState, sameActions, sameField } from "./rule-state.ts";

/** Unintended differences in a rule, by field: as it should be and as it is. */
export type Unmeant = Record<string, { was: unknown; is: unknown }>;

/**
 * Compares a whole rule after a save with what it was just before.
 * @param meant what the save was to change
 */
export function unmeant(before: Rule, { fields, ...state }: RuleState, now: Rule): Unmeant {
  const wanted: Record<string, unknown> = { ...before, ...fields, ...state };
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(now)])].filter((name) => !movingFields.includes(name));
  const differ = names.filter((name) =>
    name === "actions" ? !sameActions(now.actions, state.actions) : !sameField(name, ownValue(wanted, name), ownValue(now, name)),
  );
  return Object.fromEntries(differ.map((name) => [name, { was: ownValue(wanted, name) ?? null, is: ownValue(now, name) ?? null }]));
}

/** Whether a save of the rule can restore a field. */
export function canBeSaved(field: string): boolean {
  return kindOf(rootFields, field) !== "read_only";
}

/** Takes secrets out of a value, as its key and its own texts give them away. */
type HideValue = (key: string, value: unknown) => unknown;

/** `params.threshold: [3] → [4]`, only what differs in a field. Texts are cut only after secrets are out of them. */
export function differenceInWords(field: string, { was, is }: Unmeant[string], hide: HideValue): string {
  if (isPlainObject(was) && isPlainObject(is)) {
    // Kibana gives an action that had none its uuid.
    const isGiven = (key: string) => field === "actions" && key === "uuid" && ownValue(was, key) == null;
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
      (key) => !sameField(field, ownValue(was, key), ownValue(is, key)) && !isGiven(key),
    );
    return keys.map((key) => differenceInWords(`${field}.${key}`, { was: ownValue(was, key), is: ownValue(is, key) }, hide)).join(", ");
  }
  if (Array.isArray(was) && Array.isArray(is) && was.length === is.length && was.some(isPlainObject)) {
    const items = was.map((one, index) => [one, is[index]] as const).filter(([one, other]) => !sameField(field, one, other));
    const texts = items.map(([one, other]) => differenceInWords(field, { was: one, is: other }, hide));
    return texts.filter((text) => text !== "").join(", ");
  }
  const key = field.split(".").at(-1) ?? "";
  return `${field}: ${inWords(hide(key, was))} → ${inWords(hide(key, is))}`;
}

function inWords(value: unknown): string {
  const text = value == null ? "none" : JSON.stringify(value);
  return text.length > 80 ? plainText(text, 81) : text;
}
