import { notFound } from "../http/envelope.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { connectorRoutes } from "./routes.ts";
import { typeRoutes } from "./types-api.ts";

/** The routes from before 7.13, removed in 9.0 (reference/kibana-api.md §1): the same answers in camel case. */
const renamed: Readonly<Record<string, string>> = { connector_type_id: "actionTypeId" };

function camel(key: string): string {
  return renamed[key] ?? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function legacy(path: string, of: string, routes: readonly Route[]): Route {
  return {
    method: "GET",
    path,
    async handler(call: Call, state: State): Promise<Reply> {
      const route = routes.find((one) => one.method === "GET" && one.path === of);
      if (has(state.version, "no routes from before 7.13") || !route) return notFound();
      const { status, body } = await route.handler(call, state);
      const rows = Array.isArray(body) ? body : [];
      return {
        status,
        body: rows.map((row: object) => Object.fromEntries(Object.entries(row).map(([key, value]) => [camel(key), value]))),
      };
    },
  };
}

export const legacyRoutes: readonly Route[] = [
  legacy("/api/actions", "/api/actions/connectors", connectorRoutes),
  legacy("/api/actions/list_action_types", "/api/actions/connector_types", typeRoutes),
];
