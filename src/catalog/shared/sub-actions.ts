import * as z from "zod";

/** Params of the form `{subAction, subActionParams}`, by the name of the sub-action. */
export function subActionParams(paramsByName: Record<string, z.ZodType>) {
  const [first, ...others] = Object.entries(paramsByName).map(([name, params]) =>
    z.strictObject({ subAction: z.literal(name), subActionParams: params }),
  );
  if (!first) throw new Error("a type with sub-actions has at least one");
  return z.discriminatedUnion("subAction", [first, ...others]);
}

/** Sub-actions that take no params: Kibana still requires an object. */
export function noParams() {
  return z.strictObject({});
}

/** Sub-actions whose params Kibana does not check. */
export function anyParams() {
  return z.record(z.string(), z.unknown());
}

/** Comments as the Cases types send them with an incident. */
export function comments() {
  return z
    .array(z.strictObject({ comment: z.string(), commentId: z.string() }))
    .nullable()
    .default(null);
}

/** A text that may be left out or null. */
export function nullableText(note?: string) {
  const field = z.string().nullable().default(null);
  return note === undefined ? field : field.describe(note);
}
