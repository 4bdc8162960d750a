import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import { judgedParams } from "../catalog/refused-params.ts";
import { grouped } from "../grouped.ts";
import { type Failing, sinceInWords } from "../kibana/connector-runs.ts";
import { type LiveType, unusable } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { judgedByRule, type RuleValues } from "../rules/filled-by-rule.ts";
import { inPlaceOfOpening } from "../rules/incidents.ts";
import { hideInText } from "../secrets/detect.ts";
import { endpointOf, isElasticsOwn } from "../usage/inference-endpoints.ts";
import { mayStop, type Obstacle, type Route, stops } from "./route.ts";

/** The connectors of a space, and what is known of each. */
export interface Connectors {
  /** By id; undefined where they could not be read. */
  all: ReadonlyMap<string, Connector> | undefined;
  /** By id; undefined where they could not be read. */
  types: ReadonlyMap<string, LiveType> | undefined;
  /** Why something could not be read. */
  notSeen: string | undefined;
  /** By id, those whose last run failed; undefined where only a failure is known, and not whether it is over. */
  failing: ReadonlyMap<string, Failing | undefined>;
  /** What the catalogue knows of their types, by type. */
  entries: ReadonlyMap<string, ConnectorType | undefined>;
  /** A model may be an inference endpoint of no connector. */
  endpointsAreModels?: boolean;
  /** Whether this Kibana may know more fields than the catalogue. */
  mayKnowMore: boolean;
}

/** What the catalogue knows of the types of these connectors. */
export async function entriesOf(connectors: readonly Connector[]): Promise<Connectors["entries"]> {
  const types = [...new Set(connectors.map(({ type }) => type))];
  return new Map(await Promise.all(types.map(async (type) => [type, await connectorType(type)] as const)));
}

function connectorOf({ connector: id }: ConnectorEnd, { all }: Connectors): Connector | undefined {
  return id === undefined ? undefined : all?.get(id);
}

/** What the catalogue knows of the type of the connector that a route leads to. */
export function entryOf(end: ConnectorEnd, connectors: Connectors): ConnectorType | undefined {
  const found = connectorOf(end, connectors);
  return found && connectors.entries.get(found.type);
}

/** What a connector's own config does not allow of what it is handed: such runs fail. */
export function refusedByConfig(end: ConnectorEnd, params: Params, connectors: Connectors): Obstacle[] {
  const { config } = connectorOf(end, connectors) ?? {};
  const { risks } = entryOf(end, connectors) ?? {};
  if (!config || !risks) return [];
  const anyway = risks({}, config);
  const refused = risks(params, config).filter((one) => !anyway.includes(one));
  return refused.map((one) => mayStop("refused_by_config", `the connector's config refuses ${one}`));
}

/**
 * An action, or a step of a workflow, that only reads tells nobody; one that closes, or acknowledges, what others opened tells
 * nobody that the rule fires.
 * @param who `step notify`
 */
export function opensNothing(end: ConnectorEnd, params: Params, connectors: Connectors, who = "its action", onFiring = true): Obstacle[] {
  const entry = entryOf(end, connectors);
  const does = entry && inPlaceOfOpening(entry, params);
  // Kibana's own description says of a test only that it is meant to read.
  if (does === "reads") return [(entry?.fromKibana ? mayStop : stops)("opens_nothing", `${who} only reads`)];
  if (!does || !onFiring) return [];
  // Whoever looks at a record may hear of a change.
  if (does === "updates") return [mayStop("opens_nothing", `${who} changes a record that is there, and opens none`)];
  return [stops("opens_nothing", `${who} ${does} an incident that is open, and opens none`)];
}

/**
 * What is wrong with an action's params themselves: Kibana saves such a rule, and each run of the action fails.
 * @param by the rule whose action it is, or a step of a workflow
 */
export function refusedParams(end: ConnectorEnd, params: Params, connectors: Connectors, by?: RuleValues | "byStep"): Obstacle[] {
  const { mayKnowMore } = connectors;
  const entry = entryOf(end, connectors);
  if (!entry) return [];
  const { refused, undecided } =
    by === "byStep" ? judgedParams(entry, params, mayKnowMore, by) : judgedByRule(entry, params, by, mayKnowMore);
  const [first, ...others] = refused?.problems ?? undecided;
  if (!first) return [];
  const words = plainText(`${hideInText(first.path)} ${first.problem}`, 120);
  const text = `its params: ${words}${others.length > 0 ? `, and ${others.length} more` : ""}`;
  if (refused?.surely) return [stops("params_refused", `${entry.id} refuses ${text}`)];
  const word = refused && entry.fromKibana ? "refuses" : "may refuse";
  return [mayStop("params_refused", `${entry.id} ${word} ${text}`)];
}

/** Kibana lists no more (reference/kibana-api.md §1.6). */
const mostListed = 10_000;

export type ConnectorEnd = Pick<Route, "connector" | "name" | "type" | "obstacles">;

const elasticsEndpoint = mayStop("not_seen", "it asks an inference endpoint of Elastic's, and what that leads to is not seen");
/** Where no connector has the id of a model, and an endpoint may. */
export const perhapsEndpoint = mayStop(
  "not_seen",
  "no connector of this space has this id: it may be an inference endpoint of Elasticsearch",
);

/** The connector with an id, and whether something gets through it. @param asModel whether a model is chosen there */
export function connectorById(id: string, { all, ...known }: Connectors, type?: string, asModel = false): ConnectorEnd {
  if (!all) {
    const text = known.notSeen ?? "connectors could not be read";
    return { connector: id, name: undefined, type, obstacles: [mayStop("not_seen", text)] };
  }
  const found = all.get(id);
  if (found) {
    const { onlyRecordsIn: place } = known.entries.get(found.type) ?? {};
    const recorded = place === undefined ? [] : [stops("only_recorded", `only recorded in ${place}`)];
    return { connector: id, name: found.name, type: found.type, obstacles: [...obstaclesAt(found, known), ...recorded] };
  }
  if (asModel && known.endpointsAreModels) {
    return { connector: id, name: undefined, type, obstacles: [isElasticsOwn(id) ? elasticsEndpoint : perhapsEndpoint] };
  }
  const missing = "the connector is not in this space";
  const obstacle =
    all.size >= mostListed ? mayStop("not_seen", `Kibana lists only ${mostListed} connectors`) : stops("connector_missing", missing);
  return { connector: id, name: undefined, type, obstacles: [obstacle] };
}

/** By name and by inference endpoint. */
function namesOf(all: readonly Connector[]): Map<string | undefined, Connector[]> {
  const each = all.flatMap((one) => [...new Set([one.name.trim(), endpointOf(one.config)])].map((text) => ({ text, one })));
  return new Map([...grouped(each, ({ text }) => text)].map(([text, same]) => [text, same.map(({ one }) => one)]));
}

const ofSpaces = new WeakMap<NonNullable<Connectors["all"]>, ReturnType<typeof namesOf>>();

function byNames(all: NonNullable<Connectors["all"]>): ReturnType<typeof namesOf> {
  const known = ofSpaces.get(all) ?? namesOf([...all.values()]);
  ofSpaces.set(all, known);
  return known;
}

/** The connectors that a text in a workflow may mean: an id comes before a name, and of several with one name or endpoint the first is taken. */
export function connectorsNamed(text: string, byName: boolean, connectors: Connectors, asModel = false): ConnectorEnd[] {
  const { all } = connectors;
  const named = byName && all && !all.has(text) ? (byNames(all).get(text) ?? []) : [];
  if (named.length === 0) return [connectorById(text, connectors, undefined, asModel)];
  const ends = named.map(({ id }) => connectorById(id, connectors));
  if (ends.length === 1) return ends;
  const ambiguous = mayStop("ambiguous_name", `${ends.length} connectors have the name that the workflow gives`);
  return ends.map((end) => ({ ...end, obstacles: [...end.obstacles, ambiguous] }));
}

/** The connector that a text means where a model is chosen: by its id, or by the id of its inference endpoint. */
export function modelNamed(text: string, connectors: Connectors): ConnectorEnd {
  const { all } = connectors;
  const other =
    all && !all.has(text)
      ? byNames(all)
          .get(text)
          ?.find(({ config }) => endpointOf(config) === text)
      : undefined;
  return connectorById(other?.id ?? text, connectors, undefined, true);
}

function failingInWords(failing: Failing | undefined): string {
  if (!failing) return "the connector failed lately, and whether it works again was not looked up";
  const { runs } = failing;
  return `the connector has failed ${sinceInWords(failing)} (${runs} run${runs === 1 ? "" : "s"})`;
}

function obstaclesAt(connector: Connector, { types, failing, notSeen }: Pick<Connectors, "types" | "failing" | "notSeen">): Obstacle[] {
  const { id, type, missingSecrets, preconfigured } = connector;
  const live = types?.get(type);
  const why = types && unusable(live, preconfigured);
  return [
    ...(missingSecrets ? [stops("secrets_missing", "the connector has lost its secrets")] : []),
    ...(why === undefined ? [] : [stops("type_unusable", why)]),
    ...(types ? [] : [mayStop("not_seen", notSeen ?? "connector types could not be read")]),
    ...(isLanguageModel(live) ? [stops("language_model", "it asks a language model and tells nobody")] : []),
    ...(failing.has(id) ? [mayStop("failing", failingInWords(failing.get(id)))] : []),
  ];
}

function isLanguageModel(type: LiveType | undefined): boolean {
  return type?.features.some((feature) => feature.startsWith("generativeAI")) ?? false;
}
