import { createGiveWay } from "../give-way.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";
import { startingWorkflows } from "../usage/leading-to.ts";
import { mapClassic } from "./classic.ts";
import { hearsOfFiring, isNotFollowed, type MappedRule, mayLeadTo, type Obstacle, verdictOn, verdicts } from "./route.ts";
import { rulesOf, v2Pages } from "./run.ts";
import type { RouteFacts } from "./space.ts";
import { mapV2 } from "./v2.ts";
import { workflowsLeadingTo } from "./workflow-routes.ts";

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
  const leading = workflowsLeadingTo(connector, workflows, connectors);
  if (leading.size === 0) return [];
  const giveWay = createGiveWay();
  /** Of those that lead there: rules may be many, and so may be their other routes. */
  async function mapped<T>(rules: readonly T[], map: (rule: T) => MappedRule): Promise<MappedRule[]> {
    const found: MappedRule[] = [];
    for (const rule of rules) {
      await giveWay();
      const one = map(rule);
      const routes = one.routes.filter((route) => mayLeadTo((route) => route.connector === connector, [route]));
      if (routes.length > 0) found.push({ ...one, routes });
    }
    return found;
  }
  const classic = async () => {
    const found: MappedRule[] = [];
    for await (const { rules, seesSnoozes } of rulesOf(reader, space, { filter: startingWorkflows }, isAtLeast(status, "8.2"))) {
      const others = rules.filter(({ actions }) => actions.every(({ id }) => id !== connector));
      await facts.notified?.read(others);
      found.push(...(await mapped(others, (rule) => mapClassic(rule, facts, seesSnoozes))));
    }
    return found;
  };
  const v2 = async () => {
    if (!policies.all?.some((policy) => policy.workflows.some((id) => leading.has(id)))) return [];
    const found: MappedRule[] = [];
    for await (const rules of v2Pages(reader, space)) found.push(...(await mapped(rules, (rule) => mapV2(rule, facts))));
    return found;
  };
  return (await Promise.all([classic(), v2()])).flat();
}

/** What is in the way of the best route of a rule that fires now to one connector. */
export function wayTo({ obstacles, routes }: MappedRule, connector: string): Obstacle[] {
  const certain = routes.filter((route) => route.connector === connector);
  const there = certain.length > 0 ? certain : routes.filter(isNotFollowed);
  const firing = there.filter(hearsOfFiring);
  const ways = (firing.length > 0 ? firing : there)
    .map((route) => [...obstacles, ...route.obstacles])
    .sort((one, other) => verdicts.indexOf(verdictOn(other)) - verdicts.indexOf(verdictOn(one)));
  return ways[0] ?? [...obstacles];
}
