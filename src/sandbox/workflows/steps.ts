import { isPlainObject } from "../../plain-object.ts";
import { runConnector } from "../connectors/run.ts";
import { refuseDisabled, refuseUnlicensed, registeredType } from "../connectors/types-api.ts";
import { Refusal } from "../http/envelope.ts";
import type { Connector, Dict, InMemoryConnector } from "../types.ts";
import { connectorNamed, defaultModel, modelNamed } from "./connector-of-step.ts";
import type { Step } from "./read-yaml.ts";
import type { Running } from "./run.ts";
import { connectorStep } from "./step-types.ts";
import { filled, filledText } from "./template.ts";

/** What fails a step. */
export class StepFailure extends Error {}

/** The run stops until a person answers. */
export class Waiting extends Error {}

/** Runs one step that does something itself, and writes down how it went. */
export async function runStep(step: Step, running: Running): Promise<void> {
  const { name: stepId, type: stepType } = step;
  const input = filled(step.with ?? {}, running.context);
  try {
    const output = await perform(step, isPlainObject(input) ? input : {}, running);
    running.steps.push({ stepId, stepType, status: "completed", input, output });
    Object.assign(Object(running.context.steps), { [stepId]: { output } });
  } catch (error) {
    if (error instanceof Waiting) running.steps.push({ stepId, stepType, status: "waiting_for_input", input });
    if (error instanceof StepFailure) {
      running.steps.push({ stepId, stepType, status: "failed", input, error: error.message });
      Object.assign(Object(running.context.steps), { [stepId]: { error: error.message } });
    }
    throw error;
  }
}

async function perform(step: Step, input: Dict, running: Running): Promise<unknown> {
  const { type } = step;
  if (type === "workflow.execute" || type === "workflow.executeAsync") {
    const run = await running.runWorkflow(String(input["workflow-id"]), Object(input.inputs));
    if (run.status === "failed" && type === "workflow.execute") throw new StepFailure(run.error ?? "");
    return { executionId: run.id, status: run.status };
  }
  if (type === "waitForInput" || type === "waitForApproval") {
    await askIn(Object(input.channels), String(input.message ?? ""), running);
    throw new Waiting();
  }
  if (type === "kibana.request") return request(input, running);
  if (type.startsWith("ai.")) return model(step, running);
  const own = connectorStep(type);
  if (!own) return type === "console" ? input.message : {};
  const given = filledText(step["connector-id"] ?? "", running.context);
  if (given === "") throw new StepFailure("Connector ID is required");
  return runNamed(given, own.subAction === undefined ? input : { subAction: own.subAction, subActionParams: input }, running);
}

async function runNamed(text: string, params: Dict, running: Running): Promise<unknown> {
  const connector = connectorNamed(text, running.occasion.space, running.state);
  if (!connector) throw new StepFailure(`Connector ${text} not found`);
  return runFor(connector, params, running);
}

/** With the privileges of the run's caller. */
async function runFor(connector: Connector | InMemoryConnector, params: Dict, { occasion, state }: Running): Promise<unknown> {
  if (!occasion.caller.may("actions", "read", occasion.space))
    throw new StepFailure(`Unauthorized to execute a "${connector.type}" action`);
  if ("missingSecrets" in connector && connector.missingSecrets) {
    throw new StepFailure(`Unable to execute action because no secrets are defined for the "${connector.name}" connector.`);
  }
  await refuseUnusable(connector, state);
  const outcome = await runConnector(connector, params, { space: occasion.space, source: "workflow" }, state);
  if (outcome.status === "error") throw new StepFailure([outcome.message, outcome.serviceMessage].filter(Boolean).join(": "));
  return outcome.data ?? null;
}

async function refuseUnusable(connector: Connector | InMemoryConnector, state: Running["state"]): Promise<void> {
  const row = await registeredType(connector.type, state);
  try {
    if ("system" in connector) refuseUnlicensed(row, state);
    else refuseDisabled(row, state);
  } catch (error) {
    throw error instanceof Refusal ? new StepFailure(error.message) : error;
  }
}

/** The channels of a step that waits for a person. */
async function askIn(channels: Dict, message: string, running: Running): Promise<void> {
  const { slack, slack_api: api } = channels;
  if (isPlainObject(slack)) await runNamed(String(slack["connector-id"]), { message }, running);
  if (!isPlainObject(api)) return;
  for (const channel of [api.channels].flat()) {
    const subActionParams = { channels: [String(channel)], text: message };
    await runNamed(String(api["connector-id"]), { subAction: "postMessage", subActionParams }, running);
  }
}

/** A call to Kibana's own API with the rights of the run; its path is from the root, whatever the workflow's space: kibana_action_step.ts, kibana#287846. */
async function request(input: Dict, { occasion, state }: Running): Promise<unknown> {
  const { method = "GET", path, body = null, query } = isPlainObject(input.request) ? input.request : input;
  const [bare = "", more = ""] = String(path).split("?");
  const asked = new URLSearchParams(more);
  for (const [key, value] of Object.entries(Object(query))) for (const one of [value].flat()) asked.append(key, String(one));
  const call = { method: String(method).toUpperCase(), path: bare, query: asked, body, caller: occasion.caller };
  const answer = await state.ask(call);
  if (answer.status >= 400) throw new StepFailure(`HTTP ${answer.status}: ${Object(answer.body).message}`);
  return answer.body ?? {};
}

/** A model answers with nothing; only its connector has to be there: resolve_connector_id.ts of workflows_extensions. */
function model(step: Step, { context, occasion, state }: Running): Dict {
  const alias = step["inference-id"];
  const given = filledText(step["connector-id"] ?? (typeof alias === "string" ? alias : ""), context);
  if (given === "" && step["connector-id-by-feature"] === undefined && !defaultModel(occasion.space, state))
    throw new StepFailure("No default AI connector configured");
  if (given !== "" && !modelNamed(given, occasion.space, state)) throw new StepFailure(`Connector ${given} not found`);
  return { content: "" };
}
