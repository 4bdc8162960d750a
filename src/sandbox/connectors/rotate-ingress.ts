import { createHash, randomBytes } from "node:crypto";
import { Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { savedConnector } from "./routes.ts";

/** The only way to a token: create and update make none. The token of before stops working. */
function rotate(call: Call, state: State): Reply {
  needActions(call, "all", "update actions");
  const connector = savedConnector(call.params.id ?? "", call.space, state);
  if (!state.specTypes.get(connector.type)?.is_inbound_only)
    throw new Refusal(400, "This connector does not use inbound ingest credentials.");
  const token = `${randomBytes(8).toString("hex")}.${randomBytes(32).toString("base64url")}`;
  state.connectors.set({ ...connector, ingestTokenHash: createHash("sha256").update(token).digest("hex") });
  return { status: 200, body: { ingest_token: token } };
}

export const ingressRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/internal/actions/connector/{id}/_rotate_ingress",
    exists: ({ version }) => has(version, "inbound connectors"),
    handler: rotate,
  },
];
