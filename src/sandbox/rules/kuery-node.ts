import * as z from "zod";
import type { Kql } from "./kql.ts";

/** Where es-query marks a star that stands for anything. */
const star = "@kuery-wildcard@";
const node = z.object({ function: z.string(), arguments: z.array(z.unknown()) });
const literal = z.object({ type: z.enum(["literal", "wildcard"]), value: z.union([z.string(), z.number(), z.boolean(), z.null()]) });
const bounds = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;
const bound = z.enum(["lt", "lte", "gt", "gte"]);

/** The tree that Kibana's pages send in place of KQL, as JSON: kbn-es-query, kuery/node_types. Undefined if the text is none. */
export function readKueryNode(text: string): Kql | undefined {
  try {
    return readNode(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readNode(given: unknown): Kql {
  const { function: kind, arguments: all } = node.parse(given);
  const [first, second, third] = all;
  if (kind === "and" || kind === "or") return { kind, terms: all.map(readNode) };
  if (kind === "not") return { kind, term: readNode(first) };
  const field = String(literal.parse(first).value);
  if (kind === "nested") return { kind, field, term: readNode(second) };
  if (kind === "exists") return { kind: "is", field, op: ":", value: "*", phrase: false };
  if (kind === "range")
    return { kind: "is", field, op: bounds[bound.parse(second)], value: String(literal.parse(third).value), phrase: true };
  const { type, value } = literal.parse(second);
  return { kind: "is", field, op: ":", value: String(value).replaceAll(star, "*"), phrase: type === "literal" };
}
