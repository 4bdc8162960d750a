import type { AgreedPlace } from "../secrets/secret-source.ts";
import { idIn } from "./entries-of.ts";
import type { JournalEntry } from "./journal.ts";
import { recordedIn } from "./undo.ts";

/** How a person agrees who reads the question. */
export const inPerson: readonly string[] = ["form", "page", "passkey"];

/**
 * Where a person agreed that a connector sends: its secrets, when they were stored, or the requests of a run.
 * @param ways that count as a person's
 */
export function agreedByJournal(entries: readonly JournalEntry[], deployment: string, ways: readonly string[]): AgreedPlace[] {
  return entries.flatMap((entry): AgreedPlace[] => {
    const { begin, end } = entry;
    if (begin.deployment !== deployment || end?.outcome !== "done" || !ways.includes(begin.consent)) return [];
    const record = recordedIn(entry);
    const connector = idIn(entry);
    if (connector === undefined) return [];
    if (record?.op === "execute") return [{ space: record.space, connector, hosts: record.hosts }];
    // Hosts are shown with the secrets that go there.
    if ((record?.op !== "create" && record?.op !== "update") || record.secretFields.length === 0) return [];
    return [{ space: record.space, connector, config: record.op === "create" ? record.config : record.after.config }];
  });
}
