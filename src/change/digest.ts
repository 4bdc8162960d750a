import { createHash, createHmac, randomBytes } from "node:crypto";
import { canonicalJson } from "../plain-object.ts";
import { Sealed } from "../sealed.ts";
import type { Plan } from "./plan.ts";

/** For this process alone, where no key is shared with others. */
const processKey = randomBytes(32);

/**
 * The fingerprint of what a plan writes and of the facts it depends on; secrets count by their keyed fingerprint.
 * @param key shared where another process must compute the same digest
 */
export function planDigest({ ops, facts, byJournal, consequence, outsideWorld, flows }: Plan, key: Buffer = processKey): string {
  return digest({ ops, facts, byJournal, consequence, outsideWorld, flows }, key);
}

/** A digest of JSON that does not depend on the order of keys. */
export function digest(value: unknown, key: Buffer = processKey): string {
  return createHash("sha256").update(canonical(value, key)).digest("base64url");
}

/** A digest of JSON that tells nothing to whoever lacks the key, not even whether a guess is right. */
export function keyedDigest(value: unknown, key: Buffer): string {
  return createHmac("sha256", key).update(canonical(value, key)).digest("base64url");
}

function canonical(value: unknown, key: Buffer): string {
  return canonicalJson(value, (item) => (item instanceof Sealed ? `sealed:${item.source}:${item.fingerprint(key)}` : undefined));
}
