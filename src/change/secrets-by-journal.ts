import { referencesIn } from "../sealed.ts";
import { idIn } from "./entries-of.ts";
import { formerByJournal } from "./former-by-journal.ts";
import type { JournalReader } from "./journal.ts";
import type { Plan } from "./plan.ts";
import { recordedIn } from "./undo.ts";

/**
 * What the journal knows of the secrets that a plan stores: which writes stored some in its connectors, and where those that it gives
 * were replaced. A question about them does not outlive another change of them.
 * @returns undefined for a plan that stores none, and where the journal cannot be read: then nothing will be written
 */
export async function secretsByJournal({ ops }: Plan, journal: JournalReader, deployment: string): Promise<string[] | undefined> {
  const stores = ops.flatMap((op) => (op.op === "create" || op.op === "update" ? [op] : []));
  if (stores.length === 0) return undefined;
  const known = await journal.entries().catch(() => undefined);
  if (!known) return undefined;
  const { entries } = known;
  const place = (space: string, id: string | undefined) => JSON.stringify([space, id]);
  const places = new Set(stores.map(({ space, id }) => place(space, id)));
  const given = new Set(stores.flatMap(({ secrets }) => Object.values(referencesIn(secrets))));
  const writes = entries.filter((entry) => {
    const record = entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
    const stored = record?.op === "create" || record?.op === "update" ? record.secretFields : [];
    return record !== undefined && stored.length > 0 && places.has(place(record.space, idIn(entry)));
  });
  const former = formerByJournal(entries, deployment).filter(({ source }) => given.has(source));
  return [
    ...writes.map(({ begin }) => `${begin.change}/${begin.n}`),
    ...former.map(({ source, space, connector }) => JSON.stringify([source, space, connector])),
  ].sort();
}
