import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { CreateOp } from "../../change/op.ts";
import { recordedIn } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import type { Workflow } from "../../kibana/workflows.ts";
import type { Taking } from "../connectors/back-again.ts";
import { isPlainId } from "../connectors/connector-id.ts";
import type { ToolContext } from "../define.ts";

/** The most rules, and the most workflows, to look up for one answer. */
const mostLooked = 20;

/** The present state of what changes were about. */
export interface Now {
  connectors: ReadonlyMap<string, readonly Connector[]>;
  /** An undefined value: the rule is gone. No entry: it was not looked up. */
  rules: ReadonlyMap<string, Rule | undefined>;
  /** The same for workflows. */
  workflows: ReadonlyMap<string, Workflow | undefined>;
  /** Spaces that are gone: Kibana answers for them as for empty ones. */
  gone: ReadonlySet<string>;
  /** Undefined where no connector would come back or be changed, or they could not be read. */
  kibana: Taking | undefined;
  /** Why something could not be read. */
  unread: string | undefined;
  journalKey: Buffer | undefined;
}

export const key = (space: string, id: string) => JSON.stringify([space, id]);

/** Reads one list of connectors for each space, and each rule. */
export async function readNow(
  entries: readonly JournalEntry[],
  { kibana, journal }: Pick<ToolContext, "kibana" | "journal">,
): Promise<Now> {
  const spaces = [...new Set(entries.map(({ begin }) => begin.op.space))];
  const rules = new Map(
    entries.flatMap(({ begin: { op } }) => (op.op === "put_rule" && op.id !== undefined ? [[key(op.space, op.id), op] as const] : [])),
  );
  const workflows = new Map(
    entries.flatMap((entry) => {
      const record = recordedIn(entry);
      return record?.op === "put_workflow" ? [[key(record.space, record.id), record] as const] : [];
    }),
  );
  const failures: string[] = [];
  const failed = (error: unknown) => {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    failures.push(error.message);
  };
  /** One by one, so that one that is gone or cannot be read does not hide the others. */
  const each = <One, Thing>(all: ReadonlyMap<string, One>, read: (one: One) => Promise<Thing>) =>
    Promise.all(
      [...all].slice(0, mostLooked).map(async ([at, one]) => {
        try {
          return [[at, await read(one)] as const];
        } catch (error) {
          if (error instanceof ToolError && error.code === "rule_not_found") return [[at, undefined] as const];
          failed(error);
          return [];
        }
      }),
    );
  const [first] = entries.filter(({ begin: { op } }) => op.op === "delete" || op.op === "update");
  const taking = async (space: string): Promise<Taking> => {
    const isPlain = entries.every((entry) => entry.begin.op.op !== "delete" || isPlainId(idIn(entry) ?? ""));
    const [types, status] = await Promise.all([kibana.connectorTypes(space), isPlain ? undefined : kibana.status()]);
    return { types, status };
  };
  const [journalKey, taken, lists, found, foundWorkflows] = await Promise.all([
    journal.key(),
    first && taking(first.begin.op.space).catch(failed),
    Promise.all(spaces.map(async (space) => [space, await kibana.connectors(space).catch(failed)] as const)),
    each(rules, ({ space, id = "" }) => kibana.rule(space, id)),
    each(workflows, ({ space, id, routes }) => kibana.workflow(space, id, routes)),
  ]);
  const empty = lists.flatMap(([space, list]) => (list?.every(({ preconfigured }) => preconfigured) ? [space] : []));
  const states = await Promise.all(empty.map(async (space) => [space, await kibana.space(space).catch(failed)] as const));
  return {
    connectors: new Map(lists.flatMap(([space, list]) => (list ? [[space, list] as const] : []))),
    rules: new Map(found.flat()),
    workflows: new Map(foundWorkflows.flat()),
    gone: new Set(states.flatMap(([space, state]) => (state === "missing" ? [space] : []))),
    kibana: taken ?? undefined,
    unread: failures[0],
    journalKey,
  };
}

/** Its present name; undefined if it is gone or was not looked up. */
export function nameNow(entry: JournalEntry, now: Now): string | undefined {
  const { op, space } = entry.begin.op;
  const id = idIn(entry);
  if (id === undefined) return undefined;
  if (op === "put_workflow") return now.workflows.get(key(space, id))?.name;
  return op === "put_rule" ? now.rules.get(key(space, id))?.name : now.connectors.get(space)?.find((one) => one.id === id)?.name;
}

/** Whether the rule or workflow of a change is there, and names a connector by its id, its name or its former text nowhere. */
export async function isWithout(entry: JournalEntry, { id: connector = "", name }: CreateOp, now: Now): Promise<boolean> {
  const { op, space } = entry.begin.op;
  const at = key(space, idIn(entry) ?? "");
  if (op !== "put_workflow") return now.rules.get(at)?.actions?.some(({ id }) => id === connector) === false;
  const yaml = now.workflows.get(at)?.yaml;
  if (yaml === undefined) return false;
  const record = recordedIn(entry);
  const moves = record?.op === "put_workflow" ? record.moves : [];
  const texts = new Set([connector, name.trim(), ...moves.flatMap(({ was, of = was }) => (of === connector ? [was] : []))]);
  // Loaded here because the parser is large.
  const { referencesIn } = await import("../../usage/workflow-text.ts");
  return !referencesIn(yaml).some(({ text }) => texts.has(text));
}
