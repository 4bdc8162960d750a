import { createCounters } from "./counters.ts";
import { principalsIn, readKeys } from "./key-file.ts";
import { fingerprintOf, type Key, type Keys, noKeys } from "./key-records.ts";
import { PasskeyRefused } from "./refused.ts";
import { type Asked, checkAssertion, readAssertion, type Signature } from "./webauthn.ts";

/** The keys that this server relies on: those of its start, and what these have signed since. */
export interface Keyring {
  /** What is wrong with the keys as they were found at the start, by principal. */
  problems: ReadonlyMap<string, string>;
  /** Whose keys were found at the start. */
  found: ReadonlyMap<string, Keys>;
  /** The keys of a principal. @throws PasskeyRefused where they may not be relied on */
  keysOf(principal: string): Promise<Keys>;
  /** Checks a signature by one of these keys. @throws PasskeyRefused */
  check(text: string, asked: Asked, keys: readonly Key[]): Promise<Signed>;
  /** This server has enrolled or removed a key itself: from now on it relies on these. */
  took(principal: string, keys: Keys): void;
}

/** Who signed, and the signature. */
export interface Signed {
  key: Key;
  signature: Signature;
}

export interface Trust {
  /** Fingerprints of the first keys that may be relied on; empty: any. */
  pins: readonly string[];
  /** The newest record of each principal that the journal knows. */
  noted: ReadonlyMap<string, string>;
}

/** Reads the keys in the folder. Later only those count that follow from them: a first key counts from the next start. */
export async function openKeyring(dir: string, { pins, noted }: Trust): Promise<Keyring> {
  const counters = createCounters(dir);
  const known = new Map<string, Keys>();
  const problems = new Map<string, string>();
  for (const principal of new Set([...noted.keys(), ...(await principalsIn(dir))])) {
    const { problem, ...keys } = await readKeys(dir, principal);
    known.set(principal, keys);
    const wrong = problem ?? whyNotTrusted(keys, noted.get(principal));
    if (wrong !== undefined) problems.set(principal, wrong);
  }

  function whyNotTrusted({ digests, first }: Keys, newest: string | undefined): string | undefined {
    if (newest !== undefined && !digests.includes(newest))
      return digests.length === 0
        ? "the file of keys is gone"
        : "the file is not the one that the journal knows: keys were taken away or exchanged";
    if (first && pins.length > 0 && !pins.includes(fingerprintOf(first)))
      return "the first key is not one that --approve-with names by its fingerprint";
    return undefined;
  }

  return {
    problems,
    found: new Map(known),
    async keysOf(principal) {
      const atStart = problems.get(principal);
      if (atStart !== undefined) throw new PasskeyRefused(atStart);
      const before = known.get(principal) ?? noKeys;
      const { problem, ...now } = await readKeys(dir, principal);
      if (problem !== undefined) throw new PasskeyRefused(problem);
      if (before.digests.length === 0 && now.digests.length > 0)
        throw new PasskeyRefused("the first key was enrolled after this server had started: it counts from the next start");
      if (before.digests.some((one, at) => one !== now.digests[at]))
        throw new PasskeyRefused("the file of keys was exchanged while this server was running");
      known.set(principal, now);
      return now;
    },
    async check(text, asked, keys) {
      const given = readAssertion(text);
      const key = keys.find(({ id, rpId }) => id === given.id && rpId === asked.rpId);
      if (!key) throw new PasskeyRefused("The passkey is not one that is enrolled for this.");
      const last = Math.max(key.counter, await counters.of(key.id));
      const counter = await checkAssertion(given, asked, { ...key, counter: last });
      await counters.saw(key.id, counter);
      return { key, signature: given.response };
    },
    took: (principal, keys) => {
      known.set(principal, keys);
      // The journal notes what came on the server's own page; the fingerprints that are named hold there too.
      const wrong = whyNotTrusted(keys, undefined);
      if (wrong === undefined) problems.delete(principal);
      else problems.set(principal, wrong);
    },
  };
}
