import { createGiveWay } from "../give-way.ts";
import { grouped } from "../grouped.ts";
import type { Connector } from "../kibana/connectors.ts";
import { presentIn, usersOf } from "../usage/look.ts";
import { namedAs } from "../usage/named.ts";
import { type Sight, type Use, whereOf } from "../usage/use.ts";
import { hearsOfFiring, type MappedRule, type ObstacleKind, onlyRecords, type Route, type Via, verdictOn } from "./route.ts";
import type { Deployment, SpaceFacts } from "./space.ts";
import { routesByPolicy } from "./v2.ts";
import { routesOver, workflowsLeadingTo } from "./workflow-routes.ts";

/** What something loses without a connector: its only way to tell somebody, or one of several. */
export type Loss = "would_be_silent" | "would_lose_route";

export interface LosingUser {
  use: Use;
  loss: Loss;
}

/** @param connector its id */
export function lossOf({ routes }: Pick<MappedRule, "routes">, connector: string): Loss {
  return hasOther(routes, connector) ? "would_lose_route" : "would_be_silent";
}

/**
 * Whether another route gets through when the rule fires. What only records stands in for no connector but one that only
 * records too.
 * @param ignored what somebody has switched off for a while
 */
function hasOther(routes: readonly Route[], connector: string, ignored: readonly ObstacleKind[] = []): boolean {
  const own = routes.filter((route) => route.connector === connector);
  const passed: readonly ObstacleKind[] = own.length > 0 && own.every(onlyRecords) ? [...ignored, "only_recorded"] : ignored;
  return routes.some(
    (route) =>
      route.connector !== connector &&
      hearsOfFiring(route) &&
      verdictOn(route.obstacles.filter(({ kind }) => !passed.includes(kind))) !== "nobody",
  );
}

/** What else than rules uses a connector, in a space of which all users were read. */
export async function usersWithout(
  connector: Connector,
  facts: SpaceFacts,
  { types, status }: Pick<Deployment, "types" | "status">,
): Promise<{ users: LosingUser[]; sight: Sight }> {
  const { looked, connectors, workflows, policies } = facts;
  const present = presentIn(connectors.all?.values() ?? []);
  const { uses, sight } = usersOf(connector, whereOf(connector, types?.values() ?? [], status), present, looked);
  const keyOf = ({ kind, id }: Use) => JSON.stringify([kind, id]);
  const all = grouped(
    looked.looked.flatMap(({ found }) => found.holders),
    ({ use }) => keyOf(use),
  );
  const giveWay = createGiveWay();
  const users: LosingUser[] = [];
  for (const [use] of grouped(uses, keyOf).values()) {
    if (!use) continue;
    await giveWay();
    const others = all.get(keyOf(use))?.some((holder) => !namedAs(holder, connector, (text) => present.ids.has(text)));
    const rest = use.kind === "workflow" ? hasOther(routesOver(use.id, workflows, connectors), connector.id, ["workflow_off"]) : others;
    users.push({ use, loss: rest ? "would_lose_route" : "would_be_silent" });
  }
  const leading = workflowsLeadingTo(connector.id, workflows, connectors);
  for (const policy of policies.all ?? []) {
    if (!policy.workflows.some((id) => leading.has(id))) continue;
    await giveWay();
    const routes = routesByPolicy(policy, "all", facts);
    const through = routes.find((route) => route.connector === connector.id)?.via.findLast(isWorkflow);
    if (!through) continue;
    const { id, name, enabled } = policy;
    const rest = hasOther(routes, connector.id, ["policy_off", "policy_snoozed"]);
    users.push({
      use: { kind: "action_policy", id, name, space: facts.space, enabled, through, how: "its destinations", can_be_moved: false },
      loss: rest ? "would_lose_route" : "would_be_silent",
    });
  }
  return { users, sight };
}

function isWorkflow(via: Via): via is Via & { kind: "workflow" } {
  return via.kind === "workflow";
}
