import { createHash, randomBytes } from "node:crypto";
import { Follow, type Page, type Take } from "../web/page.ts";
import { challengeFor, type Key, type KeyRecord, type Keys, type UnsignedRecord } from "./key-records.ts";
import { PasskeyRefused } from "./refused.ts";
import { algorithms, checkAssertion, checkRegistration, readAssertion } from "./webauthn.ts";

/** Where keys are enrolled: a page's origin, and the keys that are there. */
export interface Place {
  /** `http://localhost:49152` */
  origin: string;
  /** @throws PasskeyRefused where they may not be relied on */
  keysOf(principal: string): Promise<Keys>;
  /** Adds a record. @throws PasskeyRefused */
  append(record: KeyRecord): Promise<void>;
  /** The person decided against it. */
  cancelled(): void;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Shown {
  page: Page;
  take: Take;
}

/** Milliseconds that a page waits. */
export const pageHolds = 10 * 60_000;
const longestName = 40;

/** The page that adds a key; where some are enrolled, one of them has to sign that on a second page. */
export async function adding(principal: string, given: string | undefined, place: Place): Promise<Shown> {
  const keys = await place.keysOf(principal);
  const { rpId, expiresAt } = about(place);
  const challenge = randomBytes(32).toString("base64url");
  const proposed = given ?? `Key ${keys.digests.length + 1}`;
  const page: Page = {
    kind: "passkey",
    title: "Enroll a passkey",
    texts: [
      `It will approve changes that kibana-connectors-mcp makes in Kibana, as ${principal}, on ${rpId}.`,
      "Take a security key, or the authenticator of this machine or of your phone, which asks for your finger, face or PIN. A passkey in a file or a browser's profile can be used by programs that run as you.",
      ...(keys.active.length > 0 ? [`Next, one of these has to agree: ${namesOf(keys.active)}.`] : []),
    ],
    name: proposed,
    button: "Create the passkey",
    passkey: { what: "create", challenge, rpId, user: userOf(principal), algorithms, exclude: offered(keys.active) },
    expiresAt,
  };
  const take: Take = refusing(place, async ({ passkey, typedName }) => {
    const credential = await checkRegistration(passkey ?? "", { challenge, origin: place.origin, rpId });
    const record = {
      ...{ v: 1 as const, kind: "add" as const, principal, name: nameFrom(typedName || proposed), at: new Date(place.now()).toISOString() },
      ...{ rpId, credential, prev: keys.digests.at(-1) ?? "" },
    };
    if (keys.digests.length > 0) return agreeing(`Enroll "${record.name}"`, record, keys, place);
    await place.append(record);
    return {};
  });
  return { page, take };
}

/** The page that removes a key, which an enrolled one has to sign. @throws PasskeyRefused where there is no such key, or no other */
export async function removing(principal: string, name: string, place: Place): Promise<Shown> {
  const keys = await place.keysOf(principal);
  const key = keys.active.find((one) => one.name === name);
  if (!key) throw new PasskeyRefused(`No key of ${principal} is called "${name}".`);
  if (keys.active.length === 1) throw new PasskeyRefused("It is the last one: enroll another first, or start over.");
  const record = {
    ...{ v: 1 as const, kind: "remove" as const, principal, name, at: new Date(place.now()).toISOString() },
    ...{ rpId: key.rpId, credential: { id: key.id }, prev: keys.digests.at(-1) ?? "" },
  };
  return agreeing(`Remove "${name}"`, record, keys, place);
}

/** An enrolled key signs the record. */
function agreeing(title: string, record: UnsignedRecord, { active }: Keys, place: Place): Follow {
  const { rpId, expiresAt } = about(place);
  const able = active.filter((key) => key.rpId === rpId);
  if (able.length === 0) throw new PasskeyRefused(`No enrolled key is for ${rpId}: it has to be done where one can sign.`);
  const challenge = challengeFor(record);
  const page: Page = {
    kind: "passkey",
    title,
    texts: [`One of the enrolled keys of ${record.principal} has to agree: ${namesOf(able)}.`],
    button: "Agree with an enrolled passkey",
    passkey: { what: "get", challenge, rpId, keys: offered(able) },
    expiresAt,
  };
  const take: Take = refusing(place, async ({ passkey }) => {
    const given = readAssertion(passkey ?? "");
    const key = able.find(({ id }) => id === given.id);
    if (!key) throw new PasskeyRefused("It is not one of the enrolled keys.");
    await checkAssertion(given, { challenge, origin: place.origin, rpId }, { ...key, counter: 0 });
    await place.append({ ...record, proof: { by: key.id, ...given.response } });
    return {};
  });
  return new Follow(page, take);
}

/** What does not fit is said on the page. */
function refusing(place: Place, take: Take): Take {
  return async (submission) => {
    if (!submission.approved) {
      place.cancelled();
      return {};
    }
    try {
      return await take(submission);
    } catch (error) {
      if (error instanceof PasskeyRefused) return { "": `It was not accepted: ${error.message}` };
      throw error;
    }
  };
}

function about(place: Place): { rpId: string; expiresAt: number } {
  return { rpId: new URL(place.origin).hostname, expiresAt: place.now() + pageHolds };
}

function nameFrom(typed: string): string {
  const name = typed.trim().slice(0, longestName);
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._'()-]*$/u.test(name))
    throw new PasskeyRefused("The name may have letters, digits, spaces and . _ ' ( ) -");
  return name;
}

/** The same for all keys of a principal, so that one authenticator keeps one. */
function userOf(principal: string): { id: string; name: string } {
  return { id: createHash("sha256").update(`kibana-connectors-mcp ${principal}`).digest("base64url"), name: principal };
}

function offered(keys: readonly Key[]): { id: string; transports: string[] }[] {
  return keys.map(({ id, transports }) => ({ id, transports }));
}

function namesOf(keys: readonly Key[]): string {
  return keys.map(({ name }) => `"${name}"`).join(", ");
}
