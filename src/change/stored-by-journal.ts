import { grouped } from "../grouped.ts";
import { areSame, fieldOf, haveSameValue, mayBeSame, type StoredSecret } from "../secrets/stored-secret.ts";
import { idIn, placeOf, writtenTo } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import type { Recorded, RecordOf } from "./ops/records.ts";
import type { DigestsIn } from "./stored-digests.ts";
import { changesOnlySecrets, inverseOfEntry, mayHaveHappened } from "./undo.ts";

/**
 * What this server stored last in each secret field of each connector. Where it is not known whether a write happened, both what it
 * stored and what was there before.
 * @param entries newest first
 * @param before what the undo of this change gives back: what was stored before it, or what is there now where it left a field as
 * it was. What it stored itself is never among it.
 */
export function storedByJournal(entries: readonly JournalEntry[], of: Of, before?: string): StoredSecret[] {
  if (before === undefined) return lastStored(entries, of);
  const end = entries.findLastIndex(({ begin }) => begin.change === before) + 1;
  const own = entries.filter(({ begin }) => begin.change === before);
  const newer = entries.slice(0, end).filter(({ begin }) => begin.change !== before);
  const [stored, again, since] = [entries.slice(end), own, newer].map((some) => lastStored(some, of)) as Three;
  const [then, itself, later] = [stored, again, since].map((all) => grouped(all, place));
  const inPlace = own.filter((entry) => isInPlace(entry, stored, again));
  return [...new Set([...(then?.keys() ?? []), ...(itself?.keys() ?? [])])].flatMap((at) => {
    const [was, by, is] = [then, itself, later].map((all) => all?.get(at) ?? []) as Three;
    const isOther = is.length > 0 && !mayBeSame(is, by.length > 0 ? by : was);
    const isUncertain = is.some((one) => one.isUncertain);
    const hasNewValue = (one: StoredSecret) =>
      by.some(
        (mine) => mine.path === one.path && mine.source === one.source && one.source !== undefined && haveSameValue(mine, one) === false,
      ) ||
      (by.every((mine) => haveSameValue(mine, one) === undefined) && inPlace.some((entry) => isOf(entry, one)));
    const isKept = !was.some(hasNewValue) && (was.length === 0 || areSame(was, by));
    if (isOther && isKept) {
      const there = isUncertain ? was.map((one) => ({ ...one, isUncertain: true as const })) : [];
      return [...is.map((one) => ({ ...one, isSince: true as const })), ...there];
    }
    const source = [...new Set(is.map(({ source: name = "what a person typed" }) => name))].join(" and ");
    const more = isOther ? { replaced: { source, isUncertain } } : {};
    return was.map((one) => ({ ...one, ...more, ...(hasNewValue(one) && { hasNewValue: true as const }) }));
  });
}

/** Whose entries are meant, and how their digests are read. */
export interface Of {
  deployment: string;
  digests: DigestsIn;
}

type Three = [StoredSecret[], StoredSecret[], StoredSecret[]];

/** Whether a change of secrets alone gave the references that were there last: then these had got new values, as far as no digest says it. */
function isInPlace(entry: JournalEntry, stored: readonly StoredSecret[], again: readonly StoredSecret[]): boolean {
  const inverse = inverseOfEntry(entry);
  const was = stored.filter((one) => one.isLatest && isOf(entry, one));
  const by = again.filter((one) => isOf(entry, one));
  const isKnown = by.length > 0 && by.every(({ source }) => source !== undefined);
  const references = (all: readonly StoredSecret[]) => all.map(({ path, source }) => ({ path, source }));
  return inverse !== undefined && changesOnlySecrets(inverse) && isKnown && areSame(references(was), references(by));
}

function isOf(entry: JournalEntry, { space, connector }: StoredSecret): boolean {
  return entry.begin.op.space === space && idIn(entry) === connector;
}

function place(one: StoredSecret): string {
  return JSON.stringify([one.space, one.connector, fieldOf(one)]);
}

/** A write to one connector. */
interface Write {
  entry: JournalEntry;
  record: Recorded;
  id: string;
  isCertain: boolean;
  /** Of what it stored, by path. */
  digests: Readonly<Record<string, string>>;
}

type Store = Write & { record: RecordOf<"create" | "update"> };

function lastStored(entries: readonly JournalEntry[], { deployment, digests }: Of): StoredSecret[] {
  const writes = entries.flatMap((entry): Write[] => {
    const record = writtenTo(deployment, entry);
    const id = idIn(entry);
    if (!record || id === undefined) return [];
    const stored = isConnectors(record) ? digests(record.digests) : {};
    return [{ entry, record, id, isCertain: !mayHaveHappened(entry), digests: stored }];
  });
  const ofConnectors = writes.filter((one) => isStore(one) || one.record.op === "delete");
  return [...grouped(ofConnectors, ({ record, id }) => placeOf(record.space, id)).values()].flatMap(storedInOne);
}

/** @param writes to one connector, newest first */
function storedInOne(writes: readonly Write[]): StoredSecret[] {
  const first = writes.findIndex(isStore);
  const isGone = first === 0 ? false : writes.slice(0, first).some(({ isCertain }) => isCertain) || undefined;
  const since = first < 0 ? [] : writes.slice(first);
  // Whatever was under the id of a connector that is made was another one's.
  const last = since.findIndex(({ record, isCertain }) => isCertain || record.op === "create");
  const states = (last < 0 ? since : since.slice(0, last + 1)).filter(isStore);
  const isKnown = since[last]?.isCertain === true && since[last]?.record.op !== "delete";
  const latest = new Map(
    [...new Set(states.flatMap(({ record }) => record.secretFields))].map((field) => [field, inStates(field, states)]),
  );
  const seen = new Set(latest.keys());
  return since.filter(isStore).flatMap((write) => {
    const isLatest = states.includes(write);
    // What a person typed since has no reference: an older one is not of it.
    const fields = write.record.secretFields.filter((field) => isLatest || !seen.has(field));
    for (const field of fields) seen.add(field);
    return fields.flatMap((field) => {
      const all = latest.get(field);
      if (all && !all.own.has(write)) return [];
      const isUncertain = isLatest && !(isKnown && all?.isOne);
      return inField(field, write).map((one) => ({ ...one, isGone, isLatest, ...(isUncertain && { isUncertain: true as const }) }));
    });
  });
}

/** Which of the writes stored something of its own in a field, the oldest where several stored the same; `isOne`: all stored that. */
function inStates(field: string, states: readonly Store[]): { own: Set<Store>; isOne: boolean } {
  const own: Store[] = [];
  for (const write of [...states].reverse()) {
    const is = inField(field, write);
    const isAgain = own.some((one) => areSame(inField(field, one), is));
    if (write.record.secretFields.includes(field) && !isAgain) own.push(write);
  }
  return { own: new Set(own), isOne: own.length === 1 && states.every(({ record }) => record.secretFields.includes(field)) };
}

function inField(field: string, { entry, record, id, digests }: Store): Omit<StoredSecret, "isGone" | "isLatest">[] {
  const paths = Object.keys({ ...record.secretSources, ...digests }).filter((path) => fieldOf({ path }) === field);
  const { change, at } = entry.begin;
  const place = { space: record.space, connector: id, change, at };
  return (paths.length > 0 ? paths : [field]).map((path) => ({
    ...{ source: record.secretSources[path], path, ...place },
    ...(digests[path] !== undefined && { digest: digests[path] }),
  }));
}

function isStore(write: Write): write is Store {
  return isConnectors(write.record);
}

function isConnectors(record: Recorded): record is Store["record"] {
  return record.op === "create" || record.op === "update";
}
