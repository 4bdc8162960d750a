import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { needActions } from "../http/privileges.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Outcome } from "../third-parties/outcome.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { savedConnector } from "./routes.ts";
import { runConnector } from "./run.ts";
import { refuseDisabled, refuseUnlicensed, registeredType } from "./types-api.ts";

const body = z.strictObject({ params: z.record(z.string(), z.unknown()) });

/** A failure of the connector itself is HTTP 200 with `status: error` (reference/kibana-api.md §3). */
async function execute(call: Call, state: State): Promise<Reply> {
  const { params } = parseBody(body, call);
  const { id = "" } = call.params;
  const inMemory = state.inMemory.find((candidate) => candidate.id === id);
  const type = inMemory?.type ?? state.connectors.get(id)?.type;
  needActions(call, "read", type === undefined ? "execute actions" : `execute a "${type}" action`);
  if (inMemory?.system) throw new Refusal(400, "Execution of system action is not allowed");
  const connector = inMemory ?? savedConnector(id, call.space, state);
  const row = await registeredType(connector.type, state);
  if (inMemory) refuseUnlicensed(row, state);
  else refuseDisabled(row, state);
  const outcome = await runConnector(connector, params, { space: call.space, source: "http_request" }, state);
  return { status: 200, body: { connector_id: id, ...resultView(outcome) } };
}

/** `service_message` in snake case, `errorSource` not, as in Kibana. */
function resultView(outcome: Outcome): Dict {
  if (outcome.status === "ok") return { status: "ok", ...("data" in outcome && { data: outcome.data }) };
  const { serviceMessage, ...rest } = outcome;
  return { ...rest, ...(serviceMessage !== undefined && { service_message: serviceMessage }) };
}

export const executeRoutes: readonly Route[] = [{ method: "POST", path: "/api/actions/connector/{id}/_execute", handler: execute }];
