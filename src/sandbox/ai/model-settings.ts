import { randomUUID } from "node:crypto";
import * as z from "zod";
import { envelope, Refusal } from "../http/envelope.ts";
import { behind, hasLicense } from "../http/gate.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** A playground that somebody saved. */
export interface Playground {
  id: string;
  space: string;
  data: { name: string; summarizationModel?: { connectorId: string; modelId?: string | undefined } | undefined };
}

/** Both are kept for each space. */
export const modelSettings = ["features", "significant events"] as const;

const keyOf = (kind: (typeof modelSettings)[number], { space }: Pick<Call, "space">) => `${kind} ${space}`;

const features = z.strictObject({
  features: z
    .array(
      z.strictObject({
        feature_id: z.string().min(1).max(256),
        endpoints: z.array(z.strictObject({ id: z.string().min(1).max(256) })).max(30),
      }),
    )
    .max(30),
});

function readFeatures(call: Call, state: State): Reply {
  const data = state.modelSettings.get(keyOf("features", call)) ?? { features: [] };
  return { status: 200, body: { _meta: { id: "default" }, data } };
}

function writeFeatures(call: Call, state: State): Reply {
  state.modelSettings.set(keyOf("features", call), parseBody(features, call));
  return readFeatures(call, state);
}

const significantEvents = z.object({
  connectorIdKnowledgeIndicatorExtraction: z.string().optional(),
  connectorIdRuleGeneration: z.string().optional(),
  connectorIdDiscovery: z.string().optional(),
  indexPatterns: z.string().optional(),
});

function readEvents(call: Call, state: State): Reply {
  return { status: 200, body: { ...state.modelSettings.get(keyOf("significant events", call)), indexPatternsResolved: ["logs*"] } };
}

/** What is left out stays; an empty text takes it back. */
function writeEvents(call: Call, state: State): Reply {
  const key = keyOf("significant events", call);
  const all = { ...state.modelSettings.get(key), ...parseBody(significantEvents, call) };
  state.modelSettings.set(key, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
  return { status: 200, body: { success: true } };
}

const playground = z.object({
  name: z.string().min(1),
  indices: z.array(z.string()).min(1),
  queryFields: z.record(z.string(), z.array(z.string()).min(1)),
  elasticsearchQueryJSON: z.string(),
  prompt: z.string().optional(),
  summarizationModel: z.object({ connectorId: z.string(), modelId: z.string().optional() }).optional(),
});
const listQuery = z.object({ page: z.coerce.number().min(1).default(1), size: z.coerce.number().min(1).max(1000).default(10) });

function listPlaygrounds(call: Call, state: State): Reply {
  const { page, size } = parseQuery(listQuery, call);
  const all = state.playgrounds.inSpace(call.space);
  const items = all.slice((page - 1) * size, page * size).map(({ id, data: { name } }) => ({ id, name }));
  return { status: 200, body: { _meta: { total: all.length, page, size }, items } };
}

function getPlayground(call: Call, state: State): Reply {
  const { id = "" } = call.params;
  const found = state.playgrounds.get(id);
  if (found?.space !== call.space) throw new Refusal(404, `${id} playground not found`);
  return { status: 200, body: playgroundView(found) };
}

function createPlayground(call: Call, state: State): Reply {
  const made: Playground = { id: randomUUID(), space: call.space, data: parseBody(playground, call) };
  state.playgrounds.set(made);
  return { status: 200, body: playgroundView(made) };
}

function deletePlayground(call: Call, state: State): Reply {
  state.playgrounds.delete(call.params.id ?? "");
  return { status: 200, body: {} };
}

function playgroundView({ id, data }: Playground): Dict {
  return { _meta: { id }, data };
}

/** streams, assert_significant_events_access.ts */
function withoutEvents(state: State): Reply | undefined {
  return hasLicense(state, "enterprise") ? undefined : envelope(403, "Significant events requires an enterprise license");
}

const ofFeatures = { exists: ({ version }: State) => has(version, "model settings of features"), feature: "inference_settings" } as const;
const ofEvents = {
  exists: ({ version }: State) => has(version, "significant events"),
  feature: "streams",
  refusal: withoutEvents,
} as const;
const ofPlaygrounds = {
  exists: ({ version }: State) => has(version, "saved playgrounds"),
  feature: "playground",
  privilege: "searchPlayground",
} as const;
const [featuresPath, eventsPath] = ["/internal/search_inference_endpoints/settings", "/internal/streams/_significant_events/settings"];
const playgrounds = "/internal/search_playground/playgrounds";
const one = `${playgrounds}/{id}`;
const internalVersion = "1";

export const modelSettingRoutes: readonly Route[] = [
  behind(
    { ...ofFeatures, level: "read", privilege: "read_searchInferenceEndpoints" },
    { method: "GET", path: featuresPath, internalVersion, handler: readFeatures },
  ),
  behind(
    { ...ofFeatures, level: "all", privilege: "manage_searchInferenceEndpoints" },
    { method: "PUT", path: featuresPath, internalVersion, handler: writeFeatures },
  ),
  behind({ ...ofEvents, level: "read", privilege: "read_stream" }, { method: "GET", path: eventsPath, handler: readEvents }),
  behind({ ...ofEvents, level: "all", privilege: "manage_stream" }, { method: "PUT", path: eventsPath, handler: writeEvents }),
  behind({ ...ofPlaygrounds, level: "read" }, { method: "GET", path: playgrounds, internalVersion, handler: listPlaygrounds }),
  behind({ ...ofPlaygrounds, level: "read" }, { method: "GET", path: one, internalVersion, handler: getPlayground }),
  behind({ ...ofPlaygrounds, level: "all" }, { method: "PUT", path: playgrounds, internalVersion, handler: createPlayground }),
  behind({ ...ofPlaygrounds, level: "all" }, { method: "DELETE", path: one, internalVersion, handler: deletePlayground }),
];
