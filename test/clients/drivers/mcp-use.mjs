// mcp-use: its agent over its client, which asks the program that runs it.
import { setTimeout } from "node:timers/promises";
import { ChatOpenAI } from "@langchain/openai";
import { MCPAgent, MCPClient } from "mcp-use";

const { server, model, person } = JSON.parse(process.argv[2]);
const answered = async () => {
  await setTimeout(person.afterMs);
  return person.answer;
};
const client = new MCPClient({ mcpServers: { kibana: server } }, person ? { onElicitation: answered } : {});
const llm = new ChatOpenAI({ model: "scripted", apiKey: "any", configuration: { baseURL: `${model}/v1` } });
const agent = new MCPAgent({ llm, client, maxSteps: 80 });
const text = await agent.run({ prompt: "go" });
await agent.close();
process.stdout.write(text);
