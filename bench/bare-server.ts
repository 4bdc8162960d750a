import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import * as z from "zod";

/** A schema as far as our tools use it. */
interface Schema {
  type?: string;
  enum?: string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

/** Our own tools as they are listed, which the bundler puts here. */
declare const TOOLS: { name: string; title: string; description: string; inputSchema: Schema }[];

function schemaOf({ type, enum: options, description, properties, required, items }: Schema): z.ZodType {
  const plain = () => {
    if (options) return z.enum(options);
    if (type === "string") return z.string();
    if (type === "number" || type === "integer") return z.number();
    if (type === "boolean") return z.boolean();
    if (type === "array") return z.array(schemaOf(items ?? {}));
    return properties ? objectOf(properties, required) : z.record(z.string(), z.unknown());
  };
  return description === undefined ? plain() : plain().describe(description);
}

function objectOf(properties: Record<string, Schema>, required: string[] = []) {
  const fields = Object.entries(properties).map(([key, field]) => {
    const schema = schemaOf(field);
    return [key, required.includes(key) ? schema : schema.optional()];
  });
  return z.object(Object.fromEntries(fields));
}

// What the second SDK costs those who use it as its documentation says: as many tools as ours, with zod schemas, that do nothing.
serveStdio(() => {
  const server = new McpServer({ name: "bare", version: "1" });
  for (const { name, title, description, inputSchema } of TOOLS)
    server.registerTool(name, { title, description, inputSchema: objectOf(inputSchema.properties ?? {}, inputSchema.required) }, () => ({
      content: [],
    }));
  return server;
});
