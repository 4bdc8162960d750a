import type { StoredSecret } from "../secrets/stored-secret.ts";
import type { Settings } from "../settings/index.ts";
import { agreedByJournal, inPerson } from "./agreed-by-journal.ts";
import { formerByJournal } from "./former-by-journal.ts";
import type { JournalReader } from "./journal.ts";
import { storedByJournal } from "./stored-by-journal.ts";

/** What the journal says of secrets: where which is stored, now or before a change; what was replaced; where people agreed that they go. */
export async function toldByJournal(journal: JournalReader, deployment: string, { approveWith }: Pick<Settings, "approveWith">) {
  const { entries } = await journal.entries();
  const answers = new Map<string | undefined, StoredSecret[]>();
  return {
    stored(before?: string) {
      const answer = answers.get(before) ?? storedByJournal(entries, deployment, before);
      answers.set(before, answer);
      return answer;
    },
    former: formerByJournal(entries, deployment),
    agreed: agreedByJournal(entries, deployment, approveWith ? ["passkey"] : inPerson),
  };
}
