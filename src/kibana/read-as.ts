import type * as z from "zod";
import { KibanaError } from "./errors.ts";

/** Kibana's answer in the shape we rely on; unknown fields pass. @throws ToolError kibana_error naming the field that does not fit */
export function readAs<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KibanaError(
    "kibana_error",
    `Kibana's answer has an unexpected shape${issue ? ` at "${issue.path.join(".")}"` : ""}.`,
    "Check that KIBANA_URL is Kibana's and that its version is 8.0 or newer.",
    { applied: "maybe" },
  );
}
