import fc from "fast-check";
import * as z from "zod";
import type { Tool } from "../../src/tools/define.ts";
import { corpus, words } from "./corpus.ts";
import { awkwardText, junk, mutate, mutation } from "./json.ts";

interface Node {
  type?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  enum?: unknown[];
  anyOf?: Node[];
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

/** Arguments for a tool: as its schema has them, as agents give them, changed from there, or anything at all. */
export function argumentsOf(tool: Tool): fc.Arbitrary<unknown> {
  const given = corpus.filter(([name]) => name === tool.name).map(([, args]) => args);
  const fromSchema = fromNode(z.toJSONSchema(tool.input, { io: "input" }) as Node, "");
  const start = given.length > 0 ? fc.oneof(fc.constantFrom(...given), fromSchema) : fromSchema;
  return fc.oneof(
    { weight: 3, arbitrary: start },
    { weight: 5, arbitrary: fc.tuple(start, fc.array(mutation, { minLength: 1, maxLength: 3 })).map(([args, by]) => mutate(args, by)) },
    { weight: 1, arbitrary: junk },
  );
}

function fromNode(node: Node, name: string): fc.Arbitrary<unknown> {
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.anyOf) return fc.oneof(...node.anyOf.map((one) => fromNode(one, name)));
  if (node.type === "array")
    return fc.array(fromNode(node.items ?? {}, name.replace(/s$/, "")), { maxLength: Math.min(node.maxItems ?? 3, 3) });
  if (node.type === "boolean") return fc.boolean();
  if (node.type === "integer" || node.type === "number")
    return fc.integer({ min: node.minimum ?? -5, max: Math.min(node.maximum ?? 200, 200) });
  if (node.type === "string")
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...(words[name] ?? words.id ?? [])) }, { weight: 1, arbitrary: awkwardText });
  if (node.type !== "object") return junk;
  const properties = Object.entries(node.properties ?? {});
  if (properties.length === 0)
    return fc.dictionary(fc.constantFrom("url", "method", "message", "routingKey", "headers", "$env"), junk, { maxKeys: 3 });
  const required = node.required ?? [];
  return fc.record(Object.fromEntries(properties.map(([key, one]) => [key, fromNode(one, key)])), { requiredKeys: required });
}
