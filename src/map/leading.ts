import type { Reader } from "../kibana/reader.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";
import { startingWorkflows } from "../usage/leading-to.ts";
import { mapClassic } from "./classic.ts";
import { hearsOfFiring, type MappedRule, type Obstacle, type Verdict, verdictOn, verdicts } from "./route.ts";
import { rulesOf, v2Pages } from "./run.ts";
import type { RouteFacts } from "./space.ts";
import { mapV2, routesByPolicy } from "./v2.ts";
import { routesOver } from "./workflow-routes.ts";

/**
 * The rules of both alerting systems that reach a connector over workflows alone. Nothing is read where no workflow that can
 * be seen leads there.
 * @throws ToolError
 */
export async function rulesOverWorkflows(
  reader: Reader,
  facts: RouteFacts,
  connector: string,
  status: Pick<Status, "version" | "flavour">,
): Promise<MappedRule[]> {
  const { space, workflows, connectors, policies } = facts;
  const leads = (routes: readonly { connector: string | undefined }[]) => routes.some((route) => route.connector === connector);
  const byWorkflow = [...(workflows.seen?.keys() ?? [])].some((id) => leads(routesOver(id, workflows, connectors)));
  if (!byWorkflow) return [];
  const classic = async () => {
    const found: MappedRule[] = [];
    for await (const { rules, seesSnoozes } of rulesOf(reader, space, { filter: startingWorkflows }, isAtLeast(status, "8.2"))) {
      const others = rules.filter(({ actions }) => actions.every(({ id }) => id !== connector));
      await facts.notified?.read(others);
      found.push(...others.map((rule) => mapClassic(rule, facts, seesSnoozes)));
    }
    return found;
  };
  const v2 = async () => {
    if (!policies.all?.some((policy) => leads(routesByPolicy(policy, "all", facts)))) return [];
    const found: MappedRule[] = [];
    for await (const rules of v2Pages(reader, space)) found.push(...rules.map((rule) => mapV2(rule, facts)));
    return found;
  };
  return (await Promise.all([classic(), v2()])).flat().filter(({ routes }) => leads(routes));
}

/** Whether a rule tells somebody through one connector when it fires now, and what is in the way of its best route there. */
export function wayTo({ obstacles, routes }: MappedRule, connector: string): { verdict: Verdict; obstacles: Obstacle[] } {
  const there = routes.filter((route) => route.connector === connector);
  const firing = there.filter(hearsOfFiring);
  const ways = (firing.length > 0 ? firing : there)
    .map((route) => [...obstacles, ...route.obstacles])
    .map((all) => ({ verdict: verdictOn(all), obstacles: all }))
    .sort((one, other) => verdicts.indexOf(other.verdict) - verdicts.indexOf(one.verdict));
  return ways[0] ?? { verdict: "nobody", obstacles };
}
