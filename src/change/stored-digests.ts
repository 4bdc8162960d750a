import { type SealedRecord, sealedIn } from "../sealed.ts";
import { isShort } from "../secrets/redact.ts";
import type { DigestOf } from "../secrets/stored-secret.ts";
import { keyedDigest } from "./digest.ts";
import type { StoredDigests } from "./ops/records.ts";

/** Makes what a journal with this key keeps of a value; undefined for a short one, which is anybody's. */
export function digestUnder(key: Buffer): DigestOf {
  return (value) => (isShort(value) ? undefined : value.fingerprint(key));
}

/** The same of each value that an op stores, by its path; undefined where there is none. */
export function digestsOfStored(secrets: SealedRecord, key: Buffer): StoredDigests | undefined {
  const digest = digestUnder(key);
  const all = sealedIn(secrets).flatMap(([path, value]) => {
    const one = digest(value);
    return one === undefined ? [] : [[path, one] as const];
  });
  return all.length > 0 ? { key: nameOf(key), values: Object.fromEntries(all) } : undefined;
}

/** Reads them in records. Those under a lost key say nothing, of equal values neither. */
export function digestsIn(key: Buffer | undefined): DigestsIn {
  const name = key && nameOf(key);
  return (digests) => (digests && digests.key === name ? digests.values : {});
}

/** By path. */
export type DigestsIn = (digests: StoredDigests | undefined) => Readonly<Record<string, string>>;

function nameOf(key: Buffer): string {
  return keyedDigest("the key of these digests", key).slice(0, 12);
}
