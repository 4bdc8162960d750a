import { randomUUID } from "node:crypto";
import * as z from "zod";
import { notFound, Refusal } from "../http/envelope.ts";
import { parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { type CaseConfiguration, caseConnector, needOwner, owners, ownersFor, versionOf } from "./case.ts";

const query = z.strictObject({ owner: z.union([z.string(), z.array(z.string())]).optional() });

/** One row for each owner that has one. */
function list(call: Call, state: State): Reply {
  const { owner } = parseQuery(query, call);
  const wanted = owner === undefined ? undefined : [owner].flat();
  const readable = ownersFor(call, "case configurations", state);
  const found = state.caseConfigurations
    .inSpace(call.space)
    .filter((one) => readable.includes(one.owner) && (wanted === undefined || wanted.includes(one.owner)));
  return { status: 200, body: found.map((one) => view(one, state)) };
}

function view(one: CaseConfiguration, state: State) {
  return {
    id: one.id,
    version: versionOf(one),
    owner: one.owner,
    closure_type: one.closureType,
    connector: one.connector,
    mappings: [],
    error: null,
    ...(has(state.version, "templates of cases") && { customFields: [], templates: one.templates }),
    created_at: one.createdAt,
    created_by: { username: one.createdBy },
    updated_at: null,
    updated_by: null,
  };
}

const closureType = z.enum(["close-by-user", "close-by-pushing"]);
const templates = z
  .array(z.object({ key: z.string(), name: z.string(), caseFields: z.object({ connector: caseConnector.optional() }).nullable() }))
  .max(10);
const createBody = z.object({
  owner: z.enum(owners),
  connector: caseConnector,
  closure_type: closureType,
  templates: templates.default([]),
});

/** Takes the place of what the owner had. */
function create(call: Call, state: State): Reply {
  const given = parseBody(createBody, call);
  needOwner(call, "all", "create case-configure", given.owner, state);
  for (const { id, owner } of state.caseConfigurations.inSpace(call.space)) if (owner === given.owner) state.caseConfigurations.delete(id);
  const made: CaseConfiguration = {
    ...{ id: randomUUID(), space: call.space, owner: given.owner, closureType: given.closure_type, connector: given.connector },
    ...{ templates: given.templates, createdBy: call.caller.name, createdAt: new Date().toISOString(), revision: 1 },
  };
  state.caseConfigurations.set(made);
  return { status: 200, body: view(made, state) };
}

const updateBody = z.object({
  version: z.string(),
  connector: caseConnector.optional(),
  closure_type: closureType.optional(),
  templates: templates.optional(),
});

function update(call: Call, state: State): Reply {
  const given = parseBody(updateBody, call);
  const before = state.caseConfigurations.get(call.params.id ?? "");
  if (before?.space !== call.space) return notFound();
  needOwner(call, "all", "update case-configure", before.owner, state);
  if (given.version !== versionOf(before)) {
    throw new Refusal(409, "This configuration has been updated. Please refresh before saving additional updates.");
  }
  const after: CaseConfiguration = {
    ...before,
    ...(given.connector && { connector: given.connector }),
    ...(given.closure_type && { closureType: given.closure_type }),
    ...(given.templates && { templates: given.templates }),
    revision: before.revision + 1,
  };
  state.caseConfigurations.set(after);
  return { status: 200, body: view(after, state) };
}

export const caseConfigurationRoutes: readonly Route[] = [
  { method: "GET", path: "/api/cases/configure", handler: list },
  { method: "POST", path: "/api/cases/configure", handler: create },
  { method: "PATCH", path: "/api/cases/configure/{id}", handler: update },
];
