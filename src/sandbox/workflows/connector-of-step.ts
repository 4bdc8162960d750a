import type { Connector, InMemoryConnector, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** By id, else by its exact name, the first of several: workflows_execution_engine/server/connector_executor.ts. */
export function connectorNamed(text: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  const all = [...state.inMemory.filter(({ system }) => !system), ...state.connectors.inSpace(space)];
  return all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
}

/** A model also by the id of its inference endpoint: inference/server/util/get_connector_list.ts. */
export function modelNamed(text: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  return connectorNamed(text, space, state) ?? state.connectors.inSpace(space).find(({ config }) => config.inferenceId === text);
}

/**
 * The model where a step names none: inference/server/util/load_default_connector.ts. Up to 9.4 by type, whatever the settings say
 * (kibana#266484), then the setting, and else the first of a list in which endpoints of Elasticsearch come last (kibana#268019).
 */
export function defaultModel(space: string, state: State): Connector | InMemoryConnector | undefined {
  const all = [...state.inMemory.filter(({ system }) => !system), ...state.connectors.inSpace(space)]
    .filter(
      ({ type, config }) =>
        /^\.(?:inference|gen-ai|bedrock|gemini)$/.test(type) && (type !== ".inference" || config.taskType === "chat_completion"),
    )
    .sort((one, other) => one.name.localeCompare(other.name));
  const of = (type: string) => all.find((one) => one.type === type);
  if (!has(state.version, "default model by setting")) return of(".inference") ?? of(".gen-ai") ?? all[0];
  const { "genAiSettings:defaultAIConnector": id, "genAiSettings:defaultAIConnectorOnly": only } = state.advancedSettings.get(space) ?? {};
  const chosen = all.find((one) => typeof id === "string" && (one.id === id || one.config.inferenceId === id));
  if (chosen || only === true) return chosen;
  return all.find(({ type }) => type !== ".inference") ?? all[0];
}
