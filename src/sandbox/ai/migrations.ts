import { randomUUID } from "node:crypto";
import * as z from "zod";
import { envelope, Refusal } from "../http/envelope.ts";
import { behind, hasLicense } from "../http/gate.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

const kinds = ["rules", "dashboards", "workflows"] as const;

/** An automatic migration of Elastic Security, which waits for good once it was started. */
export interface Migration {
  id: string;
  space: string;
  kind: (typeof kinds)[number];
  name: string;
  status: "ready" | "running" | "stopped";
  connectorId?: string;
  createdAt: string;
}

const named = z.object({ name: z.string().min(1) });
/** Before it had a document of its own: the rules themselves. */
const originals = z.array(z.object({})).min(1);
const started = z.object({ settings: z.object({ connector_id: z.string() }) });
const startedBefore = z.object({ connector_id: z.string() });

function create(kind: Migration["kind"], call: Call, state: State): Reply {
  const withName = has(state.version, "last execution of migrations");
  if (!withName) parseBody(originals, call);
  const name = withName ? parseBody(named, call).name : "";
  const made: Migration = { ...{ id: randomUUID(), space: call.space, kind, name, status: "ready" }, createdAt: new Date().toISOString() };
  state.migrations.set(made);
  return { status: 200, body: { migration_id: made.id } };
}

function found(kind: Migration["kind"], call: Call, state: State): Migration {
  const one = state.migrations.get(call.params.id ?? "");
  if (one?.space !== call.space || one.kind !== kind) throw new Refusal(404, `No Migration found with id: ${call.params.id}`);
  return one;
}

function start(kind: Migration["kind"], call: Call, state: State): Reply {
  const one = found(kind, call, state);
  const connectorId = has(state.version, "last execution of migrations")
    ? parseBody(started, call).settings.connector_id
    : parseBody(startedBefore, call).connector_id;
  if (state.connectors.get(connectorId) === undefined) return envelope(400, `Saved object [action/${connectorId}] not found`);
  state.migrations.set({ ...one, status: "running", connectorId });
  return { status: 200, body: { started: one.status !== "running" } };
}

function stop(kind: Migration["kind"], call: Call, state: State): Reply {
  state.migrations.set({ ...found(kind, call, state), status: "stopped" });
  return { status: 200, body: { stopped: true } };
}

function remove(kind: Migration["kind"], call: Call, state: State): Reply {
  state.migrations.delete(found(kind, call, state).id);
  return { status: 200 };
}

function stats(kind: Migration["kind"], { space }: Call, state: State): Reply {
  const all = state.migrations.inSpace(space).filter((one) => one.kind === kind);
  return { status: 200, body: all.map((one) => statsOf(one, state)) };
}

function statsOf({ id, name, status, connectorId, createdAt }: Migration, { version }: State) {
  const last = { connector_id: connectorId, started_at: createdAt, finished_at: null, is_stopped: status === "stopped" };
  const items = { total: 10, pending: status === "ready" ? 10 : 8, processing: status === "running" ? 1 : 0, completed: 1, failed: 0 };
  return {
    ...{ id, status, items, created_at: createdAt, last_updated_at: createdAt },
    ...(has(version, "last execution of migrations") && { name, ...(connectorId !== undefined && { last_execution: last }) }),
  };
}

/** siem_migrations/common/api/util/with_license.ts */
function unlicensed(state: State): Reply | undefined {
  return hasLicense(state, "enterprise") ? undefined : envelope(403, "Your license does not support this feature.");
}

type Handler = (kind: Migration["kind"], call: Call, state: State) => Reply;

function routesOf(kind: Migration["kind"]): Route[] {
  const root = `/internal/siem_migrations/${kind}`;
  const isThere = ({ version }: State) => has(version, `automatic migrations of ${kind}`);
  const isNew = ({ version }: State) => has(version, "last execution of migrations");
  const route = (method: Route["method"], path: string, handler: Handler, exists: (state: State) => boolean = () => true): Route =>
    behind(
      {
        exists: (state) => isThere(state) && exists(state),
        ...{ feature: "siem_migrations", level: "all", privilege: "securitySolution-siemMigrationsAll", refusal: unlicensed },
      },
      { method, path, internalVersion: "1", handler: (call, state) => handler(kind, call, state) },
    );
  const isOld = (state: State) => !isNew(state);
  return [
    route("GET", `${root}/stats`, stats),
    route("PUT", root, create, isNew),
    route("POST", root, create, isOld),
    route("DELETE", `${root}/{id}`, remove, isNew),
    ...(["PUT", "POST"] as const).flatMap((method) => [
      route(method, `${root}/{id}/start`, start, method === "POST" ? isNew : isOld),
      route(method, `${root}/{id}/stop`, stop, method === "POST" ? isNew : isOld),
    ]),
  ];
}

export const migrationRoutes: readonly Route[] = kinds.flatMap(routesOf);
