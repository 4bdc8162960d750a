import * as z from "zod";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Ids = z.array(z.string()).nullish();
const Agents = z.object({
  results: listOf(
    z.object({
      id: z.string(),
      name: z.string().nullish(),
      readonly: z.boolean().nullish(),
      configuration: z.object({ connector_ids: Ids }).nullish(),
    }),
  ),
});
const Tools = z.object({
  results: listOf(
    z.object({ id: z.string(), configuration: z.object({ connector_id: z.string().nullish(), query: z.unknown().optional() }).nullish() }),
  ),
});

/** An agent, or a tool of agents, with the connectors that it holds. */
export interface AgentPart {
  id: string;
  name: string;
  connectors: string[];
}

export interface AgentTool extends AgentPart {
  /** In ES|QL, where it has one. */
  query: unknown;
}

export interface Agent extends AgentPart {
  /** Elastic made it: each space has it, whether somebody uses it or not. */
  builtIn: boolean;
  /** It has no list of connectors: it may call every one. */
  callsAny: boolean;
}

/** Agent Builder. */
export function agentReads(get: Get) {
  return {
    async agents(space: string): Promise<Agent[]> {
      const { results } = readAs(Agents, await get({ path: "/api/agent_builder/agents", space, largest: 16 }));
      return results.map(({ id, name, readonly, configuration }) => ({
        id,
        name: name ?? id,
        connectors: configuration?.connector_ids ?? [],
        builtIn: readonly === true,
        callsAny: !configuration?.connector_ids,
      }));
    },
    async agentTools(space: string): Promise<AgentTool[]> {
      const { results } = readAs(Tools, await get({ path: "/api/agent_builder/tools", space, largest: 16 }));
      return results.map(({ id, configuration }) => ({
        id,
        name: id,
        connectors: configuration?.connector_id ? [configuration.connector_id] : [],
        query: configuration?.query,
      }));
    },
  };
}
