import { isOn } from "../advanced-settings.ts";
import { behind } from "../http/gate.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** Whether policies are scoped by tags and an expression; 9.5 has one KQL text (reference/workflows-and-policies.md §4.1). */
export const scopesByTags = ({ version, flavour }: State) => flavour === "serverless" || has(version, "policies by tags");

/** The envelope of these routes: no `statusCode`, a `code` instead. */
export function problem(status: number, code: string, error: string, message: string, details?: object): Reply {
  return { status, body: { code, error, message, ...(details && { details }) } };
}

/** On every route, after the privilege: base_alerting_route.ts. */
function refusal(state: State, call: Call): Reply | undefined {
  if (isOn("alerting:v2:enabled", call.space, state)) return undefined;
  return problem(503, "ALERTING_DISABLED", "Service Unavailable", "Alerting is disabled.");
}

const exists = ({ version }: State) => has(version, "new alerting");

export function policyRoute(level: "read" | "all", route: Route): Route {
  const privilege = `${level === "read" ? "read" : "manage"}_alerting-v2-action-policies`;
  return behind({ exists, feature: "action_policies", level, privilege, refusal }, route);
}

export function v2RuleRoute(level: "read" | "all", route: Route): Route {
  const privilege = `${level === "read" ? "read" : "manage"}_alerting-v2-rules`;
  return behind({ exists, feature: "v2_rules", level, privilege, refusal }, route);
}
