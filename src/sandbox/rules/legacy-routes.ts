import { isPlainObject } from "../../plain-object.ts";
import { notFound } from "../http/envelope.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { findRoutes } from "./find.ts";
import { healthRoutes } from "./health.ts";
import { ruleRoutes } from "./routes.ts";

const renamed: Readonly<Record<string, string>> = {
  rule_type_id: "alertTypeId",
  connector_type_id: "actionTypeId",
  muted_alert_ids: "mutedInstanceIds",
};
const modern: Readonly<Record<string, string>> = { alertTypeId: "rule_type_id", notifyWhen: "notify_when" };

/** All keys, but not those that the author of a rule chose. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const name = renamed[key] ?? key.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (key === "_deprecated") return [key, String(item).replace("alerting_framework_health", "alertingFrameworkHealth")];
    return [name, key === "params" ? item : camel(item)];
  });
  return Object.fromEntries(entries);
}

/** The rule as today's routes take it. */
function snake(body: unknown): unknown {
  if (!isPlainObject(body)) return body;
  const entries = Object.entries(body).map(([key, value]) => [modern[key] ?? key, value]);
  const { actions, ...rule } = Object.fromEntries(entries);
  if (!Array.isArray(actions)) return { ...rule, ...(actions !== undefined && { actions }) };
  return { ...rule, actions: actions.map(({ actionTypeId: _type, ...action }) => action) };
}

/** A route from before 7.13, removed in 9.0: today's answer in the words of then. */
function legacy(method: Route["method"], path: string, of: string): Route {
  const route = [...ruleRoutes, ...findRoutes, ...healthRoutes].find((one) => one.method === method && one.path === of);
  return {
    method,
    path,
    async handler(call: Call, state: State): Promise<Reply> {
      if (has(state.version, "no routes from before 7.13") || !route) return notFound();
      const { status, body } = await route.handler({ ...call, body: snake(call.body) }, state);
      return { status, ...(body !== undefined && { body: camel(body) }) };
    },
  };
}

const [one, today] = ["/api/alerts/alert/{id}", "/api/alerting/rule/{id}"];
export const legacyRuleRoutes: readonly Route[] = [
  legacy("POST", "/api/alerts/alert", "/api/alerting/rule"),
  legacy("POST", one, today),
  legacy("GET", one, today),
  legacy("PUT", one, today),
  legacy("DELETE", one, today),
  legacy("GET", "/api/alerts/_find", "/api/alerting/rules/_find"),
  legacy("GET", "/api/alerts/_health", "/api/alerting/_health"),
  legacy("GET", "/api/alerts/list_alert_types", "/api/alerting/rule_types"),
];
