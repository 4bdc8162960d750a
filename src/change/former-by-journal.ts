import { type FormerSecret, fieldOf } from "../secrets/stored-secret.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { recordedIn } from "./undo.ts";

/** By field, the references in it; undefined: without one. */
type Fields = Map<string, (string | undefined)[]>;

/**
 * The references whose place in a connector this server gave to another secret, and that it has not stored there again.
 * @param entries newest first
 */
export function formerByJournal(entries: readonly JournalEntry[], deployment: string): FormerSecret[] {
  const connectors = new Map<string, { now: Fields; former: Map<string, FormerSecret> }>();
  for (const entry of [...entries].reverse()) {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const id = idIn(entry);
    if (id === undefined || (record?.op !== "create" && record?.op !== "update")) continue;
    const which = JSON.stringify([record.space, id]);
    const one = connectors.get(which) ?? { now: new Map(), former: new Map() };
    connectors.set(which, one);
    // A connector that is made again goes on, by an undo of its delete for example.
    if (record.op === "create") for (const field of one.now.keys()) if (!record.secretFields.includes(field)) one.now.delete(field);
    for (const field of record.secretFields) {
      const named = Object.entries(record.secretSources).flatMap(([path, source]) => (fieldOf({ path }) === field ? [source] : []));
      const is: (string | undefined)[] = named.length > 0 ? named : [undefined];
      for (const source of one.now.get(field) ?? []) {
        if (source === undefined || is.includes(source)) continue;
        const by = named.length > 0 ? named.join(" and ") : undefined;
        one.former.set(source, { source, by, space: record.space, connector: id, at: entry.begin.at });
      }
      one.now.set(field, is);
    }
  }
  return [...connectors.values()].flatMap(({ now, former }) => {
    const there = new Set([...now.values()].flat());
    return [...former.values()].filter(({ source }) => !there.has(source));
  });
}
