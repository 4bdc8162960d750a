import { isDetectionType } from "../kibana/detection.ts";
import { hearsOfFiring, type MappedRule, type ObstacleKind, onlyRecords, type Route, type Via, verdictOn } from "../map/route.ts";

/** Why nobody hears of an enabled rule. */
export type Untold =
  /** It leads nowhere. */
  | { why: "no_route" }
  /** All its routes end at one connector, whose own finding says what is wrong. */
  | { why: "connector"; connector: string; routes: readonly Route[] }
  /** All its actions run when an alert is over. */
  | { why: "recovery_only" }
  /** All that it does is recorded, and tells nobody by itself. */
  | { why: "recorded"; routes: readonly Route[] }
  /** No route gets through, each for a reason of its own. */
  | { why: "routes"; routes: readonly Route[] };

/** What somebody chose for the rule, or what is not meant to tell anybody. */
export const chosen: readonly ObstacleKind[] = ["disabled", "muted", "snoozed", "signal"];
export const ofConnector: readonly ObstacleKind[] = ["secrets_missing", "type_unusable", "failing"];
/** What a route is built to do is no reason where another one should tell somebody. */
const byDesign: readonly ObstacleKind[] = ["opens_nothing", "language_model", "only_recorded", "no_connector"];
/** What `workflow_off` says of the rule or the policy itself, and `dangling_reference` too, but for a connector that a workflow names. */
const saidElsewhere: readonly ObstacleKind[] = ["workflow_missing", "workflow_off", "workflow_invalid"];

function withoutIdle(routes: readonly Route[]): readonly Route[] {
  const others = routes.filter(({ obstacles }) => !obstacles.some(({ kind, stops }) => stops === "all" && byDesign.includes(kind)));
  return others.length > 0 ? others : routes;
}

/**
 * Undefined where somebody hears, only an alert decides, or the rule is switched off or silenced by somebody.
 * Detection rules need no action: Security shows their alerts.
 */
export function whyUntold({ type, obstacles, routes: all }: MappedRule): Untold | undefined {
  const firing = all.filter(hearsOfFiring);
  // What is recorded when an alert is over is no louder than what is recorded when it fires.
  const routes = withoutIdle(firing.length === 0 && all.every(onlyRecords) ? all : firing);
  const leadsNowhere = obstacles.some(({ kind }) => kind === "no_actions" || kind === "no_policy");
  if (obstacles.some(({ kind }) => chosen.includes(kind))) return undefined;
  if (routes.length === 0 && all.length > 0) return { why: "recovery_only" };
  if (routes.length === 0) return leadsNowhere && !isDetectionType(type) ? { why: "no_route" } : undefined;
  const has = (route: Route, kinds: readonly ObstacleKind[]) => route.obstacles.some(({ kind }) => kinds.includes(kind));
  if (!routes.every((route) => verdictOn(route.obstacles) === "nobody" || has(route, ["failing"]))) return undefined;
  const isSaid = (route: Route) => has(route, saidElsewhere) || (route.via.every(isOfRule) && has(route, ["connector_missing"]));
  if (routes.some(isSaid) || routes.every((route) => has(route, ["policy_snoozed"]))) return undefined;
  // What a rule's own actions are refused for, the finding on each of them says.
  if (routes.every((route) => route.via.length === 0 && isRefused(route))) return undefined;
  const [only, ...others] = new Set(routes.map(({ connector }) => connector));
  if (only !== undefined && others.length === 0 && routes.every((route) => has(route, ofConnector))) {
    return { why: "connector", connector: only, routes };
  }
  const gets = (route: Route) => route.obstacles.every(({ kind, stops }) => kind === "only_recorded" || stops !== "all");
  const recorded = routes.filter((route) => onlyRecords(route) && gets(route));
  if (recorded.length > 0) return isDetectionType(type) ? undefined : { why: "recorded", routes: recorded };
  return { why: "routes", routes };
}

/** What a rule's own action names, `dangling_reference` says of the rule. */
function isOfRule({ kind }: Via): boolean {
  return kind === "system_action";
}

function isRefused({ obstacles }: Route): boolean {
  return obstacles.some(({ kind, stops }) => kind === "params_refused" && stops === "all");
}
