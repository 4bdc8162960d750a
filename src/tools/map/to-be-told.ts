import { whyUntold } from "../../audit/untold.ts";
import type { NextCall } from "../../change/plan.ts";
import { isProtectedRule } from "../../change/policy.ts";
import { isOfNewAlerting, type MappedRule, verdictOn } from "../../map/route.ts";
import type { Settings } from "../../settings/index.ts";

/** Rules that a call names. */
const most = 10;

/**
 * The call for rules that tell nobody when they fire and could: to the connector that already hears that an alert is over, or
 * first to those that there are, for whoever has to choose one. In one space, that of the first.
 */
export function toBeTold(rules: readonly MappedRule[], { protectRules }: Settings): NextCall[] {
  const untold = rules.filter((rule) => rule.verdict === "nobody" && canGetOne(rule) && !isProtectedRule(rule, protectRules));
  const [first] = untold;
  if (!first) return [];
  const { space } = first;
  const hearsTheEnd = connectorOf(first);
  const those = untold.filter((rule) => rule.space === space && connectorOf(rule) === hearsTheEnd).slice(0, most);
  const ids = those.map(({ id }) => id);
  if (hearsTheEnd !== undefined) {
    const why = "Tells it of the alert too: now it hears only that it is over.";
    return [{ tool: "attach_connector", args: { connector: hearsTheEnd, rules: ids, space }, why }];
  }
  const why = `Choose one that works: attach_connector with rules ${JSON.stringify(ids)} makes them tell somebody.`;
  return [{ tool: "list_connectors", args: { space }, why }];
}

/** Detection rules need none; of those with a connector that fails the audit says what to do. */
function canGetOne(rule: MappedRule): boolean {
  const why = whyUntold(rule)?.why;
  return !isOfNewAlerting(rule) && (why === "no_route" || why === "recovery_only" || why === "recorded");
}

/** The only one, where it works. */
function connectorOf({ routes }: MappedRule): string | undefined {
  const [route, ...others] = routes;
  return route && others.length === 0 && route.via.length === 0 && verdictOn(route.obstacles) !== "nobody" ? route.connector : undefined;
}
