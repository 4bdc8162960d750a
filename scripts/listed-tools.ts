import * as z from "zod";
import { tools } from "../src/tools/index.ts";

/**
 * The source of src/tools/listed.ts: what clients are told of each tool, written down so that a start need not make it
 * out of the tools themselves.
 */
export function listedTools(): string {
  const rows = tools.map(({ name, title, description, access, annotations, input }) => ({
    name,
    title,
    description,
    access,
    annotations: { title, ...annotations },
    inputSchema: jsonSchema(input),
  }));
  return `// Made from the tools by \`npm run generate\`: change them, not this file.
import type { Access } from "../settings.ts";

/** What clients are told of a tool, and the lowest access level that shows it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  access: Access;
  annotations: { title: string; readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  inputSchema: { type: "object"; [key: string]: unknown };
}

/** In the order in which an agent meets them. */
export const listedTools: readonly ListedTool[] = ${JSON.stringify(rows, null, 2)};
`;
}

/** Small JSON Schema: what models read counts in tokens. */
function jsonSchema(schema: z.ZodObject) {
  const json = z.toJSONSchema(schema, {
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
  delete json.$schema;
  return json;
}
