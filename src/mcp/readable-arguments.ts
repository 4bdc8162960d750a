import { isPlainObject } from "../plain-object.ts";

/**
 * The arguments of a call as tools read them. Some clients send `null` for no arguments, or the object as JSON text. Anything
 * else that is not an object is passed on under a key that no tool takes, so that it gets a coded error like any other wrong
 * argument.
 */
export function readableArguments(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || isPlainObject(value)) return value;
  return value === null ? {} : (objectInText(value) ?? { arguments: value });
}

function objectInText(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    // Not JSON: the text itself is refused.
    return undefined;
  }
}
