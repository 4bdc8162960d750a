import type { ConnectorType } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";

type Config = Record<string, unknown>;
type Entry = ConnectorType | undefined;

/** What Kibana makes elsewhere that an update would take over; undefined where it stays the connector's own. */
interface TakenOver {
  /** For whoever decides, a sentence. */
  inPerson: string;
  /** What no undo brings back, a sentence without names. */
  lost: string;
}

/** @param existing the connectors of the space: one of them may have it already */
export function takenOver(
  entry: Entry,
  { id, config: was }: Connector,
  becomes: Config,
  existing: readonly Connector[],
): TakenOver | undefined {
  const [before, after] = [entry?.madeWithIt?.(was ?? {}), entry?.madeWithIt?.(becomes)];
  if (!entry || before === after || after === undefined) return undefined;
  const other = existing.find((one) => one.id !== id && isOf(one, entry, after));
  const whose = other ? `that of the connector ${named(other)}` : "whoever made it and whatever uses it";
  const stays = before === undefined ? [] : sharing(entry, before, existing, [id]);
  const whoHasIt = stays.length > 0 ? `to ${inWords(stays)}` : "without a connector of this space";
  return {
    inPerson: `Kibana makes the ${after} in place of what is there by that id, ${whose}, and leaves the ${before} ${whoHasIt}.`,
    lost: "An undo does not bring back what it replaced outside Kibana.",
  };
}

/** What goes with connectors that are deleted, and which of the others use it too: a sentence each. */
export async function goesWith(deleted: readonly Connector[], existing: readonly Connector[]): Promise<string[]> {
  const ids = deleted.map(({ id }) => id);
  const all = await Promise.all(
    deleted.map(async ({ type, config }) => {
      const entry = await connectorType(type);
      const made = entry?.madeWithIt?.(config ?? {});
      return entry && made !== undefined ? [{ made, others: sharing(entry, made, existing, ids) }] : [];
    }),
  );
  const each = [...new Map(all.flat().map((one) => [one.made, one])).values()];
  if (each.length === 0) return [];
  const shared = each.filter(({ others }) => others.length > 0);
  return [
    ...shared.map(
      ({ made, others }) =>
        `The ${made} is also that of ${inWords(others)}: without it no run of ${others.length > 1 ? "those" : "that one"} works.`,
    ),
    `Kibana deletes with it: ${each.map(({ made }) => made).join(", ")}; what else uses that is not looked at.`,
  ];
}

/** What else of the space has the same other half, for whoever replaces it. */
export function replaced(entry: Entry, { id, config }: Connector, existing: readonly Connector[]): string[] {
  const made = entry?.madeWithIt?.(config ?? {});
  if (!entry || made === undefined) return [];
  const others = sharing(entry, made, existing, [id]);
  return [`Kibana also replaces the ${made}, for whatever uses it${others.length > 0 ? `, such as ${inWords(others)}` : ""}.`];
}

function sharing(entry: ConnectorType, made: string, existing: readonly Connector[], except: readonly string[]): Connector[] {
  return existing.filter((one) => !except.includes(one.id) && isOf(one, entry, made));
}

function inWords(all: readonly Connector[]): string {
  return `the connector${all.length > 1 ? "s" : ""} ${firstFew(all, 3, named)}`;
}

/** @throws ToolError invalid_config for a new connector whose other half is another's already */
export function assertNotMade(entry: Entry, config: Config, existing: readonly Connector[]): void {
  const made = entry?.madeWithIt?.(config);
  const other = made === undefined ? undefined : existing.find((one) => isOf(one, entry, made));
  if (made !== undefined && other) throw madeAlready(`The ${made} is that of the connector ${named(other)}: Kibana would save nothing.`);
}

/** @throws ToolError invalid_config where several connectors of a plan would have the same other half, which each space shares */
export async function assertEachItsOwn(plans: readonly Plan[]): Promise<void> {
  const seen = new Set<string>();
  for (const op of plans.flatMap(({ ops }) => ops)) {
    if (op.op !== "create" && op.op !== "update") continue;
    const entry = await connectorType(op.op === "create" ? op.type : op.before.type);
    const made = entry?.madeWithIt?.(op.op === "create" ? op.config : op.after.config);
    if (made === undefined || (op.op === "update" && made === entry?.madeWithIt?.(op.before.config ?? {}))) continue;
    if (seen.has(made)) throw madeAlready(`All spaces share the ${made}, and several connectors would have it.`);
    seen.add(made);
  }
}

function madeAlready(message: string): ToolError {
  return new ToolError("invalid_config", `${message} Nothing was written.`, "Give each connector one of its own, in a call for each.");
}

function isOf({ type, config }: Connector, entry: Entry, made: string): boolean {
  return type === entry?.id && config !== undefined && entry.madeWithIt?.(config) === made;
}

function named({ name, id }: Connector): string {
  return `${quoted(name, 60)} (${word(id)})`;
}
