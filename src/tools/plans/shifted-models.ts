import { isModel } from "../../catalog/default-model.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { agents } from "../../usage/agents.ts";
import { defaultModel } from "../../usage/assistants.ts";
import { shiftedDefaults } from "../../usage/by-default.ts";
import { endpointOf } from "../../usage/inference-endpoints.ts";
import { lookAround, lookAtWorkflows, type Seen } from "../../usage/look.ts";
import type { Surroundings } from "./plan-create.ts";

/**
 * What an update does to those that name no AI connector: Kibana takes the first by name of those that are one.
 * @param seen the workflows of the space, where they were read already
 */
export async function shiftedBy(
  before: Connector,
  after: Pick<Connector, "name" | "config">,
  { status, existing }: Surroundings,
  seen: Seen,
  kibana: Reader,
): Promise<string[]> {
  const fresh = { ...before, name: after.name, config: after.config };
  if (!isModel(before) && !isModel(fresh)) return [];
  if (before.name === fresh.name && isModel(before) === isModel(fresh) && endpointOf(before.config) === endpointOf(fresh.config)) return [];
  const [workflows, others] = await Promise.all([
    seen.looked.length > 0 ? seen : lookAtWorkflows(kibana, seen.space, status),
    lookAround(kibana, seen.space, [{ status, features: [] }], [agents, defaultModel]),
  ]);
  const rest = existing.filter(({ id }) => id !== before.id);
  return shiftedDefaults([...workflows.looked, ...others.looked], status, { before: [...rest, before], after: [...rest, fresh] });
}
