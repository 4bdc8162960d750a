import * as z from "zod";
import { envelope, Refusal } from "../http/envelope.ts";
import { behind, hasLicense } from "../http/gate.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has, type VersionChange } from "../version-changes.ts";

/** An agent of Agent Builder. Ids are unique in a space only. */
export interface Agent {
  /** Of the store: space and id. */
  id: string;
  space: string;
  agentId: string;
  name: string;
  description: string;
  configuration: Dict;
  owner: string;
  access: "public" | "shared" | "private";
}

/** A tool that agents may call: one of type `mcp` holds a connector, one of type `workflow` a workflow. */
export interface Tool {
  id: string;
  space: string;
  toolId: string;
  type: string;
  description: string;
  configuration: Dict;
}

const idsUpTo = (most: number) => z.array(z.string()).max(most).optional();
const configuration = (version: string) =>
  z.strictObject({
    instructions: z.string().optional(),
    tools: z.array(z.strictObject({ tool_ids: z.array(z.string()) })),
    ...(has(version, "connectors and workflows of agents") && {
      skill_ids: idsUpTo(100),
      plugin_ids: idsUpTo(100),
      workflow_ids: idsUpTo(100),
      connector_ids: idsUpTo(100),
      enable_elastic_capabilities: z.boolean().optional(),
    }),
  });
const access = z.enum(["public", "shared", "private"]);
const createBody = (state: State) =>
  z.object({
    id: z.string().min(1),
    name: z.string(),
    description: z.string(),
    labels: z.array(z.string()).optional(),
    configuration: configuration(state.version),
    ...modeField(state),
  });
const updateBody = (state: State) => createBody(state).omit({ id: true }).partial();

const knows = ({ version, flavour }: State, change: VersionChange) => flavour === "serverless" || has(version, change);

/** Where a body has an agent's mode. */
function modeField(state: State) {
  if (knows(state, "access control of agents")) return { access_control: z.strictObject({ access_mode: access }).optional() };
  return knows(state, "visibility of agents") ? { visibility: access.optional() } : {};
}

const storeId = (call: Call, id: string) => `${call.space}/${id}`;

function visible(call: Call, state: State): Agent[] {
  return state.agents.inSpace(call.space).filter(({ access: mode, owner }) => mode !== "private" || owner === call.caller.name);
}

function view({ agentId, name, description, configuration: own, owner, access: mode }: Agent, state: State) {
  const field = knows(state, "access control of agents") ? { access_control: { access_mode: mode } } : { visibility: mode };
  const control = knows(state, "visibility of agents") && { ...field, created_by: { username: owner } };
  return { id: agentId, type: "chat", name, description, labels: [], configuration: own, readonly: false, ...control };
}

const builtIn = {
  id: "elastic-ai-agent",
  type: "chat",
  name: "Elastic AI Agent",
  description: "Elastic AI Agent",
  labels: [],
  configuration: { tools: [] },
  readonly: true,
};

function list(call: Call, state: State): Reply {
  return { status: 200, body: { results: [builtIn, ...visible(call, state).map((agent) => view(agent, state))] } };
}

function agentOf(call: Call, state: State): Agent {
  const { id = "" } = call.params;
  const agent = visible(call, state).find(({ agentId }) => agentId === id);
  if (!agent) throw new Refusal(404, `Agent ${id} not found`);
  return agent;
}

function get(call: Call, state: State): Reply {
  if (call.params.id === builtIn.id) return { status: 200, body: builtIn };
  return { status: 200, body: view(agentOf(call, state), state) };
}

function create(call: Call, state: State): Reply {
  const { id: agentId, name, description, configuration: own, ...more } = parseBody(createBody(state), call);
  const id = storeId(call, agentId);
  if (state.agents.has(id) || agentId === builtIn.id) throw new Refusal(400, `Agent with id ${agentId} already exists`);
  const mode = accessIn(more) ?? (knows(state, "new agents are private") ? "private" : "public");
  const agent: Agent = { id, space: call.space, agentId, name, description, configuration: own, owner: call.caller.name, access: mode };
  state.agents.set(agent);
  return { status: 200, body: view(agent, state) };
}

function accessIn(given: object): Agent["access"] | undefined {
  const modes = z.object({ access_control: z.object({ access_mode: access }).optional(), visibility: access.optional() });
  const { access_control: control, visibility } = modes.parse(given);
  return control?.access_mode ?? visibility;
}

function update(call: Call, state: State): Reply {
  const before = agentOf(call, state);
  const { name, description, configuration: own, ...more } = parseBody(updateBody(state), call);
  const after: Agent = {
    ...before,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    configuration: { ...before.configuration, ...own },
    access: accessIn(more) ?? before.access,
  };
  state.agents.set(after);
  return { status: 200, body: view(after, state) };
}

function remove(call: Call, state: State): Reply {
  state.agents.delete(agentOf(call, state).id);
  return { status: 200, body: { success: true } };
}

const toolBody = z.object({
  id: z.string().min(1),
  type: z.enum(["mcp", "workflow", "esql", "index_search"]),
  description: z.string().default(""),
  configuration: z.record(z.string(), z.unknown()),
});

function toolView({ toolId, type, description, configuration: own }: Tool) {
  return { id: toolId, type, description, tags: [], configuration: own, readonly: false };
}

function listTools(call: Call, state: State): Reply {
  return { status: 200, body: { results: state.tools.inSpace(call.space).map(toolView) } };
}

function createTool(call: Call, state: State): Reply {
  const { id: toolId, ...given } = parseBody(toolBody, call);
  const tool: Tool = { ...given, id: storeId(call, toolId), space: call.space, toolId };
  if (state.tools.has(tool.id)) throw new Refusal(400, `Tool with id ${toolId} already exists`);
  state.tools.set(tool);
  return { status: 200, body: toolView(tool) };
}

const gate = {
  exists: ({ version }: State) => has(version, "agents"),
  feature: "agent_builder",
  refusal: (state: State) =>
    hasLicense(state, "enterprise") ? undefined : envelope(403, "Invalid license level. Agent Builder requires an enterprise license."),
} as const;
const reading = (route: Route) => behind({ ...gate, level: "read", privilege: "agentBuilder:read" }, route);
const writing = (route: Route) => behind({ ...gate, level: "all", privilege: "agentBuilder:write" }, route);

const agents = "/api/agent_builder/agents";
export const agentRoutes: readonly Route[] = [
  reading({ method: "GET", path: agents, handler: list }),
  writing({ method: "POST", path: agents, handler: create }),
  reading({ method: "GET", path: `${agents}/{id}`, handler: get }),
  writing({ method: "PUT", path: `${agents}/{id}`, handler: update }),
  writing({ method: "DELETE", path: `${agents}/{id}`, handler: remove }),
  reading({ method: "GET", path: "/api/agent_builder/tools", handler: listTools }),
  writing({ method: "POST", path: "/api/agent_builder/tools", handler: createTool }),
];
