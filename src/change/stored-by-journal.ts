import type { StoredSecret } from "../secrets/resolve.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { recordedIn } from "./undo.ts";

/**
 * What this server stored last in each secret field of each connector.
 * @param entries newest first
 * @param before only what it stored before this change
 */
export function storedByJournal(entries: readonly JournalEntry[], deployment: string, before?: string): StoredSecret[] {
  const older = before === undefined ? entries : entries.slice(entries.findLastIndex(({ begin }) => begin.change === before) + 1);
  const seen = new Map<string, { isGone: boolean; isWritten: boolean; fields: Set<string> }>();
  return older.flatMap((entry) => {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const id = idIn(entry);
    if (!record || id === undefined || !["create", "update", "delete"].includes(record.op)) return [];
    const place = JSON.stringify([record.space, id]);
    const since = seen.get(place) ?? { isGone: record.op === "delete", isWritten: false, fields: new Set<string>() };
    seen.set(place, since);
    if (record.op !== "create" && record.op !== "update") return [];
    const { isGone, fields } = since;
    // What a person typed since has no reference: an older one is not of it.
    const fresh = record.secretFields.filter((field) => !fields.has(field));
    for (const field of fresh) fields.add(field);
    const isLatest = !since.isWritten && entry.end?.outcome === "done";
    since.isWritten = true;
    return fresh.flatMap((field) => {
      const sources = Object.entries(record.secretSources).filter(([path]) => (path.split(".")[0] ?? path) === field);
      const all = sources.length > 0 ? sources : [[field, undefined] as const];
      return all.map(([path, source]): StoredSecret => ({ source, path, space: record.space, connector: id, isGone, isLatest }));
    });
  });
}
