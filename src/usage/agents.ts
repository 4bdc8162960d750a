import type { AgentPart } from "../kibana/agents.ts";
import { isAtLeast } from "../kibana/status.ts";
import { type Found, type Holder, hasFeature, type Source, type UserKind } from "./use.ts";

/** Agent Builder: agents may call connectors, and tools of the types `mcp` and `workflow` hold one. */
export const agents: Source = {
  what: "agents of Agent Builder",
  canHold: (where) => isAtLeast(where.status, "9.2") && hasFeature(where, "agentBuilder"),
  async look(reader, space, status): Promise<Found> {
    const [all, tools] = await Promise.all([reader.agents(space), reader.agentTools(space)]);
    const held = (kind: UserKind, parts: readonly AgentPart[]) =>
      parts.flatMap(({ id, name, connectors }) =>
        connectors.map(
          (names): Holder => ({
            use: { kind, id, name, space, enabled: true, how: "its configuration", can_be_moved: false },
            names,
          }),
        ),
      );
    const why = "Agents that are not shared with this key are in no list.";
    return {
      holders: [...held("agent", all), ...held("agent_tool", tools)],
      // Since 9.4 an agent may be private (kibana#260498).
      unseen: isAtLeast(status, "9.4") ? [{ what: "private agents", why, permanent: true, whole: false }] : [],
    };
  },
};
