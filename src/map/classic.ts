import type { Rule, RuleAction } from "../kibana/rules.ts";
import { silenceOf } from "../kibana/silence.ts";
import { plainText } from "../plain-text.ts";
import { isRecovery, runsOnFiring } from "../rules/firing.ts";
import { isSystem } from "../rules/rule-state.ts";
import { assistantsName, modelOf } from "../usage/assistant-actions.ts";
import { workflowOf } from "../usage/leading-to.ts";
import { unknownAddressees } from "./addressees.ts";
import { connectorById, entryOf, modelNamed } from "./connectors.ts";
import { handedOver } from "./handed-over.ts";
import { heldBack } from "./held-back.ts";
import {
  firstRoutes,
  goodToKnow,
  hearsOfFiring,
  joined,
  type MappedRule,
  mayStop,
  type Obstacle,
  type Route,
  stops,
  verdictOf,
} from "./route.ts";
import type { RouteFacts } from "./space.ts";
import { routesOver } from "./workflow-routes.ts";

/** A classic rule with whom it tells. @param seesSnoozes whether Kibana's answer says that it is snoozed */
export function mapClassic(rule: Rule, facts: RouteFacts, seesSnoozes: boolean): MappedRule {
  const routes = routesOfRule(rule, facts);
  const obstacles = obstaclesOf(rule, routes, facts, seesSnoozes);
  return {
    id: rule.id,
    name: rule.name,
    space: facts.space,
    enabled: rule.enabled,
    type: rule.rule_type_id,
    consumer: rule.consumer,
    tags: rule.tags,
    every: rule.schedule.interval,
    keyOwner: rule.api_key_owner ?? undefined,
    verdict: verdictOf({ obstacles, routes }),
    obstacles,
    routes,
  };
}

/** Where its actions lead, whatever is in the way of the rule itself. */
export function routesOfRule(rule: Rule, facts: RouteFacts): Route[] {
  return joined(withoutBroken(firstRoutes(routesOfActions(rule, facts))));
}

function obstaclesOf(rule: Rule, routes: readonly Route[], facts: RouteFacts, seesSnoozes: boolean): Obstacle[] {
  const { muted, mutedSince, snoozedUntil, silentAlerts } = silenceOf(rule, facts.now);
  const failed = rule.last_run?.outcome === "failed" || rule.execution_status?.status === "error";
  return [
    ...(rule.enabled ? [] : [stops("disabled", "the rule is disabled")]),
    ...(rule.actions.length > 0 ? [] : [stops("no_actions", "it has no actions")]),
    ...(muted
      ? [stops("muted", `the rule is muted${mutedSince === undefined ? "" : `, since ${mutedSince.slice(0, 16)}Z or earlier`}`)]
      : []),
    ...(snoozedUntil === undefined ? [] : [stops("snoozed", `snoozed until ${snoozedUntil.slice(0, 16)}Z`)]),
    ...(seesSnoozes ? [] : [mayStop("not_seen", "whether it is snoozed could not be seen")]),
    ...facts.windows,
    ...(failed ? [mayStop("rule_failing", "the rule's last run failed")] : []),
    ...(silentAlerts > 0 ? [goodToKnow("alerts_muted", `${silentAlerts} of its alerts ${silentAlerts === 1 ? "is" : "are"} muted`)] : []),
    ...(routes.length > 0 && !routes.some(hearsOfFiring)
      ? [stops("recovery_only", "it tells only when an alert is over, and not when it fires")]
      : []),
  ];
}

function* routesOfActions(rule: Rule, facts: RouteFacts): Generator<readonly Route[]> {
  for (const action of rule.actions) yield routesOf(action, rule, facts);
}

function routesOf(action: RuleAction, rule: Rule, facts: RouteFacts): Route[] {
  const { connectors, workflows } = facts;
  const { id, group, params, connector_type_id: type } = action;
  const before = { on: group && !(isRecovery(group) && runsOnFiring(action)) ? [group] : [], obstacles: limitsOf(action, rule, facts) };
  const started = workflowOf(action);
  if (started !== undefined) {
    return routesOver(started, workflows, connectors).map((route) => ({ ...route, obstacles: [...before.obstacles, ...route.obstacles] }));
  }
  const model = modelOf(action);
  if (model !== undefined) {
    const end = modelNamed(model, connectors);
    const decides = mayStop("decided_at_run", `the ${assistantsName} decides whom it tells, if anybody`);
    return [
      {
        ...{ ...end, on: [], via: [{ kind: "system_action", id, name: assistantsName }], params: [] },
        obstacles: [...before.obstacles, ...end.obstacles.filter(({ kind }) => kind !== "language_model"), decides],
      },
    ];
  }
  if (isSystem(id)) {
    const obstacle = id.endsWith("cases")
      ? mayStop("opens_case", "it opens a case: who looks at it cannot be seen")
      : mayStop("not_seen", `what ${plainText(id, 60)} does is not known here`);
    return [
      {
        ...{ connector: id, name: undefined, type: type ?? undefined, via: [], params: [] },
        on: [],
        obstacles: [...before.obstacles, obstacle],
      },
    ];
  }
  const end = connectorById(id, connectors, type ?? undefined);
  const given = params ?? {};
  const obstacles = [
    ...[...before.obstacles, ...end.obstacles],
    ...handedOver(end, given, connectors, { rule, onFiring: runsOnFiring(action) }),
    ...unknownAddressees(entryOf(end, connectors), given, rule, facts.space),
  ];
  return [{ ...end, on: before.on, via: [], params: [given], obstacles }];
}

/** An action may wait, or leave alerts out. */
function limitsOf(action: RuleAction, rule: Rule, { notified, now }: RouteFacts): Obstacle[] {
  const { alerts_filter: filter } = action;
  const parts = [filter?.query ? "query" : "", filter?.timeframe ? "hours" : ""].filter(Boolean);
  return [
    ...heldBack(action, rule, notified, now),
    ...(parts.length > 0 ? [mayStop("filter", `only alerts that fit its ${parts.join(" and ")}`)] : []),
  ];
}

/** Where a connector is gone, Kibana drops the other actions of the same run too (reference/kibana-api.md §5.4). */
function withoutBroken(routes: readonly Route[]): Route[] {
  const gone = routes.filter(({ via, obstacles }) => via.length === 0 && obstacles.some(({ kind }) => kind === "connector_missing"));
  if (gone.length === 0) return [...routes];
  const groups = new Set(gone.flatMap(({ on }) => on));
  return routes.map((route) => {
    const shares = route.on.length === 0 || gone.some(({ on }) => on.length === 0) || route.on.some((group) => groups.has(group));
    if (gone.includes(route) || !shares) return route;
    return {
      ...route,
      obstacles: [...route.obstacles, stops("connector_missing", "another action of the same run has no connector, which drops this one")],
    };
  });
}
