import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Agent } from "./agent.ts";

/** A library, driven by a short program that is copied to where npm installed it. */
function library(name: string, packages: [string, ...string[]], api: Agent["api"], forms: "host" | "none"): Agent {
  return {
    name,
    packages,
    api,
    forms,
    start: ({ world, model, installed, person }) => {
      const program = join(installed, `${name}.mjs`);
      copyFileSync(resolve(`test/clients/drivers/${name}.mjs`), program);
      return { command: [process.execPath, program, JSON.stringify({ server: world.server, model, person })], env: {} };
    },
  };
}

/** Libraries with which people build agents, and pipelines. */
export const libraries: readonly Agent[] = [
  library("ai-sdk", ["ai", "@ai-sdk/mcp", "@ai-sdk/openai"], "openai", "host"),
  library("langchain", ["langchain", "@langchain/core", "@langchain/mcp-adapters", "@langchain/openai"], "openai", "none"),
  library("openai-agents", ["@openai/agents"], "openai", "none"),
  {
    ...library("mcp-use", ["mcp-use", "langchain", "@langchain/core", "@langchain/openai"], "openai", "host"),
    // It makes zod of the schema, and @langchain/core closes each object of zod that is required.
    closes: ["execute_connector.params"],
  },
  library("google-genai", ["@google/genai", "@modelcontextprotocol/sdk"], "gemini", "host"),
];
