import { isModel } from "../catalog/default-model.ts";
import type { AgentPart } from "../kibana/agents.ts";
import { isAtLeast } from "../kibana/status.ts";
import { models } from "./assistants.ts";
import { endpointsInQueries } from "./inference-endpoints.ts";
import { namesEndpoint } from "./named.ts";
import { type Found, type Holder, hasFeature, type Source, type Unseen, type Use, type UserKind } from "./use.ts";

const configured = "its configuration";

/**
 * Agent Builder: agents may call connectors, and tools of the types `mcp` and `workflow` hold one, those of the type `esql` may call
 * the inference endpoint of one. An agent names no model of its own: who talks to it does, or Kibana takes one.
 */
export const agents: Source = {
  what: "agents of Agent Builder",
  canHold: (where) => isAtLeast(where.status, "9.2") && hasFeature(where, "agentBuilder", ...models),
  async look(reader, space, status): Promise<Found> {
    const [all, tools] = await Promise.all([reader.agents(space), reader.agentTools(space)]);
    const use = (kind: UserKind, { id, name }: Pick<AgentPart, "id" | "name">, how: string): Use => {
      return { kind, id, name, space, enabled: true, how, can_be_moved: false };
    };
    const held = (kind: UserKind, parts: readonly AgentPart[]) =>
      parts.flatMap((part) => part.connectors.map((names): Holder => ({ use: use(kind, part, configured), names })));
    // Since 9.4 an agent may be private (kibana#260498), and may call connectors.
    const newer = isAtLeast(status, "9.4");
    return {
      holders: [...held("agent", all), ...held("agent_tool", tools)],
      endpoints: tools.flatMap((tool) =>
        endpointsInQueries(tool.query, "its query").map((call) => ({
          use: { ...use("agent_tool", tool, call.how), why_not: namesEndpoint },
          call,
        })),
      ),
      byDefault: all.filter(({ builtIn }) => !builtIn).map((one) => use("agent", one, "its model")),
      unseen: newer ? [privateOnes, ...(all.some(({ callsAny }) => callsAny) ? [callsOfAny] : [])] : [],
    };
  },
};

const privateOnes: Unseen = {
  what: "private agents",
  why: "Agents that are not shared with this key are in no list.",
  permanent: true,
  whole: false,
};

/** Kibana offers agents no models to call (kibana#257491). */
const callsOfAny: Unseen = {
  what: "what agents without a list of connectors call",
  why: "They may call every connector.",
  permanent: true,
  whole: false,
  concerns: (connector) => !isModel(connector),
};
