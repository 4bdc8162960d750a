import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { withValueAt } from "./params.ts";

/** How services that take JSON of any form call the key of an alert or incident. */
const keyName =
  /^(?:dedup(?:e|lication)?[-_]?(?:key|id)|(?:incident|alert|message|idempotency)[-_]?key|alias|(?:correlation|signal|entity)[-_]?id|source[-_]?ref|fingerprint)$/i;

/**
 * The params with other keys in the type's `otherKeys`, and under the usual names in what the service reads as JSON.
 * @param other what takes the place of a key
 */
export function withOtherKeys(params: Params, entry: ConnectorType | undefined, other: (key: string) => string): Params {
  const fields = (entry?.otherKeys ?? []).map((field) => field.split("."));
  const own = fields.reduce((rest, path) => {
    const key = valueAt(rest, path);
    return isKey(key) ? withValueAt(rest, path, other(key)) : rest;
  }, params);
  return Object(within(own, other));
}

function within(value: unknown, other: (key: string) => string): unknown {
  if (typeof value === "string") return inJson(value, other);
  if (Array.isArray(value)) return value.map((item) => within(item, other));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, keyName.test(key) && isKey(item) ? other(item) : within(item, other)]),
  );
}

/** JSON without a key stays as it is written. */
function inJson(text: string, other: (key: string) => string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    const changed = JSON.stringify(within(value, other));
    return changed === JSON.stringify(value) ? text : changed;
  } catch {
    return text;
  }
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
