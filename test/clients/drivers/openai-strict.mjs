// Which tools the converter of OpenAI's Agents SDK makes strict, and about which it complains: one JSON line each.
import { MCPServerStdio, mcpToFunctionTool } from "@openai/agents";

const kibana = new MCPServerStdio({ name: "kibana", ...JSON.parse(process.argv[2]) });
await kibana.connect();
for (const tool of await kibana.listTools()) {
  const said = [];
  for (const level of ["log", "warn", "error", "debug"]) console[level] = (...words) => said.push(words.join(" "));
  const { strict } = mcpToFunctionTool(tool, kibana, true);
  const free = Object.values(tool.inputSchema.properties).some((property) => property.additionalProperties === true);
  process.stdout.write(`${JSON.stringify({ name: tool.name, free, strict, said })}\n`);
}
await kibana.close();
