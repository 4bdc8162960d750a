import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { jsonText, parseBody, parseQuery } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { type Case, caseConnector, needOwner, owners, ownersFor, versionOf } from "./case.ts";

const status = z.enum(["open", "in-progress", "closed"]);
const texts = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
const findQuery = z.object({
  page: z.coerce.number().min(1).default(1),
  perPage: z.coerce.number().min(1).max(100).default(20),
  owner: texts.optional(),
  status: texts.optional(),
});

/** Cannot look for a connector: whoever wants to know pages through. */
function find(call: Call, state: State): Reply {
  const { page, perPage, owner, status: wanted } = parseQuery(findQuery, call);
  const readable = ownersFor(call, "cases", state);
  const all = state.cases
    .inSpace(call.space)
    .filter((one) => readable.includes(one.owner) && (owner === undefined || owner.includes(one.owner)));
  const found = all.filter((one) => wanted === undefined || wanted.includes(one.status));
  const count = (of: Case["status"]) => all.filter((one) => one.status === of).length;
  return {
    status: 200,
    body: {
      cases: found.slice((page - 1) * perPage, page * perPage).map(view),
      page,
      per_page: perPage,
      total: found.length,
      count_open_cases: count("open"),
      count_in_progress_cases: count("in-progress"),
      count_closed_cases: count("closed"),
    },
  };
}

function view(one: Case) {
  const { id, owner, title, status: now, connector, createdBy, createdAt } = one;
  const about = { description: "", tags: [], severity: "low", assignees: [], customFields: [], settings: { syncAlerts: true } };
  const counts = { totalAlerts: 0, totalComment: 0, external_service: null, duration: null };
  const people = { created_at: createdAt, created_by: { username: createdBy }, updated_at: null, updated_by: null };
  return { id, version: versionOf(one), owner, title, status: now, connector, ...about, ...counts, ...people };
}

function get(call: Call, state: State): Reply {
  const one = caseOf(call.params.id ?? "", call, state);
  needOwner(call, "read", "access case", one.owner, state);
  return { status: 200, body: view(one) };
}

function caseOf(id: string, call: Call, state: State): Case {
  const one = state.cases.get(id);
  if (one?.space !== call.space) throw new Refusal(404, `Saved object [cases/${id}] not found`);
  return one;
}

const createBody = z.object({ title: z.string().min(1), owner: z.enum(owners), connector: caseConnector });

function create(call: Call, state: State): Reply {
  const { title, owner, connector } = parseBody(createBody, call);
  needOwner(call, "all", "create case", owner, state);
  const made: Case = {
    ...{ id: randomUUID(), space: call.space, owner, title, status: "open", connector, revision: 1 },
    ...{ createdBy: call.caller.name, createdAt: new Date().toISOString() },
  };
  state.cases.set(made);
  return { status: 200, body: view(made) };
}

const change = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string().optional(),
  status: status.optional(),
  connector: caseConnector.optional(),
});
const updateBody = z.object({ cases: z.array(change).min(1).max(100) });

function update(call: Call, state: State): Reply {
  const changed = parseBody(updateBody, call).cases.map(({ version, title, status: next, connector, id }) => {
    const before = caseOf(id, call, state);
    needOwner(call, "all", "update cases", before.owner, state);
    if (version !== versionOf(before)) {
      throw new Refusal(409, `These cases ${id} has been updated. Please refresh before saving additional updates.`);
    }
    const given = { ...(title !== undefined && { title }), ...(next !== undefined && { status: next }), ...(connector && { connector }) };
    return { ...before, ...given, revision: before.revision + 1 };
  });
  for (const one of changed) state.cases.set(one);
  return { status: 200, body: changed.map(view) };
}

const removeQuery = z.strictObject({ ids: jsonText(z.array(z.string()).min(1)) });

function remove(call: Call, state: State): Reply {
  const found = parseQuery(removeQuery, call).ids.map((id) => caseOf(id, call, state));
  for (const one of found) needOwner(call, "all", "delete case", one.owner, state);
  for (const { id } of found) state.cases.delete(id);
  return { status: 204 };
}

export const caseRoutes: readonly Route[] = [
  { method: "GET", path: "/api/cases/_find", handler: find },
  { method: "POST", path: "/api/cases", handler: create },
  { method: "PATCH", path: "/api/cases", handler: update },
  { method: "DELETE", path: "/api/cases", handler: remove },
  { method: "GET", path: "/api/cases/{id}", handler: get },
];
