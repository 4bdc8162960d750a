import * as z from "zod";
import type { Call } from "../types.ts";
import { has } from "../version-changes.ts";
import { configSchemaMessage } from "../wording/config-schema.ts";
import { Refusal } from "./envelope.ts";

/** Blank text is refused (reference/kibana-api.md §1.1). */
export const filled = z.string().refine(isFilled, "value '' is not valid");

/** `config`, `secrets`: any values, but no blank text at any depth; Kibana names the field of the first level (reference/corrections.md §3). */
export const looseRecord = z.record(z.string(), z.unknown().refine(isFilledThroughout, "value '' is not valid")).default({});

/** Such as `5m`. */
export const duration = z.string().regex(/^[1-9]\d*[smhd]$/, "string is not a valid duration");

function isFilled(text: string): boolean {
  return text.trim() !== "";
}

function isFilledThroughout(value: unknown): boolean {
  if (typeof value === "string") return isFilled(value);
  return value === null || typeof value !== "object" || Object.values(value).every(isFilledThroughout);
}

/** JSON in a query parameter, as config-schema reads it. */
export function jsonText<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        ctx.addIssue({ code: "custom", message: "could not parse object value from json input" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/**
 * Parses one part of a request, or refuses it as the router does: only the first problem (reference/kibana-api.md §0).
 */
export function parsePart<T>(schema: z.ZodType<T>, value: unknown, part: "body" | "params" | "query", version: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refusal(400, configSchemaMessage(result.error, value, `request ${part}`, !has(version, "new words for unknown keys")));
}

export function parseBody<T>(schema: z.ZodType<T>, call: Call): T {
  return parsePart(schema, call.body, "body", call.version);
}

export function parseQuery<T>(schema: z.ZodType<T>, call: Call): T {
  return parsePart(schema, queryObject(call.query), "query", call.version);
}

/** A query as an object; a repeated key becomes a list. */
function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((key) => {
      const all = query.getAll(key);
      return [key, all.length > 1 ? all : (all[0] ?? "")];
    }),
  );
}
