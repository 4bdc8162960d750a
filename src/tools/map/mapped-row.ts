import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { destinationOf } from "../../map/destination.ts";
import { type MappedRule, type Obstacle, type Route, type Verdict, verdictShown } from "../../map/route.ts";
import { plainText } from "../../plain-text.ts";
import { compact } from "../fields.ts";

/** Routes of one rule that an answer shows. */
const routesShown = 5;

/** Texts of one rule or route. */
const textsShown = 5;

/** A rule as an answer shows it: plain texts, and only keys with a value. */
export interface MappedRow {
  id: string;
  name: string;
  space: string;
  verdict: Verdict;
  enabled: boolean;
  type: string;
  every?: string | undefined;
  key_owner?: string | undefined;
  tags?: string[] | undefined;
  in_the_way?: string[] | undefined;
  routes?: ShownRoute[] | undefined;
  more_routes?: number | undefined;
}

export interface ShownRoute {
  connector?: string | undefined;
  /** Where no destination is known: only a secret says it. */
  type?: string | undefined;
  to?: string | undefined;
  on?: string | undefined;
  via?: string[] | undefined;
  /** Absent: `told`. `recorded`: it gets through, to an index or a log, which tells nobody by itself. */
  verdict?: Verdict | "recorded" | undefined;
  in_the_way?: string[] | undefined;
}

/** @param connectors of its space, by id */
export async function mappedRow(
  { routes, obstacles, ...rule }: MappedRule,
  connectors: ReadonlyMap<string, Connector> | undefined,
): Promise<MappedRow> {
  const shown = await Promise.all(routes.slice(0, routesShown).map((route) => shownRoute(route, connectors)));
  const { id, space, verdict, enabled, type, every } = rule;
  const more = compact({
    every,
    key_owner: rule.keyOwner === undefined ? undefined : plainText(rule.keyOwner, 60),
    tags: rule.tags.slice(0, 10).map((tag) => plainText(tag, 60)),
    in_the_way: inTheWay(obstacles),
    routes: shown,
    more_routes: routes.length > routesShown ? routes.length - routesShown : undefined,
  });
  return { id, name: plainText(rule.name, 120), space, verdict, enabled, type, ...more };
}

/** The same route for people and agents. */
async function shownRoute(route: Route, connectors: ReadonlyMap<string, Connector> | undefined): Promise<ShownRoute> {
  const { connector: id, type, on, via, obstacles } = route;
  const found = id === undefined ? undefined : connectors?.get(id);
  const verdict = verdictShown(obstacles);
  const to = found && destinationOf(route, found, await connectorType(found.type));
  return compact({
    connector: id,
    type: to === undefined ? type : undefined,
    to,
    on: on.map((group) => plainText(group, 60)).join(", ") || undefined,
    via: via.map(({ kind, id: at }) => `${kind.replaceAll("_", " ")} ${plainText(at, 60)}`),
    verdict: verdict === "told" ? undefined : verdict,
    in_the_way: inTheWay(verdict === "recorded" ? obstacles.filter(({ kind }) => kind !== "only_recorded") : obstacles),
  });
}

/** What is in the way, in words: what stops more comes first. */
export function inTheWay(obstacles: readonly Obstacle[]): string[] {
  const strongest = ["all", "perhaps", "nothing"] as const;
  const sorted = strongest.flatMap((stops) => obstacles.filter((one) => one.stops === stops));
  const texts = [...new Set(sorted.map(({ text }) => plainText(text, 200)))];
  const more = texts.length - textsShown;
  return more > 0 ? [...texts.slice(0, textsShown), `and ${more} more`] : texts;
}
