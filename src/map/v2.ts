import type { ActionPolicy, V2Rule } from "../kibana/alerting-v2.ts";
import { plainText, quoted } from "../plain-text.ts";
import { hideInText } from "../secrets/detect.ts";
import { type Match, type Matcher, matcherOf, traitsOf } from "./policy-match.ts";
import { firstRoutes, joined, type MappedRule, mayStop, type Obstacle, type Route, stops, verdictOf } from "./route.ts";
import type { RouteFacts } from "./space.ts";
import { atMostEvery, routesOver } from "./workflow-routes.ts";

/** A rule of the new alerting with whom its policies tell. */
export function mapV2(rule: V2Rule, facts: RouteFacts): MappedRule {
  const { policies, space } = facts;
  const routes = firstRoutes(routesByPolicies(rule, facts));
  const obstacles = [
    ...(rule.enabled ? [] : [stops("disabled", "the rule is disabled")]),
    ...(rule.kind === "alert" ? [] : [stops("signal", "a signal raises no alerts")]),
    ...facts.windows,
    ...(policies.all === undefined ? [mayStop("not_seen", policies.notSeen ?? "action policies could not be read")] : []),
    ...(policies.all && routes.length === 0 ? [stops("no_policy", "no action policy fits it")] : []),
  ];
  const unknown: Route = { connector: undefined, name: undefined, type: undefined, on: [], via: [], obstacles: [], params: [] };
  return {
    ...{ id: rule.id, name: rule.name, space, enabled: rule.enabled, type: `v2 ${rule.kind}`, consumer: rule.owner, tags: rule.tags },
    ...{ every: rule.every, keyOwner: undefined },
    verdict: verdictOf({ obstacles, routes: policies.all ? routes : [unknown] }),
    obstacles,
    routes,
  };
}

/** A policy with what each rule that it fits gets from it: made once, and shared by all of them. */
interface Ready {
  policy: ActionPolicy;
  at: number;
  matcher: Matcher;
  routes: Partial<Record<Match, Route[]>>;
}

/** The policies of a space by what a rule must have to fit them; under undefined those that any rule may fit. */
const ready = new WeakMap<RouteFacts, Map<string | undefined, Ready[]>>();

function readyPolicies(facts: RouteFacts): Map<string | undefined, Ready[]> {
  const known = ready.get(facts);
  if (known) return known;
  const byNeed = new Map<string | undefined, Ready[]>();
  for (const [at, policy] of (facts.policies.all ?? []).entries()) {
    const one: Ready = { policy, at, matcher: matcherOf(policy, facts.byTags), routes: {} };
    for (const need of new Set<string | undefined>(one.matcher.needs ?? [undefined])) {
      const same = byNeed.get(need) ?? [];
      same.push(one);
      byNeed.set(need, same);
    }
  }
  ready.set(facts, byNeed);
  return byNeed;
}

function* routesByPolicies(rule: V2Rule, facts: RouteFacts): Generator<readonly Route[]> {
  const byNeed = readyPolicies(facts);
  const fitting = new Set([undefined, ...traitsOf(rule)].flatMap((need) => byNeed.get(need) ?? []));
  for (const { policy, matcher, routes } of [...fitting].sort((one, other) => one.at - other.at)) {
    const match = matcher.match(rule);
    routes[match] ??= joined(routesByPolicy(policy, match, facts));
    yield routes[match];
  }
}

/** The ways over a policy, none where it surely does not fit. */
export function routesByPolicy(policy: ActionPolicy, match: Match, { now, workflows, connectors }: RouteFacts): Route[] {
  if (match === "none") return [];
  const { id, name, enabled, snoozedUntil, interval, matcher } = policy;
  const snoozed = snoozedUntil !== undefined && Date.parse(snoozedUntil) > now ? snoozedUntil : undefined;
  const condition = matcher.expression === "" ? "its tags" : quoted(hideInText(matcher.expression), 80);
  const before: Obstacle[] = [
    ...(enabled ? [] : [stops("policy_off", "the action policy is disabled")]),
    ...(snoozed === undefined ? [] : [stops("policy_snoozed", `the action policy is snoozed until ${snoozed.slice(0, 16)}Z`)]),
    ...(match === "perhaps" ? [mayStop("policy_condition", `only alerts that fit ${plainText(condition, 100)}`)] : []),
    ...(interval === undefined ? [] : [atMostEvery(interval)]),
  ];
  const via = [{ kind: "action_policy" as const, id, name }];
  return policy.workflows.flatMap((workflow) =>
    routesOver(workflow, workflows, connectors, via).map((route) => ({ ...route, obstacles: [...before, ...route.obstacles] })),
  );
}
