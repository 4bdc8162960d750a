import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../../catalog/index.ts";
import { withDefaults } from "../../catalog/shared/fields.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { isPlainObject, ownValue } from "../../plain-object.ts";
import { lastLook } from "./last-look.ts";

type Config = Record<string, unknown>;

/** The connector, or undefined where there is none by that id. */
export async function connectorOrNone(reader: Reader, space: string, id: string): Promise<Connector | undefined> {
  try {
    return await reader.connector(space, id);
  } catch (error) {
    if (error instanceof KibanaError && error.code === "connector_not_found") return undefined;
    throw error;
  }
}

/**
 * The last look before a write that replaces, or a run: Kibana has no lock (reference/kibana-api.md §1.4), so what the plan
 * read is compared once more, one round trip before it.
 * @param nothing what did not happen
 * @returns the connector as it is now
 * @throws ToolError: nothing was written
 */
export async function assertUntouched(
  before: Pick<Connector, "id" | "name" | "type"> & { config?: Connector["config"] },
  space: string,
  reader: Reader,
  nothing = "Nothing was written",
): Promise<Connector> {
  const now = await lastLook(connectorOrNone(reader, space, before.id));
  if (now && isStill(now, { ...before, config: before.config ?? {} })) return now;
  throw new ToolError(
    "confirmation_invalid",
    `Somebody ${now ? "changed" : "deleted"} the connector "${before.id}" a moment ago. ${nothing}: what was agreed to no longer holds.`,
    "Look at it with get_connector, then repeat the call to decide on the new plan.",
    { reason: "target_changed" },
  );
}

/** A write that replaces: Kibana's 409 then means a concurrent change, not a taken id (reference/kibana-api.md §1.4). */
export async function replacing<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof KibanaError) || error.code !== "id_taken") throw error;
    const { status, detail } = error;
    throw new KibanaError("kibana_error", "Somebody else changed it at the same moment (409).", "Look at it again, then repeat the call.", {
      applied: "no",
      ...(status === undefined ? {} : { status }),
      ...(detail ? { detail } : {}),
    });
  }
}

/** Whether all that Kibana shows of a connector is as it was. */
export function isStill(now: Connector, before: { name: string; type: string; config: Config }): boolean {
  return now.name === before.name && now.type === before.type && isDeepStrictEqual(now.config ?? {}, before.config);
}

/** Whether a connector is as it was sent, with no more in it than Kibana fills in by itself. */
export async function asSent(
  now: Connector,
  sent: { name: string; type: string; config: Config },
): Promise<"done" | "and_more" | "differs"> {
  const stored = now.config ?? {};
  if (now.name !== sent.name || now.type !== sent.type || !holds(stored, sent.config)) return "differs";
  const entry = await connectorType(sent.type);
  return holds(entry ? withDefaults(entry.schemas().config, sent.config) : sent.config, stored) ? "done" : "and_more";
}

/** Whether a stored config holds what was sent: Kibana adds defaults, at any depth; every key that was sent must be there as it was sent. */
function holds(stored: Config, sent: Config): boolean {
  return Object.entries(sent).every(([key, value]) => holdsValue(stored[key] ?? null, value ?? null));
}

function holdsValue(stored: unknown, sent: unknown): boolean {
  if (isPlainObject(stored) && isPlainObject(sent)) return holds(stored, sent);
  if (Array.isArray(stored) && Array.isArray(sent))
    return stored.length === sent.length && sent.every((item, index) => holdsValue(stored[index], item));
  return isDeepStrictEqual(stored, sent) || sameNumber(stored, sent);
}

/** The keys of a config whose values are not as they were sent. */
export function differingKeys(stored: Config, sent: Config): string[] {
  return Object.keys(sent).filter((key) => !holds(stored, { [key]: sent[key] }));
}

/**
 * The keys in which a config is not as it was, at any depth.
 * @param filled as it was, with what may have been added to it: Kibana's defaults
 */
export function changedKeys(now: Config, was: Config, filled: Config): string[] {
  const added = Object.keys(now).filter((key) => !(holds(was, { [key]: now[key] }) || holds(filled, { [key]: now[key] })));
  return [...new Set([...differingKeys(now, was), ...added])];
}

/**
 * A recorded config with what Kibana added to it by itself; undefined where it added nothing, or stored it otherwise.
 * @param stored as Kibana answered the write
 * @param hide takes known secrets out of what was added
 */
export function withAdded(recorded: Config, stored: Config, hide: (added: Config) => Config): Config | undefined {
  if (!holds(stored, recorded) || holds(recorded, stored)) return undefined;
  return addedTo(recorded, stored, hide);
}

function addedTo(recorded: Config, stored: Config, hide: (added: Config) => Config): Config {
  const more = Object.entries(stored).map(([key, value]): Config => {
    const own = ownValue(recorded, key);
    return own == null ? hide({ [key]: value }) : { [key]: addedToValue(own, value, hide) };
  });
  return Object.assign({}, recorded, ...more);
}

function addedToValue(recorded: unknown, stored: unknown, hide: (added: Config) => Config): unknown {
  if (isPlainObject(recorded) && isPlainObject(stored)) return addedTo(recorded, stored, hide);
  if (Array.isArray(recorded) && Array.isArray(stored)) return recorded.map((item, index) => addedToValue(item, stored[index], hide));
  return recorded;
}

/** Kibana stores "587" as 587 where a type coerces numbers. */
function sameNumber(stored: unknown, sent: unknown): boolean {
  const number = (value: unknown) =>
    typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Number(value) : Number.NaN;
  return number(stored) === number(sent);
}
