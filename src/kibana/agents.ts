import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Ids = z.array(z.string()).nullish();
const Agents = z.object({
  results: listOf(z.object({ id: z.string(), name: z.string().nullish(), configuration: z.object({ connector_ids: Ids }).nullish() })),
});
const Tools = z.object({
  results: listOf(z.object({ id: z.string(), configuration: z.object({ connector_id: z.string().nullish() }).nullish() })),
});

/** An agent, or a tool of agents, with the connectors that it holds. */
export interface AgentPart {
  id: string;
  name: string;
  connectors: string[];
}

/** Agent Builder. */
export function agentReads(get: Get) {
  return {
    async agents(space: string): Promise<AgentPart[]> {
      const { results } = readAs(Agents, await get({ path: "/api/agent_builder/agents", space, largest: 16 }));
      return results.map(({ id, name, configuration }) => ({ id, name: name ?? id, connectors: configuration?.connector_ids ?? [] }));
    },
    async agentTools(space: string): Promise<AgentPart[]> {
      const { results } = readAs(Tools, await get({ path: "/api/agent_builder/tools", space, largest: 16 }));
      return results.map(({ id, configuration }) => ({
        id,
        name: id,
        connectors: configuration?.connector_id ? [configuration.connector_id] : [],
      }));
    },
  };
}
