import type { Connector, InMemoryConnector, State } from "../types.ts";

/** By id, else by its exact name, the first of several: workflows_execution_engine/server/connector_executor.ts. */
export function connectorNamed(text: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  const all = [...state.inMemory.filter(({ system }) => !system), ...state.connectors.inSpace(space)];
  return all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
}
