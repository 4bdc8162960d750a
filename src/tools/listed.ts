import * as z from "zod";
import type { Access } from "../settings/index.ts";
import { tools } from "./index.ts";

/** What clients are told of a tool, and the lowest access level that shows it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  access: Access;
  annotations: { title: string; readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  inputSchema: { type: "object"; [key: string]: unknown };
}

/** In the order in which an agent meets them. The build puts the rows in place of this module, so that a start need not load the tools. */
export const listedTools: readonly ListedTool[] = tools.map(({ name, title, description, access, annotations, input }) => ({
  name,
  title,
  description,
  access,
  annotations: { title, ...annotations },
  inputSchema: jsonSchema(input),
}));

/** Small JSON Schema: what models read counts in tokens. */
function jsonSchema(schema: z.ZodObject): ListedTool["inputSchema"] {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-2020-12",
    reused: "inline",
    unrepresentable: "throw",
    override: ({ jsonSchema: node }) => {
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      // What is free has to say so, or a converter to strict schemas makes it an object without keys; what is closed goes
      // without saying, but where there is no key at all.
      if (node.additionalProperties === false && Object.keys(node.properties ?? {}).length > 0) delete node.additionalProperties;
      else if (typeof node.additionalProperties === "object") {
        node.additionalProperties = true;
        delete node.properties;
      }
      // An empty list or text as default goes without saying.
      if (Array.isArray(node.default) && node.default.length === 0) delete node.default;
      if (node.minLength === 1) delete node.minLength;
    },
  });
  return { ...json, type: "object" };
}
