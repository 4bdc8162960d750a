import type { StoredReference } from "../secrets/resolve.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { recordedIn } from "./undo.ts";

/**
 * The references that this server stored last in each secret field of each connector.
 * @param entries newest first
 */
export function storedReferences(entries: readonly JournalEntry[], deployment: string): StoredReference[] {
  const seen = new Map<string, { isGone: boolean; fields: Set<string> }>();
  return entries.flatMap((entry) => {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const id = idIn(entry);
    if (!record || id === undefined || !["create", "update", "delete"].includes(record.op)) return [];
    const place = JSON.stringify([record.space, id]);
    const { isGone, fields } = seen.get(place) ?? { isGone: record.op === "delete", fields: new Set<string>() };
    seen.set(place, { isGone, fields });
    if (record.op !== "create" && record.op !== "update") return [];
    // What a person typed since has no reference: an older one is not of it.
    const fresh = record.secretFields.filter((field) => !fields.has(field));
    for (const field of fresh) fields.add(field);
    return Object.entries(record.secretSources)
      .filter(([path]) => fresh.includes(path.split(".")[0] ?? path))
      .map(([path, source]) => ({ source, path, space: record.space, connector: id, isGone }));
  });
}
