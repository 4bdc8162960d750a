// Google's Gen AI SDK, which calls the tools of an MCP client by itself.
import { setTimeout } from "node:timers/promises";
import { GoogleGenAI, mcpToTool } from "@google/genai";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const { server, model, person } = JSON.parse(process.argv[2]);
const answered = async () => {
  await setTimeout(person.afterMs);
  return person.answer;
};
const client = new Client({ name: "google-genai", version: "1" }, { capabilities: person ? { elicitation: {} } : {} });
if (person) client.setRequestHandler(ElicitRequestSchema, answered);
await client.connect(new StdioClientTransport(server));
const google = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: model } });
const answer = await google.models.generateContent({
  model: "scripted",
  contents: "go",
  config: { tools: [mcpToTool(client)], automaticFunctionCalling: { maximumRemoteCalls: 80 } },
});
await client.close();
process.stdout.write(answer.text ?? "");
