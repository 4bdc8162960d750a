import { randomUUID } from "node:crypto";
import * as z from "zod";
import { envelope, Refusal } from "../http/envelope.ts";
import { behind, hasLicense } from "../http/gate.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** A conversation with the Security assistant, and the model that it was held with. */
export interface Conversation {
  id: string;
  space: string;
  title: string;
  owner: string;
  apiConfig: { connectorId: string; actionTypeId: string };
  createdAt: string;
}

const findQuery = z.object({
  page: z.coerce.number().min(1).default(1),
  per_page: z.coerce.number().min(0).default(20),
});

/** Those of other people can be listed by nobody. */
function find(call: Call, state: State): Reply {
  const { page, per_page: perPage } = parseQuery(findQuery, call);
  const own = state.conversations.inSpace(call.space).filter(({ owner }) => owner === call.caller.name);
  return { status: 200, body: { page, perPage, total: own.length, data: own.slice((page - 1) * perPage, page * perPage).map(view) } };
}

function view({ id, title, owner, apiConfig, createdAt, space }: Conversation) {
  const people = { users: [{ name: owner }], createdBy: { name: owner }, createdAt, updatedAt: createdAt, timestamp: createdAt };
  return { id, title, category: "assistant", namespace: space, apiConfig, messages: [], replacements: {}, ...people };
}

const createBody = z.object({
  title: z.string(),
  apiConfig: z.object({ connectorId: z.string(), actionTypeId: z.string() }),
});

function create(call: Call, state: State): Reply {
  const { title, apiConfig } = parseBody(createBody, call);
  const owner = call.caller.name;
  const made: Conversation = { id: randomUUID(), space: call.space, title, owner, apiConfig, createdAt: new Date().toISOString() };
  state.conversations.set(made);
  return { status: 200, body: view(made) };
}

function remove(call: Call, state: State): Reply {
  const { id = "" } = call.params;
  const found = state.conversations.get(id);
  if (found?.space !== call.space || found.owner !== call.caller.name) throw new Refusal(404, `conversation id: "${id}" not found`);
  state.conversations.delete(id);
  return { status: 200, body: {} };
}

/** elastic_assistant/server/routes/helpers.ts */
export function withoutAssistant(state: State): Reply | undefined {
  if (hasLicense(state, "enterprise")) return undefined;
  return envelope(403, "Your license does not support AI Assistant. Please upgrade your license.");
}

const gate = {
  exists: ({ version }: State) => has(version, "conversations with the assistant"),
  feature: "assistant",
  privilege: "securitySolution-elasticAssistant",
  refusal: withoutAssistant,
} as const;
const root = "/api/security_ai_assistant/current_user/conversations";
export const conversationRoutes: readonly Route[] = [
  behind({ ...gate, level: "read" }, { method: "GET", path: `${root}/_find`, handler: find }),
  behind({ ...gate, level: "all" }, { method: "POST", path: root, handler: create }),
  behind({ ...gate, level: "all" }, { method: "DELETE", path: `${root}/{id}`, handler: remove }),
];
