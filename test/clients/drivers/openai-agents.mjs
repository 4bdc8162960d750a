// OpenAI's Agents SDK with its stdio server, schemas in strict mode.
import { Agent, MCPServerStdio, run, setDefaultOpenAIClient, setTracingDisabled } from "@openai/agents";
import OpenAI from "openai";

const { server, model } = JSON.parse(process.argv[2]);
setTracingDisabled(true);
setDefaultOpenAIClient(new OpenAI({ baseURL: `${model}/v1`, apiKey: "any" }));
const kibana = new MCPServerStdio({ name: "kibana", ...server });
await kibana.connect();
const agent = new Agent({ name: "scripted", model: "scripted", mcpServers: [kibana], mcpConfig: { convertSchemasToStrict: true } });
const { finalOutput } = await run(agent, "go", { maxTurns: 80 });
await kibana.close();
process.stdout.write(String(finalOutput));
