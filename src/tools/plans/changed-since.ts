import { isDeepStrictEqual } from "node:util";
import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { withDefaults } from "../../catalog/shared/fields.ts";
import { changedSince, type Inverse } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { ownValue } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";

export const asBefore = "It is again as it was before that change.";
const exceptSecrets = "Its name and config are again as they were before that change; Kibana does not show whether its secrets are.";
export const actionsAsBefore = "Its actions are again as they were before that change; it runs with the API key of whoever saved it last.";

export const workflowAsBefore =
  "Its text is again as it was before that change; scheduled runs have the privileges of whoever saved it last.";

/** Whether it says that nothing is left to undo, as far as can be seen. */
export function isBack(why: string): boolean {
  return [asBefore, exceptSecrets, actionsAsBefore, workflowAsBefore].includes(why);
}

function asShown(inverse: OfConnector | Extract<Inverse, { op: "create" }>): string {
  return ("secrets" in inverse && inverse.secrets) || ("possible" in inverse && inverse.possible) ? exceptSecrets : asBefore;
}

/** An undo that expects a connector as the change left it. */
type OfUpdate = Extract<Inverse, { op: "update" }>;
type OfConnector = Extract<Inverse, { op: "update" | "delete" }>;

/**
 * In what a connector differs from what a change left, at any depth; values that Kibana fills in by itself do not count.
 * @param state that it had then; `to`: what the undo of an update would put back
 */
export async function differsFrom(
  current: Pick<Connector, "type" | "name" | "config">,
  { expect, stored, to }: Pick<OfConnector, "expect" | "stored"> & { to?: OfUpdate["to"] },
): Promise<string[]> {
  const config = stored ?? expect.config;
  const filled = (await filledIn(current.type, config)) ?? config;
  return changedSince(current, { name: expect.name, config }, { ...to?.config, ...filled });
}

/** The fields that an update wrote and an undo puts back: `name`, `config.url`. */
export function writtenBy({ expect, to }: OfUpdate): Set<string> {
  const keys = [...new Set([...Object.keys(expect.config), ...Object.keys(to.config)])];
  const written = keys.filter((key) => !isDeepStrictEqual(ownValue(expect.config, key) ?? null, ownValue(to.config, key) ?? null));
  return new Set([...(expect.name === to.name ? [] : ["name"]), ...written.map((key) => `config.${key}`)]);
}

/** A connector with these fields as they were before an update, and all others as they are now. */
export function withBack({ name, config: now = {} }: Connector, { to }: OfUpdate, fields: ReadonlySet<string>) {
  const keys = [...new Set([...Object.keys(to.config), ...Object.keys(now)])];
  const entries = keys.map((key) => [key, ownValue(fields.has(`config.${key}`) ? to.config : now, key)] as const);
  return { name: fields.has("name") ? to.name : name, config: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

/** What to say where all that an update wrote is again as it was before; undefined where it is not. */
export async function backAlready(current: Connector, inverse: OfConnector): Promise<string | undefined> {
  if (inverse.op !== "update") return undefined;
  const written = writtenBy(inverse);
  const differs = await differsFrom(current, { expect: inverse.to });
  if (differs.some((field) => written.has(field))) return undefined;
  if (differs.length === 0) return asShown(inverse);
  return `What that change wrote is again as it was before it. Changed since, and left as it is: ${fieldsInWords(differs)}.`;
}

/** `name, config.url` */
export function fieldsInWords(fields: readonly string[]): string {
  return fields.map((field) => plainText(field, 60)).join(", ");
}

/**
 * Whether what has the id looks like another connector: neither its name nor any place that it goes to is one that the connector
 * had. Without hosts the texts of its config are the places.
 * @param states of the connector, as far as this server knows them
 */
export async function looksLikeAnother(current: Connector, states: readonly OfConnector["expect"][]): Promise<boolean> {
  const entry = await connectorType(current.type, current.config, ...states.map(({ config }) => config));
  const places = (config: Record<string, unknown> = {}) => {
    const hosts = entry ? destinations(entry, config, () => undefined) : [];
    return hosts.length > 0
      ? hosts
      : Object.entries(config).flatMap(([key, value]) => (typeof value === "string" ? [`${key}: ${value}`] : []));
  };
  const now = places(current.config);
  const then = states.flatMap(({ config }) => places(config));
  return then.length > 0 && !then.some((place) => now.includes(place)) && !states.some(({ name }) => name === current.name);
}

/** A config as Kibana stores it; undefined for a type without an entry. */
export async function filledIn(type: string, config: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
  const entry = await connectorType(type);
  return entry && withDefaults(entry.schemas().config, config);
}

/** What has the id of a connector that was deleted: it is back, or another one. */
export async function whatIsThere(current: Connector, inverse: Extract<Inverse, { op: "create" }>): Promise<string> {
  const { name, config } = inverse;
  const differs = await differsFrom(current, { expect: { name, config } });
  return differs.length === 0 ? asShown(inverse) : ofAnother(current, ` with other ${differs.join(", ")}`);
}

/** Whose the id is now. @param more in what else it is another one */
export function ofAnother({ name, type }: Connector, more = ""): string {
  return `The id now belongs to another connector, ${quoted(name, 60)} (${word(type)})${more}.`;
}
