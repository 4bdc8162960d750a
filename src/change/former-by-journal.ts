import { type FormerSecret, fieldOf, isSameSecret, type Known } from "../secrets/stored-secret.ts";
import { idIn, placeOf, writtenTo } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import type { Of } from "./stored-by-journal.ts";
import { mayHaveHappened } from "./undo.ts";

/** A secret in a field. */
interface There extends Known {
  /** It is there, or has been, for certain. */
  isCertain: boolean;
  wasCertain: boolean;
}

/**
 * The secrets whose place in a connector this server gave to another one, or may have given, and that it has not stored there again:
 * those with a digest or a reference.
 * @param entries newest first
 */
export function formerByJournal(entries: readonly JournalEntry[], { deployment, digests }: Of): FormerSecret[] {
  const connectors = new Map<string, { now: Map<string, There[]>; former: FormerSecret[] }>();
  for (const entry of [...entries].reverse()) {
    const record = writtenTo(deployment, entry);
    const id = idIn(entry);
    if (id === undefined || (record?.op !== "create" && record?.op !== "update")) continue;
    const isCertain = !mayHaveHappened(entry);
    const which = placeOf(record.space, id);
    const one = connectors.get(which) ?? { now: new Map<string, There[]>(), former: [] };
    connectors.set(which, one);
    // A connector that is made again goes on, by an undo of its delete for example.
    if (record.op === "create" && isCertain)
      for (const field of one.now.keys()) if (!record.secretFields.includes(field)) one.now.delete(field);
    const values = digests(record.digests);
    const paths = Object.keys({ ...record.secretSources, ...values });
    for (const field of record.secretFields) {
      const own = paths
        .filter((path) => fieldOf({ path }) === field)
        .map((path) => ({ source: record.secretSources[path], digest: values[path] }));
      const is: Known[] = own.length > 0 ? own : [{ source: undefined }];
      const before = one.now.get(field) ?? [];
      const replaced = before.filter((known) => !is.some((given) => isSameSecret(known, given)));
      const named = [...new Set(is.flatMap(({ source }) => source ?? []))];
      for (const { source, digest, wasCertain } of replaced) {
        const known = one.former.findIndex((other) => isSameSecret(other, { source, digest }));
        // One that was replaced for certain before is no less a former one.
        if ((source ?? digest) === undefined || (!isCertain && known >= 0)) continue;
        const by = named.length > 0 ? named.join(" and ") : undefined;
        const at = { space: record.space, connector: id, at: entry.begin.at };
        if (known >= 0) one.former.splice(known, 1);
        one.former.push({
          source,
          ...(digest !== undefined && { digest }),
          by,
          ...at,
          ...(!(isCertain && wasCertain) && { isUncertain: true }),
        });
      }
      const given = is.map((secret) => {
        const there = before.filter((known) => isSameSecret(known, secret));
        const [now, then] = [there.some((known) => known.isCertain), there.some((known) => known.wasCertain)];
        return { ...secret, isCertain: isCertain || now, wasCertain: isCertain || then };
      });
      one.now.set(field, isCertain ? given : [...replaced.map((known) => ({ ...known, isCertain: false })), ...given]);
    }
  }
  return [...connectors.values()].flatMap(({ now, former }) => {
    const all = [...now.values()].flat();
    return former.flatMap((one) => {
      const there = all.filter((known) => isSameSecret(known, one));
      if (there.some(({ isCertain }) => isCertain)) return [];
      return there.length > 0 ? [{ ...one, isUncertain: true as const }] : [one];
    });
  });
}
