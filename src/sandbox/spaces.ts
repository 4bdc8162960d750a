import * as z from "zod";
import { notFound, Refusal } from "./envelope.ts";
import { filled, parsePart } from "./request-schema.ts";
import type { Call, Reply, Route, Space, State } from "./types.ts";

const body = z.strictObject({
  id: z.string().regex(/^[a-z0-9_-]+$/, "must be lower case, a-z, 0-9, '_', and '-' are allowed"),
  name: filled,
  description: z.string().optional(),
  initials: z.string().max(2).optional(),
  color: z.string().optional(),
  disabledFeatures: z.array(z.string()).default([]),
  imageUrl: z.string().optional(),
  solution: z.string().optional(),
});

export const defaultSpace: Space = {
  id: "default",
  name: "Default",
  description: "This is your default space!",
  disabledFeatures: [],
  _reserved: true,
};

function create(call: Call, state: State): Reply {
  const space = parsePart(body, call.body, "body");
  if (state.spaces.has(space.id)) throw new Refusal(409, `A space with the identifier ${space.id} already exists.`);
  state.spaces.set(space.id, space);
  return { status: 200, body: space };
}

function get(call: Call, state: State): Reply {
  const space = state.spaces.get(call.params.id ?? "");
  return space ? { status: 200, body: space } : notFound();
}

/** A space takes everything in it along. */
function remove(call: Call, state: State): Reply {
  const space = state.spaces.get(call.params.id ?? "");
  if (!space) return notFound();
  if (space._reserved) throw new Refusal(400, `The ${space.id} space cannot be deleted because it is reserved.`);
  state.spaces.delete(space.id);
  for (const all of [state.connectors, state.rules]) {
    for (const [id, item] of all) if (item.space === space.id) all.delete(id);
  }
  return { status: 204 };
}

export const spaceRoutes: readonly Route[] = [
  { method: "GET", path: "/api/spaces/space", handler: (_call, state) => ({ status: 200, body: [...state.spaces.values()] }) },
  { method: "POST", path: "/api/spaces/space", handler: create },
  { method: "GET", path: "/api/spaces/space/{id}", handler: get },
  { method: "DELETE", path: "/api/spaces/space/{id}", handler: remove },
];
