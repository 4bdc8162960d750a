import type { Connector } from "../kibana/connectors.ts";
import { endpointOf } from "./inference-endpoints.ts";
import type { Holder } from "./use.ts";
import type { Called } from "./workflow-references.ts";

/** By which of its names a holder means a connector. */
export type NamedAs = "id" | "name" | "endpoint";

/** Why a place that names the endpoint stays when users are moved to another connector. */
export const namesEndpoint = "It names the connector's inference endpoint.";

/**
 * Whether a holder means this connector: an id comes before any other name. What chooses a model may name the inference endpoint
 * of its connector instead (get_connector_list.ts of inference, resolve_connector_id.ts of workflows_extensions); a path does not.
 * @param isId whether a connector has this id
 */
export function namedAs(holder: Holder, called: Omit<Called, "type">, isId: (text: string) => boolean): NamedAs | undefined {
  const { names, byName, use } = holder;
  if (names === called.id) return "id";
  if (isId(names)) return undefined;
  if (byName && names === called.name.trim()) return "name";
  return (byName || use.kind !== "workflow") && names === endpointOf(called.config) ? "endpoint" : undefined;
}

/** Whether a text is the name of a connector, or the id of its endpoint. */
export function isOtherNameOf({ name, config }: Pick<Connector, "name" | "config">, text: string): boolean {
  return name.trim() === text || endpointOf(config) === text;
}
