import type { Params } from "../catalog/connector-type.ts";
import { isRecovery } from "../rules/firing.ts";

/** The worst first. */
export const verdicts = ["nobody", "perhaps", "told"] as const;
/** `perhaps`: something could not be seen, or is decided when an alert is there. */
export type Verdict = (typeof verdicts)[number];

export const obstacleKinds = [
  ...["no_actions", "disabled", "muted", "snoozed", "maintenance", "rule_failing", "alerts_muted", "signal", "no_policy"],
  ...[
    "connector_missing",
    "secrets_missing",
    "type_unusable",
    "failing",
    "refused_by_config",
    "params_refused",
    "language_model",
    "only_recorded",
    "no_connector",
  ],
  ...[
    "filter",
    "frequency",
    "recovery_only",
    "opens_nothing",
    "condition",
    "decided_at_run",
    "opens_case",
    "own_step",
    "not_filled_in",
    "step_fails",
    "ambiguous_name",
  ],
  ...["other_ways", "not_followed"],
  ...["workflow_missing", "workflow_off", "workflow_invalid", "policy_off", "policy_snoozed", "policy_condition", "not_seen"],
] as const;
export type ObstacleKind = (typeof obstacleKinds)[number];

/** What stands in the way of a rule or a route now. */
export interface Obstacle {
  kind: ObstacleKind;
  /** Plain text, without a full stop. */
  text: string;
  /** Whether nothing gets through, something may not, or it is only good to know. */
  stops: "all" | "perhaps" | "nothing";
}

/** One way from a rule to a connector. */
export interface Route {
  /** Its id; undefined where the way ends before it, or only a run decides. */
  connector: string | undefined;
  name: string | undefined;
  type: string | undefined;
  /** Groups of the rule's actions: `query matched`; empty for any alert. */
  on: string[];
  via: Via[];
  obstacles: Obstacle[];
  /** What is handed to the connector, each time in another way. */
  params: Params[];
}

export interface Via {
  kind: "action_policy" | "workflow" | "system_action";
  id: string;
  name: string;
}

export interface MappedRule {
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  /** The id of its type; `v2 alert` or `v2 signal` in the new alerting. */
  type: string;
  consumer: string;
  tags: readonly string[];
  /** `1m` */
  every: string | undefined;
  /** Whose API key it runs with; undefined in the new alerting, where policies have keys. */
  keyOwner: string | undefined;
  verdict: Verdict;
  obstacles: Obstacle[];
  routes: Route[];
}

/** No connector can be attached to it: action policies say whom it tells. */
export function isOfNewAlerting({ type }: Pick<MappedRule, "type">): boolean {
  return type.startsWith("v2 ");
}

export const stops = (kind: ObstacleKind, text: string): Obstacle => ({ kind, text, stops: "all" });
export const mayStop = (kind: ObstacleKind, text: string): Obstacle => ({ kind, text, stops: "perhaps" });
export const goodToKnow = (kind: ObstacleKind, text: string): Obstacle => ({ kind, text, stops: "nothing" });

/** Stands for the ways that are too many to be followed. */
export function notFollowed(via: Route["via"]): Route {
  const obstacle = mayStop("not_followed", "there are more ways over workflows than are followed here");
  return { ...{ connector: undefined, name: undefined, type: undefined, on: [], params: [] }, via: [...via], obstacles: [obstacle] };
}

/** Whether a route leads to a connector that is meant, or may. */
export function mayLeadTo(isMeant: (route: Route) => boolean, routes: readonly Route[]): boolean {
  return routes.some((route) => isMeant(route) || isNotFollowed(route));
}

export function isNotFollowed({ obstacles }: Pick<Route, "obstacles">): boolean {
  return obstacles.some(({ kind }) => kind === "not_followed");
}

/** Whether a route ends in an index or a log: whoever is told reads it there. */
export function onlyRecords({ obstacles }: { obstacles: readonly Obstacle[] }): boolean {
  return obstacles.some(({ kind }) => kind === "only_recorded");
}

/** Ways of one rule that are told. */
const mostWays = 1000;

/** The routes of one rule, part by part, as far as they are told. */
export function firstRoutes(parts: Iterable<readonly Route[]>): Route[] {
  const all: Route[] = [];
  let isAll = true;
  for (const routes of parts) {
    // What an action leads to by itself is always told.
    const fit = all.length + routes.length <= mostWays || routes.every(({ via }) => via.length === 0);
    if (fit) all.push(...routes);
    isAll &&= fit;
  }
  return isAll ? all : [...all, notFollowed([])];
}

/** Whether somebody is told over a way with these obstacles. */
export function verdictOn(obstacles: readonly Obstacle[]): Verdict {
  if (obstacles.some((one) => one.stops === "all")) return "nobody";
  return obstacles.some((one) => one.stops === "perhaps") ? "perhaps" : "told";
}

/** As an answer says it of one way. `recorded`: it gets through, to an index or a log, which tells nobody by itself. */
export function verdictShown(obstacles: readonly Obstacle[]): Verdict | "recorded" {
  const isRecorded = onlyRecords({ obstacles }) && verdictOn(obstacles.filter(({ kind }) => kind !== "only_recorded")) !== "nobody";
  return isRecorded ? "recorded" : verdictOn(obstacles);
}

/** Whether somebody hears over this route when the rule fires, and not only when the alert is over. */
export function hearsOfFiring({ on }: Pick<Route, "on">): boolean {
  return on.length === 0 || !on.every(isRecovery);
}

/** The verdict on a rule: the best route that it takes when it fires, unless something stops the rule itself. */
export function verdictOf({ obstacles, routes }: Pick<MappedRule, "obstacles" | "routes">): Verdict {
  const own = verdictOn(obstacles);
  const best = Math.max(0, ...routes.filter(hearsOfFiring).map((route) => verdicts.indexOf(verdictOn(route.obstacles))));
  return verdicts[Math.min(best, verdicts.indexOf(own))] ?? "nobody";
}

/** A route for each connector and way there, with all that leads over it. */
export function joined(routes: readonly Route[]): Route[] {
  if (routes.length < 2) return [...routes];
  const byWay = new Map<string, Route>();
  for (const route of routes) {
    const key = JSON.stringify([route.connector, route.name, route.via.map(({ id }) => id), route.obstacles]);
    const known = byWay.get(key);
    if (known) {
      known.on = [...new Set([...known.on, ...route.on])];
      known.params.push(...route.params);
    } else byWay.set(key, { ...route, params: [...route.params] });
  }
  return [...byWay.values()];
}
