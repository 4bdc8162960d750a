import * as z from "zod";

/** An object of somebody else's that is handed on as it came. Not z.record, which copies each: there are up to 10,000 of them. */
export const opaque = z.custom<Record<string, unknown>>(isObject);

function isObject(value: unknown): boolean {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
