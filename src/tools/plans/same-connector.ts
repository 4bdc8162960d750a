import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { type Recorded, recordedIn } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { differsFrom, filledIn, ofAnother } from "./changed-since.ts";

type State = Pick<Connector, "type" | "name"> & { config: Record<string, unknown> };
type OfConnector = Extract<Recorded, { op: "create" | "update" | "delete" }>;

interface Stage {
  entry: JournalEntry;
  record: OfConnector;
}

/** What became of the connector of a change, by what this server did later under its id. */
export interface Owner {
  /** Its newest deletion after it had come back; undefined: it was not deleted again. */
  again: JournalEntry | undefined;
  /** What of this server gave its id away: a deletion, or the making of another one. */
  left: JournalEntry | undefined;
  /** As it was when it last had the id. */
  last: State;
  /** Whether nothing that is known has the id now. */
  isFree: boolean;
}

/**
 * Follows a connector through deletions and returns. One that is made under its id is another one, unless an undo, or somebody in
 * Kibana, made it as it was.
 * @param entries of the journal, newest first
 */
export async function ownerSince(entry: JournalEntry, entries: readonly JournalEntry[]): Promise<Owner | undefined> {
  const first = stageOf(entry);
  if (!first) return undefined;
  const place = placeOf(entry);
  const later = entries.slice(0, Math.max(0, entries.indexOf(entry))).filter((one) => placeOf(one) === place);
  let owner: Owner = { again: undefined, left: undefined, last: after(first.record), isFree: first.record.op === "delete" };
  for (const stage of later.reverse().flatMap((one) => stageOf(one) ?? [])) {
    owner = await followed(owner, stage);
  }
  return owner;
}

async function followed(owner: Owner, { entry, record }: Stage): Promise<Owner> {
  const isMade = record.op === "create" && entry.begin.tool !== "undo_change";
  const isStart = owner.isFree || record.op === "create";
  const isIts = isStart ? !isMade && (await isSame(before(record), owner.last)) : owner.left === undefined;
  const isFree = record.op === "delete";
  if (!isIts) return { ...owner, left: owner.left ?? entry, isFree };
  return { again: isFree ? entry : owner.again, left: isFree ? entry : undefined, last: after(record), isFree };
}

/** Why a change of a connector says nothing of what has its id now; undefined where that is it, as far as the journal tells. */
export async function nowOfAnother(owner: Owner | undefined, current: Connector): Promise<string | undefined> {
  if (!owner?.left || (owner.isFree && (await isSame({ ...current, config: current.config ?? {} }, owner.last)))) return undefined;
  const { change, tool, op } = owner.left.begin;
  return ofAnother(current, `: this server ${op.op === "delete" ? "deleted the former one" : "made it"} later, ${change} (${tool})`);
}

/** A deleted connector that came back was deleted once more: only the newest deletion brings back what it was last. */
export function deletedAgain(owner: Owner | undefined): string | undefined {
  return owner?.again && `It came back and was deleted again: undo ${owner.again.begin.change} (${owner.again.begin.tool}) instead.`;
}

/** What did not happen, or may not have made a connector, is none. */
function stageOf(entry: JournalEntry): Stage | undefined {
  if (entry.end?.outcome === "not_done") return undefined;
  const record = recordedIn(entry);
  if (record?.op === "create") return entry.end?.outcome === "done" ? { entry, record } : undefined;
  return record?.op === "update" || record?.op === "delete" ? { entry, record } : undefined;
}

function placeOf(entry: JournalEntry): string {
  const { deployment, op } = entry.begin;
  return JSON.stringify([deployment, op.space, idIn(entry)]);
}

function before(record: OfConnector): State {
  return record.op === "update" ? { type: record.type, ...record.before } : record;
}

function after(record: OfConnector): State {
  return record.op === "update" ? { type: record.type, ...record.after } : record;
}

async function isSame(now: State, { type, ...expect }: State): Promise<boolean> {
  if (now.type !== type) return false;
  const full = (await filledIn(type, now.config)) ?? now.config;
  return (await differsFrom({ ...now, config: full }, { expect })).length === 0;
}
