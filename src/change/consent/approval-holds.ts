import { checkLater, type Key } from "../../passkeys/key-records.ts";
import { PasskeyRefused } from "../../passkeys/refused.ts";
import type { JournalEntry } from "../journal.ts";
import { approvalChallenge, opDigest } from "./passkey.ts";

/**
 * Why the signature of a passkey does not hold for what is recorded of a change; undefined where it does.
 * @param entries of one change
 * @param keysOf the keys of a person, also those of earlier
 */
export async function whyNotApproved(
  entries: readonly JournalEntry[],
  keysOf: (by: string) => Promise<readonly Key[]>,
): Promise<string | undefined> {
  const proofs = entries.flatMap(({ begin }) =>
    begin.approval?.proof ? [{ begin, by: begin.approval.by, key: begin.approval.key, proof: begin.approval.proof }] : [],
  );
  const [first] = proofs;
  if (!first || proofs.length > 1) return "it has no signature, or several";
  const { begin, by, key: name, proof } = first;
  const key = (await keysOf(by)).find(({ id }) => id === proof.credential);
  if (!key) return `its key is none of ${by}`;
  if (key.name !== name || entries.some((one) => one.begin.approval?.by !== by || one.begin.approval.key !== name))
    return "it names another key than the one that signed";
  for (const { begin: one } of entries) {
    const isSame =
      one.tool === begin.tool && one.principal === begin.principal && one.deployment === begin.deployment && one.summary === begin.summary;
    if (!isSame || proof.signed.ops[one.n] !== opDigest(one.op, proof.signed.typed))
      return `op ${one.n} is recorded otherwise than it was signed`;
  }
  try {
    await checkLater(proof, approvalChallenge(begin, proof.signed), key);
  } catch (error) {
    if (error instanceof PasskeyRefused) return error.message.replace(/\.$/, "");
    throw error;
  }
  return Date.parse(begin.at) <= proof.signed.expires ? undefined : "it was written after the approval had expired";
}

/**
 * Whether a passkey signed what is recorded: whoever may write into the journal could record anything. Where secrets were typed on the
 * page, the signature covers no host.
 */
export function signedIn(entries: readonly JournalEntry[], keysOf: (by: string) => Promise<readonly Key[]>) {
  const looked = new Map<string, Promise<boolean>>();
  const holds = async (change: string) => {
    const all = entries.filter(({ begin }) => begin.change === change);
    if (all.some(({ begin }) => begin.approval?.proof?.signed.typed)) return false;
    return (await whyNotApproved(all, (by) => keysOf(by).catch(() => []))) === undefined;
  };
  return ({ begin: { change, consent } }: JournalEntry): Promise<boolean> => {
    if (consent !== "passkey") return Promise.resolve(false);
    const answer = looked.get(change) ?? holds(change);
    looked.set(change, answer);
    return answer;
  };
}
