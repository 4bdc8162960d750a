import type { Call, Reply, Route, State } from "./types.ts";
import { atLeast } from "./version.ts";

type Since = [major: number, minor: number];

/** What besides rules can use a connector: nothing of it is there. */
function empty(path: string, body: unknown, since: Since = [8, 0], method: Route["method"] = "GET"): Route {
  const handler = (_call: Call, { version }: State): Reply =>
    atLeast(version, ...since)
      ? { status: 200, body }
      : { status: 404, body: { statusCode: 404, error: "Not Found", message: "Not Found" } };
  return { method, path, handler };
}

const noPage = { page: 1, size: 100, total: 0, results: [] };

export const otherUserRoutes: readonly Route[] = [
  empty("/api/workflows", noPage, [9, 4]),
  empty("/api/workflows/search", noPage, [9, 3], "POST"),
  empty("/api/alerting/v2/action_policies", { items: [], total: 0, page: 1, per_page: 100 }, [9, 5]),
  empty("/api/cases/configure", []),
  empty("/api/cases/_find", { cases: [], page: 1, per_page: 100, total: 0 }),
  empty("/api/agent_builder/agents", { results: [] }, [9, 2]),
  empty("/api/agent_builder/tools", { results: [] }, [9, 2]),
  empty("/api/attack_discovery/schedules/_find", { page: 1, per_page: 100, total: 0, data: [] }, [9, 1]),
  empty("/internal/kibana/settings", { settings: {} }),
  empty("/api/security_ai_assistant/current_user/conversations/_find", { page: 1, perPage: 100, total: 0, data: [] }, [8, 16]),
  empty("/api/synthetics/settings", { defaultConnectors: [] }),
  empty("/api/uptime/settings", { defaultConnectors: [] }),
];
