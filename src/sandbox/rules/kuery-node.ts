import * as z from "zod";
import type { Kql } from "./kql.ts";

/** Where es-query marks a star that stands for anything. */
const star = "@kuery-wildcard@";
const literal = z.object({ type: z.enum(["literal", "wildcard"]), value: z.union([z.string(), z.number(), z.boolean(), z.null()]) });
const bounds = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;
const bound = z.enum(["lt", "lte", "gt", "gte"]);

/** The tree that Kibana's pages send in place of KQL, as JSON: kbn-es-query, kuery/node_types. */
const node: z.ZodType<Kql> = z.lazy(() =>
  z.union([
    z
      .object({ function: z.enum(["and", "or"]), arguments: z.array(node) })
      .transform(({ function: kind, arguments: terms }): Kql => ({ kind, terms })),
    z.object({ function: z.literal("not"), arguments: z.tuple([node]) }).transform(({ arguments: [term] }): Kql => ({ kind: "not", term })),
    z
      .object({ function: z.literal("nested"), arguments: z.tuple([literal, node]) })
      .transform(({ arguments: [field, term] }): Kql => ({ kind: "nested", field: String(field.value), term })),
    z
      .object({ function: z.literal("is"), arguments: z.tuple([literal, literal]).rest(z.unknown()) })
      .transform(({ arguments: [field, { type, value }] }) =>
        is(String(field.value), String(value).replaceAll(star, "*"), type === "literal"),
      ),
    z
      .object({ function: z.literal("exists"), arguments: z.tuple([literal]) })
      .transform(({ arguments: [field] }) => is(String(field.value), "*", false)),
    z
      .object({ function: z.literal("range"), arguments: z.tuple([literal, bound, literal]) })
      .transform(({ arguments: [field, op, { value }] }): Kql => ({ ...is(String(field.value), String(value), true), op: bounds[op] })),
  ]),
);

function is(field: string, value: string, phrase: boolean): Extract<Kql, { kind: "is" }> {
  return { kind: "is", field, op: ":", value, phrase };
}

/** Undefined if the text is not such a tree. */
export function readKueryNode(text: string): Kql | undefined {
  try {
    return node.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
