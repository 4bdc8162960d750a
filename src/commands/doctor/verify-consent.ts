import type { Clock } from "../../change/clock.ts";
import { whyNotApproved } from "../../change/consent/approval-holds.ts";
import { createJournal } from "../../change/journal.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import { keysEver } from "../../passkeys/key-file.ts";
import { plainText } from "../../plain-text.ts";
import { type Finding, failed, failure, ok } from "./finding.ts";

const check = "consent records";

/** Checks the signature of each change that was approved with a passkey, by the keys that are or were enrolled. */
export async function verifyConsent(journalDir: string, passkeyDir: string, clock: Clock): Promise<Finding[]> {
  const journal = createJournal(journalDir, clock);
  try {
    const { entries, problems } = await journal.entries();
    const changes = grouped(
      entries.filter(({ begin }) => begin.consent === "passkey"),
      ({ begin }) => begin.change,
    );
    const wrong: Finding[] = [];
    for (const [change, ofChange] of changes) {
      const why = await whyNotApproved(ofChange, (by) => keysEver(passkeyDir, by));
      if (why !== undefined)
        wrong.push(failed(check, `The approval of ${plainText(change, 60)} does not hold: ${plainText(why, 300)}.`, fix));
    }
    const stray = entries.filter(({ begin }) => begin.approval !== undefined && begin.consent !== "passkey");
    for (const { begin } of stray)
      wrong.push(failed(check, `${plainText(begin.change, 60)} has an approval and is recorded as ${plainText(begin.consent, 20)}.`, fix));
    const unread = problems.map((problem) => failed(check, `The journal could not be read as a whole: ${problem}`, fix));
    if (wrong.length + unread.length > 0) return [...wrong, ...unread];
    return [ok(check, `${changes.size} changes were approved with a passkey, and each signature holds for what is recorded.`)];
  } catch (error) {
    if (error instanceof ToolError) return [failure(check, error)];
    throw error;
  } finally {
    await journal.close();
  }
}

const fix =
  "Somebody who may write here as this user changed the journal or the file of passkeys: compare both with a backup, and Kibana with what is recorded.";
