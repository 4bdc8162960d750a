import * as z from "zod";
import { KibanaError } from "./errors.ts";

// Kibana's answers may be long lists: their schemas, which are built from here on, are worth compiling (serve.ts).
z.config({ jitless: false });

/** A list that is given up at the first item that does not fit: a report on each of very many takes longer than parsing them. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(z.unknown()).transform((items, context) => {
    const fit: z.output<Item>[] = [];
    for (const [at, one] of items.entries()) {
      const { data, error } = item.safeParse(one);
      if (error) {
        const [issue] = error.issues;
        context.addIssue({ code: "custom", message: issue?.message, path: [at, ...(issue?.path ?? [])] });
        return z.NEVER;
      }
      fit.push(data);
    }
    return fit;
  });
}

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
