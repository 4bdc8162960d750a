import type { AgreedPlace } from "../secrets/secret-source.ts";
import { idIn, placeOf, writtenTo } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import type { Recorded } from "./ops/records.ts";

/** Whether a person agreed to what is recorded, who read the question. */
export type InPerson = (entry: JournalEntry) => boolean | Promise<boolean>;

export const inPerson: InPerson = ({ begin }) => ["form", "page", "passkey"].includes(begin.consent);

/**
 * Where a person agreed that a connector sends: its secrets, when they were stored, the requests of a run, or the alerts of rules. Not
 * what was agreed to for an earlier connector of that id.
 * @param entries newest first
 */
export async function agreedByJournal(entries: readonly JournalEntry[], deployment: string, isAgreed: InPerson): Promise<AgreedPlace[]> {
  const begun = new Set<string>();
  const places: AgreedPlace[] = [];
  for (const entry of entries) {
    const { end } = entry;
    const record = writtenTo(deployment, entry);
    const id = idIn(entry);
    if (!record || id === undefined) continue;
    const own = end?.outcome === "done" ? placesOf(record, id).filter((one) => !begun.has(placeOf(one.space, one.connector))) : [];
    if (own.length > 0 && (await isAgreed(entry))) places.push(...own);
    if (record.op === "create" || record.op === "delete") begun.add(placeOf(record.space, id));
  }
  return places;
}

function placesOf(record: Recorded, id: string): AgreedPlace[] {
  const { space } = record;
  switch (record.op) {
    case "execute":
      return [{ space, connector: id, hosts: record.hosts }];
    case "put_rule":
    case "put_workflow":
      return Object.entries(record.hosts).map(([connector, hosts]) => ({ space, connector, hosts }));
    case "create":
      return [{ space, connector: id, config: record.config, secrets: Object.values(record.secretSources) }];
    case "update":
      // Its hosts are shown with the secrets that go there.
      return record.secretFields.length > 0
        ? [{ space, connector: id, config: record.after.config, secrets: Object.values(record.secretSources) }]
        : [];
    default:
      return [];
  }
}
