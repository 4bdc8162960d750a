import type { Connector, InMemoryConnector, State } from "../types.ts";

/** By id, else by its exact name, the first of several: workflows_execution_engine/server/connector_executor.ts. */
export function connectorNamed(text: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  const all = [...state.inMemory.filter(({ system }) => !system), ...state.connectors.inSpace(space)];
  return all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
}

/** A model also by the id of its inference endpoint: inference/server/util/get_connector_list.ts. */
export function modelNamed(text: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  return connectorNamed(text, space, state) ?? state.connectors.inSpace(space).find(({ config }) => config.inferenceId === text);
}
