import { notFound, Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { savedConnector } from "./routes.ts";

const types = [".webhook", ".cases-webhook", ".mcp", ".http"];

/** The names of a connector's secret headers, for its form: stack_connectors/server/routes/get_webhook_secret_headers_key.ts. */
function names(call: Call, state: State): Reply {
  if (!has(state.version, "secret headers of webhooks")) return notFound();
  needActions(call, "read", "get actions");
  const { id = "" } = call.params;
  const { type, secrets } = state.inMemory.find((one) => one.id === id) ?? savedConnector(id, call.space, state);
  if (!types.includes(type)) throw new Refusal(400, `Connector must be one of the following types: ${types.join(", ")}`);
  return { status: 200, body: Object.keys(Object(secrets.secretHeaders)) };
}

export const secretHeaderRoutes: readonly Route[] = [
  { method: "GET", path: "/internal/stack_connectors/{id}/secret_headers", handler: names },
];
