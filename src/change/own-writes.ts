import { isDeepStrictEqual } from "node:util";
import { idIn, placeOf } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { type Recorded, recordedIn } from "./undo.ts";

/** What this server wrote last, as its journal says. */
export interface OwnWrites {
  /** After what a connector may work otherwise: its secrets or its config, or all of it. */
  connector(space: string, id: string): OwnWrite | undefined;
  /** The last save of a rule. */
  rule(space: string, id: string): OwnWrite | undefined;
}

export interface OwnWrite {
  /** When it was done, ISO. */
  at: string;
  change: string;
  /** In a sentence, of this server: `replaced its secrets`. */
  did: string;
}

/** @param entries newest first */
export function ownWrites(entries: readonly JournalEntry[], deployment: string): OwnWrites {
  const connectors = new Map<string, OwnWrite>();
  const rules = new Map<string, OwnWrite>();
  for (const entry of entries) {
    const { begin, end } = entry;
    const record = begin.deployment === deployment && end?.outcome === "done" ? recordedIn(entry) : undefined;
    const did = record && didIn(record);
    if (!end || !record || did === undefined) continue;
    const of = record.op === "put_rule" ? rules : connectors;
    const place = placeOf(record.space, idIn(entry));
    if (!of.has(place)) of.set(place, { at: end.at, change: begin.change, did });
  }
  return {
    connector: (space, id) => connectors.get(placeOf(space, id)),
    rule: (space, id) => rules.get(placeOf(space, id)),
  };
}

/** Undefined for what changes nothing that a run or a rule depends on. */
function didIn(record: Recorded): string | undefined {
  if (record.op === "put_rule") return "saved it";
  if (record.op === "create") return "made it";
  if (record.op !== "update") return undefined;
  const parts = [
    ...(record.secretFields.length > 0 ? ["secrets"] : []),
    ...(isDeepStrictEqual(record.before.config, record.after.config) ? [] : ["config"]),
  ];
  return parts.length > 0 ? `replaced its ${parts.join(" and ")}` : undefined;
}
