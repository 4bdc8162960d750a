import type { Params } from "../catalog/connector-type.ts";
import type { RuleValues } from "../rules/filled-by-rule.ts";
import { type ConnectorEnd, type Connectors, opensNothing, refusedByConfig, refusedParams } from "./connectors.ts";
import type { Obstacle } from "./route.ts";

/**
 * Whether an action of a rule, or a step of a workflow, tells somebody by what it hands to its connector: what the type or the
 * connector's config refuses fails, and what only reads, closes or acknowledges tells nobody.
 * @param who what the texts call a step: `step notify`
 * @param rule whose action it is
 * @param onFiring whether it runs when the rule fires: what closes is right when an alert is over
 */
export function handedOver(
  end: ConnectorEnd,
  params: Params,
  connectors: Connectors,
  { who, rule, onFiring = true }: { who?: string; rule?: RuleValues; onFiring?: boolean } = {},
): Obstacle[] {
  return [
    ...refusedParams(end, params, connectors, who === undefined ? rule : "byStep"),
    ...refusedByConfig(end, params, connectors),
    ...opensNothing(end, params, connectors, who, onFiring),
  ];
}
