import { sealedIn } from "../sealed.ts";
import { idIn, placeOf, writtenTo } from "./entries-of.ts";
import { formerByJournal } from "./former-by-journal.ts";
import type { JournalReader } from "./journal.ts";
import type { Plan } from "./plan.ts";
import { digestsIn, digestUnder } from "./stored-digests.ts";

/**
 * What the journal knows of the secrets that a plan stores: which writes stored some in its connectors, and where those that it gives
 * were replaced. A question about them does not outlive another change of them.
 * @returns undefined for a plan that stores none, and where the journal cannot be read: then nothing will be written
 */
export async function secretsByJournal({ ops }: Plan, journal: JournalReader, deployment: string): Promise<string[] | undefined> {
  const stores = ops.flatMap((op) => (op.op === "create" || op.op === "update" ? [op] : []));
  if (stores.length === 0) return undefined;
  const known = await Promise.all([journal.entries(), journal.key()]).catch(() => undefined);
  if (!known) return undefined;
  const [{ entries }, key] = known;
  const places = new Set(stores.map(({ space, id }) => placeOf(space, id)));
  const given = stores.flatMap(({ secrets }) => sealedIn(secrets).map(([, value]) => value));
  const [sources, digests] = [given.map(({ source }) => source), key ? given.map(digestUnder(key)) : []];
  const writes = entries.filter((entry) => {
    const record = writtenTo(deployment, entry);
    const stored = record?.op === "create" || record?.op === "update" ? record.secretFields : [];
    return record !== undefined && stored.length > 0 && places.has(placeOf(record.space, idIn(entry)));
  });
  const former = formerByJournal(entries, { deployment, digests: digestsIn(key) }).filter(
    ({ source, digest }) => (source !== undefined && sources.includes(source)) || (digest !== undefined && digests.includes(digest)),
  );
  return [
    ...writes.map(({ begin }) => `${begin.change}/${begin.n}`),
    ...former.map(({ source, space, connector }) => JSON.stringify([source, space, connector])),
  ].sort();
}
