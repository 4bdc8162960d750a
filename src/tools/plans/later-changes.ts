import { isDeepStrictEqual } from "node:util";
import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NextCall } from "../../change/plan.ts";
import { type Inverse, inverseOfEntry } from "../../change/undo.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { ownValue } from "../../plain-object.ts";
import { sameState } from "../../rules/rule-state.ts";
import { ruleSince } from "../rules/rule-since.ts";
import { filledIn } from "./changed-since.ts";

/** What takes a change back that Kibana shows. */
type Back = Exclude<Inverse, { none: string } | { op: "execute" }>;
type Of<Op extends Back["op"]> = Extract<Back, { op: Op }>;

/** A change that this server made later to the same connector, rule or workflow. */
export interface Later {
  change: string;
  tool: string;
  back: Back;
}

/** All later changes, newest first, and those to be undone first; undefined where others had a part in it. */
export interface Since {
  all: readonly Later[];
  way: readonly Later[] | undefined;
}

/** What this server did since to the same thing, newest first. @param entries of the journal, newest first */
export function laterThan(entry: JournalEntry, entries: readonly JournalEntry[]): Later[] {
  return newerThan(entry, entries).flatMap((one) => {
    const back = inverseOfEntry(one);
    const { change, tool } = one.begin;
    return back && "op" in back && back.op !== "execute" ? [{ change, tool, back }] : [];
  });
}

function newerThan(entry: JournalEntry, entries: readonly JournalEntry[]): JournalEntry[] {
  const about = ({ begin, ...one }: JournalEntry) => {
    const { op, space } = begin.op;
    return JSON.stringify([begin.deployment, space, op === "put_rule" || op === "put_workflow" ? op : "", idIn({ begin, ...one })]);
  };
  const newer = entries.slice(0, Math.max(0, entries.indexOf(entry)));
  return newer.filter((one) => about(one) === about(entry) && one.end?.outcome !== "not_done");
}

/**
 * Why a change that is there again is not to be undone: its undo was made already, and something later of this server brought it back.
 * What somebody made by hand after the undo, and what was deleted since, may go back once more.
 * @param entries of the journal, newest first
 */
export function undoneAlready(entry: JournalEntry, entries: readonly JournalEntry[]): string | undefined {
  if (!["update", "put_rule", "put_workflow"].includes(entry.begin.op.op)) return undefined;
  const undo = undoMade(entry, entries);
  const [newest] = newerThan(entry, entries);
  if (!undo || !newest || newest === undo) return undefined;
  return `It was undone already, by ${undo.begin.change}. What is there now is from ${newest.begin.change} (${newest.begin.tool}).`;
}

/** The undo of a change, unless that was undone itself. */
function undoMade(entry: JournalEntry, entries: readonly JournalEntry[]): JournalEntry | undefined {
  return newerThan(entry, entries).find(
    (one) => one.begin.undoes === entry.begin.change && one.end?.outcome === "done" && !undoMade(one, entries),
  );
}

/**
 * From what is there now back to what a change left. Changes that a later one took back need no undo.
 * @param leads whether the older change left what the newer one began with; the older undefined: the change itself, the newer: now
 */
function wayBack(all: readonly Later[], leads: (older: Later | undefined, newer: Later | undefined) => boolean): Since {
  const way: Later[] = [];
  let rest = all;
  while (way.length === 0 || !leads(undefined, way.at(-1))) {
    const newer = way.at(-1);
    const at = rest.findLastIndex((one) => leads(one, newer));
    const step = rest[at];
    if (!step) return { all, way: undefined };
    way.push(step);
    rest = rest.slice(at + 1);
  }
  return { all, way };
}

interface Shown {
  name: string;
  config: Record<string, unknown>;
}

/** @param fields in which the connector is not as the change left it: `name`, `config.url` */
export async function connectorSince(
  { type, ...now }: Pick<Connector, "type" | "name" | "config">,
  mine: Of<"update" | "delete">,
  all: readonly Later[],
  fields: readonly string[],
): Promise<Since> {
  const part = (state: Shown | undefined) =>
    fields.map((field) => (field === "name" ? state?.name : ownValue(state?.config, field.slice("config.".length))) ?? null);
  const asStored = async (state: Shown | undefined) =>
    part(state && { ...state, config: (await filledIn(type, state.config)) ?? state.config });
  const own = await asStored(afterIt(mine));
  const left = new Map(await Promise.all(all.map(async (one) => [one, await asStored(afterIt(one.back))] as const)));
  const current = part({ name: now.name, config: now.config ?? {} });
  return wayBack(all, (older, newer) => isDeepStrictEqual(older ? left.get(older) : own, newer ? part(beforeIt(newer.back)) : current));
}

function afterIt(back: Back): Shown | undefined {
  return back.op === "update" || back.op === "delete" ? { name: back.expect.name, config: back.stored ?? back.expect.config } : undefined;
}

function beforeIt(back: Back): Shown | undefined {
  if (back.op === "create") return back;
  return back.op === "update" ? back.to : undefined;
}

/** @param key the journal's */
export function rulesSince(mine: Of<"put_rule">, all: readonly Later[], rule: Rule, key: Buffer | undefined): Since {
  const of = (one: Later | undefined) => (one?.back.op === "put_rule" ? one.back : mine);
  return wayBack(all, (older, newer) =>
    newer ? sameState(of(newer).to, of(older).expect) : older !== undefined && ruleSince(of(older), rule, key).isAfter,
  );
}

export function workflowSince(mine: Of<"put_workflow">, all: readonly Later[], yaml: string | undefined): Since {
  const of = (one: Later | undefined) => (one?.back.op === "put_workflow" ? one.back : mine);
  return wayBack(all, (older, newer) => (newer ? of(newer).to : yaml) === of(older).expect);
}

/** Why a change is not undone now. @param otherwise what to say of changes that are not in the journal */
export function sinceInWords({ all, way }: Since, otherwise: string): string {
  if (way) return `This server changed it since: first undo ${inWords(way)}${way.length > 1 ? ", newest first" : ""}.`;
  return all.length > 0 ? `${otherwise} Not only by this server, which made ${inWords(all)}.` : otherwise;
}

/** The call that takes back the newest of them. */
export function undoOf({ change, tool }: Later, id: string): NextCall {
  return { tool: "undo_change", args: { change, id }, why: `Takes back what ${tool} did later. Then the older change can be undone.` };
}

function inWords(changes: readonly Later[]): string {
  return firstFew(changes, 5, ({ change, tool }) => `${change} (${tool})`);
}
