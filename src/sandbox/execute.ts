import * as z from "zod";
import { savedConnector } from "./connectors.ts";
import { Refusal } from "./envelope.ts";
import type { Outcome } from "./outcome.ts";
import { parsePart } from "./request-schema.ts";
import { runThirdParty } from "./third-parties.ts";
import type { Call, Dict, Reply, Route, State } from "./types.ts";
import { refuseUnlicensed, registeredType } from "./types-api.ts";
import { checkConnector, checkParams } from "./validate.ts";

const body = z.strictObject({ params: z.record(z.string(), z.unknown()) });

/** Whatever the connector itself gets wrong is HTTP 200 with `status: error` (reference/kibana-api.md §3). */
async function execute(call: Call, state: State): Promise<Reply> {
  const { params } = parsePart(body, call.body, "body");
  const { id = "" } = call.params;
  const inMemory = state.inMemory.find((candidate) => candidate.id === id);
  if (inMemory?.system) throw new Refusal(400, "Execution of system action is not allowed");
  const connector = inMemory ?? savedConnector(id, call.space, state);
  refuseUnlicensed(await registeredType(connector.type), state);

  const validParams = await checkParams(connector.type, params, state);
  if (!validParams.ok) return invalid(id, validParams.problem, "user");
  const valid = await checkConnector(connector.type, connector.config, connector.secrets, state);
  if (!valid.ok) return invalid(id, valid.problem, "framework");

  const run = { id, type: connector.type, ...valid.value, params: validParams.value, kibanaUrl: state.url, deliver: state.deliver };
  const outcome = await runThirdParty(run);
  if (outcome.status === "ok" && outcome.effect) {
    const { summary, what } = withoutSecrets(outcome.effect, connector.secrets);
    state.deliveries.push({ at: new Date().toISOString(), connector_id: id, space: call.space, type: connector.type, summary, what });
  }
  return { status: 200, body: { connector_id: id, ...resultView(outcome) } };
}

function invalid(id: string, message: string, errorSource: "user" | "framework"): Reply {
  return { status: 200, body: { connector_id: id, status: "error", message, retry: false, errorSource } };
}

/** `service_message` in snake case, `errorSource` not: so it is in Kibana. */
function resultView(outcome: Outcome): Dict {
  if (outcome.status === "ok") return { status: "ok", ...("data" in outcome && { data: outcome.data }) };
  const { serviceMessage, ...rest } = outcome;
  return { ...rest, ...(serviceMessage !== undefined && { service_message: serviceMessage }) };
}

/** A message may quote a secret: what the outside world saw is kept without it. */
function withoutSecrets<T>(effect: T, secrets: Dict): T {
  const values = textsIn(secrets).filter((text) => text.length >= 4);
  const clean = (_key: string, value: unknown) =>
    typeof value === "string" ? values.reduce((text, secret) => text.replaceAll(secret, "[secret]"), value) : value;
  return JSON.parse(JSON.stringify(effect, clean));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}

export const executeRoutes: readonly Route[] = [{ method: "POST", path: "/api/actions/connector/{id}/_execute", handler: execute }];
