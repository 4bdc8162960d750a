import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import { parseJson } from "./fields.ts";

/**
 * More fields of an incident, by the other side's names: an object or its JSON text, at most `most` keys, none of the
 * incident's own. Source: common/utils/{coerced,validators}.ts.
 */
export function extraFields(most: number, own: readonly string[]) {
  const fields = z.record(z.string(), z.unknown()).superRefine((value, ctx) => {
    const names = Object.keys(value);
    if (names.length > most) ctx.addIssue({ code: "custom", message: `must have at most ${most} keys` });
    const taken = names.filter((name) => own.includes(name));
    if (taken.length > 0) ctx.addIssue({ code: "custom", message: `must not have the incident's own fields as keys: ${taken.join(", ")}` });
  });
  return z
    .preprocess(fromJsonText, fields.nullable())
    .nullable()
    .default(null)
    .describe(`More fields by the other side's names, at most ${most}; an object or its JSON text`);
}

function fromJsonText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const parsed = parseJson(value);
  return isPlainObject(parsed) ? parsed : value;
}
