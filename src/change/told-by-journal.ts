import type { AgreedPlace } from "../secrets/secret-source.ts";
import type { StoredSecret } from "../secrets/stored-secret.ts";
import type { Settings } from "../settings/index.ts";
import { agreedByJournal, inPerson } from "./agreed-by-journal.ts";
import type { Passkeys } from "./consent/passkey.ts";
import { formerByJournal } from "./former-by-journal.ts";
import type { JournalReader } from "./journal.ts";
import { storedByJournal } from "./stored-by-journal.ts";
import { digestsIn, digestUnder } from "./stored-digests.ts";

/** What the journal says of secrets: where which is stored, now or before a change; what was replaced; where people agreed that they go. */
export async function toldByJournal(
  journal: JournalReader,
  deployment: string,
  { approveWith }: Pick<Settings, "approveWith">,
  passkeys: Promise<Pick<Passkeys, "keyring">> | undefined,
) {
  const [{ entries }, key] = await Promise.all([journal.entries(), journal.key()]);
  const digests = digestsIn(key);
  let agreeing: Promise<AgreedPlace[]> | undefined;
  async function agreed(): Promise<AgreedPlace[]> {
    if (!approveWith) return agreedByJournal(entries, deployment, inPerson);
    const keyring = (await passkeys)?.keyring;
    if (!keyring) return [];
    // Only with passkeys: others do without what checks their signatures.
    const { signedIn } = await import("./consent/approval-holds.ts");
    return agreedByJournal(
      entries,
      deployment,
      signedIn(entries, async (by) => {
        const { active, retired } = await keyring.keysOf(by);
        return [...active, ...retired];
      }),
    );
  }
  const answers = new Map<string | undefined, StoredSecret[]>();
  return {
    stored(before?: string) {
      const answer = answers.get(before) ?? storedByJournal(entries, { deployment, digests }, before);
      answers.set(before, answer);
      return answer;
    },
    former: formerByJournal(entries, { deployment, digests }),
    digest: key && digestUnder(key),
    agreed: () => (agreeing ??= agreed()),
  };
}
