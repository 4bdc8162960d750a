import { type FormerSecret, fieldOf } from "../secrets/stored-secret.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { mayHaveHappened, recordedIn } from "./undo.ts";

/** A reference in a field; `source` undefined: without one. */
interface There {
  source: string | undefined;
  /** It is there, or has been, for certain. */
  isCertain: boolean;
  wasCertain: boolean;
}

/**
 * The references whose place in a connector this server gave to another secret, or may have given, and that it has not stored there again.
 * @param entries newest first
 */
export function formerByJournal(entries: readonly JournalEntry[], deployment: string): FormerSecret[] {
  const connectors = new Map<string, { now: Map<string, There[]>; former: Map<string, FormerSecret> }>();
  for (const entry of [...entries].reverse()) {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const id = idIn(entry);
    if (id === undefined || (record?.op !== "create" && record?.op !== "update")) continue;
    const isCertain = !mayHaveHappened(entry);
    const which = JSON.stringify([record.space, id]);
    const one = connectors.get(which) ?? { now: new Map<string, There[]>(), former: new Map<string, FormerSecret>() };
    connectors.set(which, one);
    // A connector that is made again goes on, by an undo of its delete for example.
    if (record.op === "create" && isCertain)
      for (const field of one.now.keys()) if (!record.secretFields.includes(field)) one.now.delete(field);
    for (const field of record.secretFields) {
      const named = Object.entries(record.secretSources).flatMap(([path, source]) => (fieldOf({ path }) === field ? [source] : []));
      const is: (string | undefined)[] = named.length > 0 ? named : [undefined];
      const before = one.now.get(field) ?? [];
      const replaced = before.filter(({ source }) => source === undefined || !is.includes(source));
      for (const { source, wasCertain } of replaced) {
        // One that was replaced for certain before is no less a former one.
        if (source === undefined || (!isCertain && one.former.has(source))) continue;
        const by = named.length > 0 ? named.join(" and ") : undefined;
        const at = { space: record.space, connector: id, at: entry.begin.at };
        one.former.set(source, { source, by, ...at, ...(!(isCertain && wasCertain) && { isUncertain: true }) });
      }
      const given = is.map((source) => {
        const there = before.filter((known) => known.source === source);
        const [now, then] = [there.some((known) => known.isCertain), there.some((known) => known.wasCertain)];
        return { source, isCertain: isCertain || now, wasCertain: isCertain || then };
      });
      one.now.set(field, isCertain ? given : [...replaced.map((known) => ({ ...known, isCertain: false })), ...given]);
    }
  }
  return [...connectors.values()].flatMap(({ now, former }) => {
    const all = [...now.values()].flat();
    return [...former.values()].flatMap((one) => {
      const there = all.filter(({ source }) => source === one.source);
      if (there.some(({ isCertain }) => isCertain)) return [];
      return there.length > 0 ? [{ ...one, isUncertain: true as const }] : [one];
    });
  });
}
