import { firstFew } from "../first-few.ts";
import { quoted, word } from "../plain-text.ts";
import type { JournalEntry } from "./journal.ts";
import type { Recorded } from "./ops/records.ts";
import { recordedIn } from "./undo.ts";

/** The id of what an entry is about; undefined where Kibana was to choose it and did not. */
export function idIn({ begin, end }: JournalEntry): string | undefined {
  return begin.op.id ?? end?.id;
}

/** One key for what has an id in a space. */
export function placeOf(space: string, id: string | undefined): string {
  return JSON.stringify([space, id]);
}

/** What an entry wrote to a deployment, or may have written; undefined where it did not. */
export function writtenTo(deployment: string, entry: JournalEntry): Recorded | undefined {
  return entry.begin.deployment === deployment && entry.end?.outcome !== "not_done" ? recordedIn(entry) : undefined;
}

/** The entries about what has an id, or else a name that it had then: of what is deleted the name is often all that is known. */
export function entriesOf(entries: readonly JournalEntry[], idOrName: string): JournalEntry[] {
  const ofId = entries.filter((one) => idIn(one) === idOrName);
  if (ofId.length > 0) return ofId;
  const ids = new Set(entries.filter((one) => namesIn(one).includes(idOrName)).map(idIn));
  return entries.filter((one) => ids.has(idIn(one)));
}

function namesIn(entry: JournalEntry): string[] {
  const record = recordedIn(entry);
  return [entry.begin.op.name, ...(record?.op === "update" ? [record.after.name] : [])];
}

/** `"Ops chat" (ops-chat), "Disk" (disk) and 3 more` */
export function subjectsInWords(entries: readonly JournalEntry[]): string {
  const all = [...new Set(entries.map((one) => `${quoted(one.begin.op.name, 80)} (${word(idIn(one) ?? "no id")})`))];
  return firstFew(all, 10);
}
