// LangChain's agent over its MCP adapters. They ask nobody themselves.
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent } from "langchain";

const { server, model } = JSON.parse(process.argv[2]);
const client = new MultiServerMCPClient({ mcpServers: { kibana: { transport: "stdio", ...server } } });
const agent = createAgent({
  model: new ChatOpenAI({ model: "scripted", apiKey: "any", configuration: { baseURL: `${model}/v1` } }),
  tools: await client.getTools(),
});
const { messages } = await agent.invoke({ messages: [{ role: "user", content: "go" }] }, { recursionLimit: 300 });
await client.close();
process.stdout.write(messages.at(-1).text);
