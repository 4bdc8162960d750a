import { type MappedRule, onlyRecords, type Route } from "../map/route.ts";
import { lossOf } from "../map/without.ts";
import { chosen, ofConnector } from "./untold.ts";

/**
 * The broken connectors without which an enabled rule tells nobody, with its routes there: those for which the map says that
 * the rule would be silent.
 */
export function silentWithout(rule: MappedRule): { connector: string; routes: Route[] }[] {
  if (rule.obstacles.some(({ kind }) => chosen.includes(kind))) return [];
  const isBroken = ({ obstacles }: Route) => obstacles.some(({ kind }) => ofConnector.includes(kind));
  const broken = rule.routes.filter((route) => isBroken(route) && !onlyRecords(route));
  const ids = new Set(broken.flatMap(({ connector }) => connector ?? []));
  return [...ids]
    .filter((id) => lossOf(rule, id) === "would_be_silent")
    .map((connector) => ({ connector, routes: rule.routes.filter((route) => route.connector === connector) }));
}
