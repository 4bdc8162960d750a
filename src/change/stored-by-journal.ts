import { grouped } from "../grouped.ts";
import { areSame, fieldOf, type StoredSecret } from "../secrets/stored-secret.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { changesOnlySecrets, inverseOfEntry, recordedIn } from "./undo.ts";

/**
 * What this server stored last in each secret field of each connector.
 * @param entries newest first
 * @param before what the undo of this change gives back: what was stored before it, or what is there now where it left a field as
 * it was. What it stored itself is never among it.
 */
export function storedByJournal(entries: readonly JournalEntry[], deployment: string, before?: string): StoredSecret[] {
  const last = lastStored(entries, deployment);
  if (before === undefined) return last;
  const older = entries.slice(entries.findLastIndex(({ begin }) => begin.change === before) + 1);
  const own = entries.filter(({ begin }) => begin.change === before);
  const [stored, again] = [lastStored(older, deployment), lastStored(own, deployment)];
  const [then, itself, now] = [stored, again, last].map((all) => grouped(all, place));
  const inPlace = own.filter((entry) => isInPlace(entry, stored, again));
  return [...new Set([...(then?.keys() ?? []), ...(itself?.keys() ?? [])])].flatMap((at) => {
    const [was, by, is] = [then, itself, now].map((all) => all?.get(at) ?? []) as [StoredSecret[], StoredSecret[], StoredSecret[]];
    const isOther = !areSame(is, by.length > 0 ? by : was);
    const hasNewValue = inPlace.some((entry) => was.some((one) => isOf(entry, one)));
    const isKept = !hasNewValue && (was.length === 0 || (areSame(was, by) && was.every(({ source }) => source !== undefined)));
    if (isOther && isKept) return is.map((one) => ({ ...one, isSince: true as const }));
    const names = [...new Set(is.map(({ source = "what a person typed" }) => source))].join(" and ");
    const more = { ...(isOther && names !== "" && { replaced: names }), ...(hasNewValue && { hasNewValue }) };
    return was.map((one) => ({ ...one, ...more }));
  });
}

/** Whether a change of secrets alone gave the references that were there last: then these had got new values. */
function isInPlace(entry: JournalEntry, stored: readonly StoredSecret[], again: readonly StoredSecret[]): boolean {
  const inverse = inverseOfEntry(entry);
  const was = stored.filter((one) => one.isLatest && isOf(entry, one));
  const by = again.filter((one) => isOf(entry, one));
  const isKnown = by.length > 0 && by.every(({ source }) => source !== undefined);
  return inverse !== undefined && changesOnlySecrets(inverse) && isKnown && areSame(was, by);
}

function isOf(entry: JournalEntry, { space, connector }: StoredSecret): boolean {
  return entry.begin.op.space === space && idIn(entry) === connector;
}

function place(one: StoredSecret): string {
  return JSON.stringify([one.space, one.connector, fieldOf(one)]);
}

function lastStored(entries: readonly JournalEntry[], deployment: string): StoredSecret[] {
  const seen = new Map<string, { isGone: boolean; isWritten: boolean; fields: Set<string> }>();
  return entries.flatMap((entry) => {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const id = idIn(entry);
    if (!record || id === undefined || !["create", "update", "delete"].includes(record.op)) return [];
    const which = JSON.stringify([record.space, id]);
    const since = seen.get(which) ?? { isGone: record.op === "delete", isWritten: false, fields: new Set<string>() };
    seen.set(which, since);
    if (record.op !== "create" && record.op !== "update") return [];
    const { isGone, fields } = since;
    // What a person typed since has no reference: an older one is not of it.
    const fresh = record.secretFields.filter((field) => !fields.has(field));
    for (const field of fresh) fields.add(field);
    const isLatest = !since.isWritten && entry.end?.outcome === "done";
    since.isWritten = true;
    return fresh.flatMap((field) => {
      const sources = Object.entries(record.secretSources).filter(([path]) => fieldOf({ path }) === field);
      const all = sources.length > 0 ? sources : [[field, undefined] as const];
      const { change, at } = entry.begin;
      const where = { space: record.space, connector: id, change, at, isGone, isLatest };
      return all.map(([path, source]): StoredSecret => ({ source, path, ...where }));
    });
  });
}
