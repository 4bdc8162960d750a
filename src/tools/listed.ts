import * as z from "zod";
import type { Access } from "../settings/index.ts";
import { tools } from "./index.ts";

/** What clients are told about a tool, and the lowest access level that shows it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  access: Access;
  annotations: { title: string; readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  inputSchema: { type: "object"; [key: string]: unknown };
}

/** In the order in which agents see them. The build replaces this module with the rows, so that a start need not load the tools. */
export const listedTools: readonly ListedTool[] = tools.map(({ name, title, description, access, annotations, input }) => ({
  name,
  title,
  description,
  access,
  annotations: { title, ...annotations },
  inputSchema: jsonSchema(input),
}));

/** JSON Schema without what can be left out: models pay for it in tokens. */
function jsonSchema(schema: z.ZodObject): ListedTool["inputSchema"] {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-2020-12",
    reused: "inline",
    unrepresentable: "throw",
    override: ({ jsonSchema: node }) => {
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      // A free object has to say that it is free, or a converter to strict schemas makes it an object without keys; a closed
      // one need not say so, unless it has no keys at all.
      if (node.additionalProperties === false && Object.keys(node.properties ?? {}).length > 0) delete node.additionalProperties;
      else if (typeof node.additionalProperties === "object") {
        node.additionalProperties = true;
        delete node.properties;
      }
      // An empty list or text as default need not be said.
      if (Array.isArray(node.default) && node.default.length === 0) delete node.default;
      // A few arguments that take a list also read an object; not every client can read alternatives, so the list is what is said.
      const [list] = node.anyOf?.filter(({ type }) => type === "array") ?? [];
      if (list) {
        Object.assign(node, list);
        delete node.anyOf;
      }
      // Nobody means an empty text, an empty list or none of something.
      for (const least of ["minLength", "minItems", "minimum"] as const) if (node[least] === 1) delete node[least];
    },
  });
  return { ...json, type: "object" };
}
