import { keepIncident, openIncident } from "../third-parties/incidents.ts";
import { runThirdParty } from "../third-parties/index.ts";
import type { Outcome, Run } from "../third-parties/outcome.ts";
import type { Connector, Dict, InMemoryConnector, State } from "../types.ts";
import type { Execution } from "./executions.ts";
import { logExecution } from "./executions.ts";
import { checkConnector, checkParams } from "./validate.ts";

/**
 * Runs a connector for a caller or a rule. A failure of the connector itself is an outcome; one of validation leaves no
 * entry in the execution log (reference/kibana-api.md §3, §8.1).
 */
export async function runConnector(
  connector: Connector | InMemoryConnector,
  params: Dict,
  { space, source, delayMs = 0 }: { space: string; source: Execution["source"]; delayMs?: number },
  state: State,
): Promise<Outcome> {
  const { id, type } = connector;
  const validParams = await checkParams(type, params, state);
  if (!validParams.ok) return { status: "error", message: validParams.problem, retry: false, errorSource: "user" };
  const valid = await checkConnector(type, connector.config, connector.secrets, state);
  if (!valid.ok) return { status: "error", message: valid.problem, retry: false, errorSource: "framework" };

  const at = Date.now();
  const run: Run = { id, type, ...valid.value, params: validParams.value, kibanaUrl: state.url, deliver: state.deliver, source };
  const open = openIncident(run, state.incidents);
  const outcome = await runThirdParty({ ...run, ...(open && { open }) });
  if (outcome.status === "ok") {
    keepIncident(run, space, outcome.data, state.incidents);
    if (outcome.effect) {
      const { summary, what } = withoutSecrets(outcome.effect, connector.secrets);
      state.deliveries.push({ at: new Date().toISOString(), connector_id: id, space, type, summary, what });
    }
  }
  logExecution(connector, outcome, { at, source, space, delayMs }, state);
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
