import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { destinationOf } from "../../map/destination.ts";
import { type MappedRule, type Obstacle, type Route, verdictOn } from "../../map/route.ts";
import { plainText } from "../../plain-text.ts";
import { compact } from "../fields.ts";

/** Routes of one rule that an answer shows. */
const routesShown = 5;

/** A rule as an answer shows it. @param connectors of its space, by id */
export async function mappedRow(
  { routes, obstacles, ...rule }: MappedRule,
  connectors: ReadonlyMap<string, Connector> | undefined,
): Promise<Record<string, unknown>> {
  const shown = await Promise.all(routes.slice(0, routesShown).map((route) => shownRoute(route, connectors)));
  return compact({
    id: rule.id,
    name: plainText(rule.name, 120),
    space: rule.space,
    verdict: rule.verdict,
    enabled: rule.enabled,
    type: rule.type,
    every: rule.every,
    key_owner: rule.keyOwner === undefined ? undefined : plainText(rule.keyOwner, 60),
    tags: rule.tags.slice(0, 10).map((tag) => plainText(tag, 60)),
    in_the_way: texts(obstacles),
    routes: shown,
    more_routes: routes.length > routesShown ? routes.length - routesShown : undefined,
  });
}

/** The same route for people and agents. */
async function shownRoute(route: Route, connectors: ReadonlyMap<string, Connector> | undefined): Promise<Record<string, unknown>> {
  const { connector: id, type, on, via, obstacles } = route;
  const found = id === undefined ? undefined : connectors?.get(id);
  const verdict = verdictOn(obstacles);
  return compact({
    connector: id,
    type,
    to: found && destinationOf(route, found, await connectorType(found.type)),
    on: on.map((group) => plainText(group, 60)).join(", ") || undefined,
    via: via.map(({ kind, id: at }) => `${kind.replaceAll("_", " ")} ${plainText(at, 60)}`),
    verdict: verdict === "told" ? undefined : verdict,
    in_the_way: texts(obstacles),
  });
}

function texts(obstacles: readonly Obstacle[]): string[] {
  return [...new Set(obstacles.map(({ text }) => plainText(text, 200)))];
}
