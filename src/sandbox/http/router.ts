import { capabilityRoutes } from "../capabilities.ts";
import { executeRoutes } from "../connectors/execute.ts";
import { executionLogRoutes } from "../connectors/execution-log.ts";
import { exportRoutes } from "../connectors/export.ts";
import { importRoutes } from "../connectors/import.ts";
import { legacyRoutes } from "../connectors/legacy-routes.ts";
import { connectorRoutes } from "../connectors/routes.ts";
import { typeRoutes } from "../connectors/types-api.ts";
import { otherUserRoutes } from "../other-users.ts";
import { findRoutes } from "../rules/find.ts";
import { ruleRoutes } from "../rules/routes.ts";
import { spaceRoutes } from "../spaces.ts";
import { statusRoutes } from "../status.ts";
import type { Route } from "../types.ts";
import { currentUserRoutes } from "./current-user.ts";

const routes = [
  ...statusRoutes,
  ...spaceRoutes,
  ...capabilityRoutes,
  ...currentUserRoutes,
  ...typeRoutes,
  ...connectorRoutes,
  ...legacyRoutes,
  ...executeRoutes,
  ...findRoutes,
  ...ruleRoutes,
  ...executionLogRoutes,
  ...exportRoutes,
  ...importRoutes,
  ...otherUserRoutes,
].map((route) => ({
  ...route,
  segments: route.path.split("/"),
}));

interface Match {
  route: Route;
  params: Record<string, string>;
}

/** The route of a path without its space, and the values of its `{names}`. */
export function matchRoute(method: string, path: string): Match | undefined {
  const given = path.split("/");
  const route = routes.find(
    (candidate) =>
      candidate.method === method &&
      candidate.segments.length === given.length &&
      candidate.segments.every((segment, at) => (segment.startsWith("{") ? given[at] !== "" : segment === given[at])),
  );
  if (!route) return undefined;
  const named = route.segments.flatMap((segment, at) =>
    segment.startsWith("{") ? [[segment.slice(1, -1), decoded(given[at] ?? "")]] : [],
  );
  return { route, params: Object.fromEntries(named) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `/s/{space}` in front of the path; an unknown space is not refused (reference/kibana-api.md §0). */
export function splitSpace(path: string): { space: string; path: string } {
  const [, space, rest] = /^\/s\/([a-z0-9_-]+)(\/.*)$/.exec(path) ?? [];
  return space && rest ? { space, path: rest } : { space: "default", path };
}
