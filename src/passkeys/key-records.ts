import { createHash } from "node:crypto";
import * as z from "zod";
import { canonicalJson } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import { PasskeyRefused } from "./refused.ts";
import { type Assertion, Credential, challengeOf, checkAssertion, originOf, Signature } from "./webauthn.ts";

/** By an enrolled key, over the record without it. */
const Proof = z.object({ by: z.string(), ...Signature.shape });
const Place = { v: z.literal(1), principal: z.string(), name: z.string(), at: z.string(), rpId: z.string(), prev: z.string() };
const KeyRecord = z.discriminatedUnion("kind", [
  z.strictObject({ ...Place, kind: z.literal("add"), credential: z.strictObject(Credential.shape), proof: Proof.optional() }),
  z.strictObject({ ...Place, kind: z.literal("remove"), credential: z.object({ id: z.string() }), proof: Proof }),
]);
export type KeyRecord = z.output<typeof KeyRecord>;
type Unsigned<Record> = Record extends unknown ? Omit<Record, "proof"> : never;
export type UnsignedRecord = Unsigned<KeyRecord>;

/** One person's key. */
export interface Key extends Credential {
  principal: string;
  /** As its owner called it. */
  name: string;
  rpId: string;
  /** When it was enrolled. */
  at: string;
}

/** The keys of one principal, as a file of records says that they came and went. */
export interface Keys {
  /** Of each record, in order: the last one stands for the whole file. */
  digests: string[];
  /** The one that nobody had to sign. */
  first?: Key;
  active: Key[];
  /** Removed: good for checking what they signed, and nothing else. */
  retired: Key[];
}

export const noKeys: Keys = { digests: [], active: [], retired: [] };

/** What an enrolled key signs to add or remove another. */
export function challengeFor(record: UnsignedRecord): string {
  return challengeOf(`kibana-connectors-mcp passkeys\n${canonicalJson(record)}`);
}

function digestOf(record: KeyRecord): string {
  return createHash("sha256").update(canonicalJson(record)).digest("base64url");
}

/** What a key is pinned by in `--approve-with passkey:FINGERPRINT`. */
export function fingerprintOf({ id, publicKey }: Pick<Key, "id" | "publicKey">): string {
  return createHash("sha256")
    .update(canonicalJson([id, publicKey]))
    .digest("base64url")
    .slice(0, 27);
}

/**
 * The keys after one more record.
 * @throws PasskeyRefused where it does not follow from those before: only the first key comes without a signature
 */
export async function withRecord(keys: Keys, record: KeyRecord, principal: string): Promise<Keys> {
  if (record.principal !== principal) throw new PasskeyRefused(`it is about ${record.principal}`);
  if (record.prev !== (keys.digests.at(-1) ?? "")) throw new PasskeyRefused("it does not follow the record before it");
  const { proof, ...unsigned } = record;
  if (keys.digests.length > 0) await checkProof(keys, unsigned, proof);
  const digests = [...keys.digests, digestOf(record)];
  const known = [...keys.active, ...keys.retired];
  if (record.kind === "add") {
    const { credential, name, rpId, at } = record;
    if (known.some(({ id }) => id === credential.id)) throw new PasskeyRefused("this key was enrolled before");
    if (keys.active.some((one) => one.name === name)) throw new PasskeyRefused("a key of this name is enrolled");
    const key = { ...credential, principal, name, rpId, at };
    return { first: key, ...keys, digests, active: [...keys.active, key] };
  }
  const gone = keys.active.filter(({ id }) => id === record.credential.id);
  const active = keys.active.filter((one) => !gone.includes(one));
  if (gone.length === 0 || active.length === 0) throw new PasskeyRefused("it removes a key that is not enrolled, or the last one");
  return { ...keys, digests, active, retired: [...keys.retired, ...gone] };
}

async function checkProof({ active }: Keys, record: UnsignedRecord, proof: KeyRecord["proof"]): Promise<void> {
  const by = active.find(({ id }) => id === proof?.by);
  if (!proof || !by) throw new PasskeyRefused("no enrolled key has signed it");
  await checkLater(proof, challengeFor(record), by);
}

/** Checks a signature that was accepted before: then the page's port and the counter were right. @throws PasskeyRefused */
export async function checkLater({ authenticatorData, clientDataJSON, signature }: Signature, challenge: string, key: Key): Promise<void> {
  const origin = originOf(clientDataJSON);
  if (!isOriginOf(origin, key.rpId)) throw new PasskeyRefused(`it was signed for ${origin}`);
  const given: Assertion = {
    id: key.id,
    rawId: key.id,
    type: "public-key",
    response: { authenticatorData, clientDataJSON, signature },
  };
  await checkAssertion(given, { challenge, origin, rpId: key.rpId }, { ...key, counter: 0 });
}

/** An https address of the host, or any port of this machine by its name. */
function isOriginOf(origin: string, rpId: string): boolean {
  const read = readUrl(origin);
  if (!read) return false;
  const { protocol, hostname } = read;
  return hostname === rpId && (protocol === "https:" || (protocol === "http:" && hostname === "localhost"));
}

/** @throws PasskeyRefused */
export function readKeyRecord(line: string): KeyRecord {
  try {
    return KeyRecord.parse(JSON.parse(line));
  } catch {
    throw new PasskeyRefused("it is not a record of this version");
  }
}
