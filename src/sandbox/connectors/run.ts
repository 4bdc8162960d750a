import { keepIncident, openIncident } from "../third-parties/incidents.ts";
import { runThirdParty } from "../third-parties/index.ts";
import type { Outcome, Run } from "../third-parties/outcome.ts";
import type { Connector, Dict, InMemoryConnector, State } from "../types.ts";
import type { Execution } from "./executions.ts";
import { logExecution } from "./executions.ts";
import { runSpecAction } from "./spec-types.ts";
import { blamed, checkSubAction } from "./sub-actions.ts";
import { checkConnector, checkParams } from "./validate.ts";

interface Occasion {
  space: string;
  source: Execution["source"];
  delayMs?: number;
}

/**
 * Runs a connector for a caller or a rule. A failure of the connector itself is an outcome; one of validation leaves no
 * entry in the execution log (reference/kibana-api.md §3, §8.1).
 */
export async function runConnector(
  connector: Connector | InMemoryConnector,
  params: Dict,
  { space, source, delayMs = 0 }: Occasion,
  state: State,
): Promise<Outcome> {
  const { type } = connector;
  const validParams = await checkParams(type, params, state);
  if (!validParams.ok) return { status: "error", message: validParams.problem, retry: false, errorSource: blamed(state.version) };
  const valid = await checkConnector(type, connector.config, connector.secrets, state);
  if (!valid.ok) return { status: "error", message: valid.problem, retry: false, errorSource: "framework" };
  const at = Date.now();
  const checked = await checkSubAction(connector, validParams.value, state);
  const outcome =
    "failure" in checked ? checked.failure : await callThirdParty({ ...connector, ...valid.value, ...checked, space, source }, state);
  logExecution(connector, outcome, { at, source, space, delayMs }, state);
  return outcome;
}

async function callThirdParty(
  { id, type, config, secrets, params, space, source }: Omit<Run, "settings" | "version" | "wording" | "deliver" | "tokens" | "open">,
  { settings, version, wording, deliver, tokens, ...state }: State,
): Promise<Outcome> {
  const run: Run = { id, type, config, secrets, params, space, source, settings, version, wording, deliver, tokens };
  const open = openIncident(run, state.incidents);
  const outcome = state.specTypes.has(type) ? runSpecAction(run) : await runThirdParty({ ...run, ...(open && { open }) });
  if (outcome.status === "error") return outcome;
  keepIncident(run, space, outcome.data, state.incidents);
  if (outcome.effect) {
    const { summary, what } = withoutSecrets(outcome.effect, secrets);
    state.deliveries.push({ at: new Date().toISOString(), connector_id: id, space, type, summary, what });
  }
  return outcome;
}

/** A message may quote a secret: deliveries are kept without it. */
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
