import type { ActionPolicy, V2Rule } from "../kibana/alerting-v2.ts";
import { plainText, quoted } from "../plain-text.ts";
import { hideInText } from "../secrets/detect.ts";
import { matchOf } from "./policy-match.ts";
import { joined, type MappedRule, mayStop, type Obstacle, type Route, stops, verdictOf } from "./route.ts";
import type { RouteFacts } from "./space.ts";
import { atMostEvery, routesOver } from "./workflow-routes.ts";

/** A rule of the new alerting with whom its policies tell. */
export function mapV2(rule: V2Rule, facts: RouteFacts): MappedRule {
  const { policies, byTags, space } = facts;
  const routes = joined((policies.all ?? []).flatMap((policy) => routesByPolicy(policy, matchOf(policy, rule, byTags), facts)));
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

/** The ways over a policy, none where it surely does not fit. */
export function routesByPolicy(
  policy: ActionPolicy,
  match: ReturnType<typeof matchOf>,
  { now, workflows, connectors }: RouteFacts,
): Route[] {
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
