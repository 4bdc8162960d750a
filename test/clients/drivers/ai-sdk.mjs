// Vercel's AI SDK, with its own MCP client.
import { setTimeout } from "node:timers/promises";
import { createMCPClient, ElicitationRequestSchema } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as StdioTransport } from "@ai-sdk/mcp/mcp-stdio";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, stepCountIs } from "ai";

const { server, model, person } = JSON.parse(process.argv[2]);
const answered = async () => {
  await setTimeout(person.afterMs);
  return person.answer;
};
const client = await createMCPClient({
  transport: new StdioTransport(server),
  ...(person ? { capabilities: { elicitation: {} } } : {}),
});
if (person) client.onElicitationRequest(ElicitationRequestSchema, answered);
const { text } = await generateText({
  model: createOpenAI({ baseURL: `${model}/v1`, apiKey: "any" })("scripted"),
  tools: await client.tools(),
  stopWhen: stepCountIs(80),
  prompt: "go",
});
await client.close();
process.stdout.write(text);
