import { isPlainObject } from "../../plain-object.ts";
import { notFound, Refusal } from "../http/envelope.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { executeRoutes } from "./execute.ts";
import { connectorRoutes } from "./routes.ts";
import { typeRoutes } from "./types-api.ts";

/** The routes from before 7.13, removed in 9.0 (reference/kibana-api.md §1): the same answers in camel case. */
const renamed: Readonly<Record<string, string>> = { connector_type_id: "actionTypeId", connector_id: "actionId" };
const modern: Readonly<Record<string, string>> = { actionTypeId: "connector_type_id" };

function camel(key: string): string {
  return renamed[key] ?? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function withKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withKeys(item, rename));
  return isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), item])) : value;
}

function legacy(method: Route["method"], path: string, of: string): Route {
  const route = [...connectorRoutes, ...typeRoutes, ...executeRoutes].find((one) => one.method === method && one.path === of);
  return {
    method,
    path,
    async handler(call: Call, state: State): Promise<Reply> {
      if (has(state.version, "no routes from before 7.13") || !route) return notFound();
      const { status, body } = await asked(route, call, state);
      return { status, ...(body !== undefined && { body: withKeys(body, camel) }) };
    },
  };
}

/** Asks the route of today; what it refuses is named as the caller named it. */
async function asked(route: Route, call: Call, state: State): Promise<Reply> {
  if (isPlainObject(call.body) && "connector_type_id" in call.body) throw unknownKey(call.body);
  try {
    return await route.handler({ ...call, body: withKeys(call.body, (key) => modern[key] ?? key) }, state);
  } catch (error) {
    if (error instanceof Refusal)
      throw new Refusal(error.status, error.message.replaceAll("connector_type_id", "actionTypeId"), error.attributes);
    throw error;
  }
}

function unknownKey(body: Dict): Refusal {
  const missing = ["name", "actionTypeId"].find((key) => body[key] === undefined);
  const what = missing ? `[request body.${missing}]: expected value of type [string] but got [undefined]` : undefined;
  return new Refusal(400, what ?? "[request body.connector_type_id]: definition for this key is missing");
}

const one = "/api/actions/connector/{id}";
export const legacyRoutes: readonly Route[] = [
  legacy("GET", "/api/actions", "/api/actions/connectors"),
  legacy("GET", "/api/actions/list_action_types", "/api/actions/connector_types"),
  legacy("POST", "/api/actions/action", "/api/actions/connector"),
  legacy("GET", "/api/actions/action/{id}", one),
  legacy("PUT", "/api/actions/action/{id}", one),
  legacy("DELETE", "/api/actions/action/{id}", one),
  legacy("POST", "/api/actions/action/{id}/_execute", `${one}/_execute`),
];
