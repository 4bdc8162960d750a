import { createHash } from "node:crypto";
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import * as z from "zod";
import { PasskeyRefused } from "./refused.ts";

/** What was asked of the browser, and where. */
export interface Asked {
  challenge: string;
  /** `http://localhost:49152` */
  origin: string;
  /** The host that the key is bound to. */
  rpId: string;
}

/** A public key as it is kept, in base64url. */
export const Credential = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.number().int().min(0),
  transports: z.array(z.string()).default([]),
});
export type Credential = z.output<typeof Credential>;

/** A signature with all that is needed to check it again, in base64url. */
export const Signature = z.object({ authenticatorData: z.string(), clientDataJSON: z.string(), signature: z.string() });
export type Signature = z.output<typeof Signature>;

const longest = 20_000;
const id = { id: z.string().min(1).max(2000), rawId: z.string(), type: z.literal("public-key") };
const Assertion = z.object({ ...id, response: Signature });
const Registration = z.object({
  ...id,
  response: z.object({
    clientDataJSON: z.string(),
    attestationObject: z.string(),
    transports: z
      .array(z.enum(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]).catch("internal"))
      .max(10)
      .optional(),
  }),
});
export type Assertion = z.output<typeof Assertion>;

/** An assertion as the page sends it. @throws PasskeyRefused */
export function readAssertion(text: string): Assertion {
  return read(Assertion, text);
}

/**
 * Checks a signature: challenge, origin, RP id, presence and verification of the user, the counter and the key.
 * @returns the authenticator's counter
 * @throws PasskeyRefused
 */
export async function checkAssertion(given: Assertion, { challenge, origin, rpId }: Asked, key: Credential): Promise<number> {
  if (given.id !== key.id) throw new PasskeyRefused("The passkey is not one that is enrolled.");
  return refusing(async () => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...given, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id: key.id, publicKey: Buffer.from(key.publicKey, "base64url"), counter: key.counter },
    });
    if (!verified) throw new PasskeyRefused("Its signature is not that of the enrolled key.");
    assertOwnWindow(given.response.clientDataJSON);
    return authenticationInfo.newCounter;
  });
}

/** Checks a new key as the page sends it. @throws PasskeyRefused */
export async function checkRegistration(text: string, { challenge, origin, rpId }: Asked): Promise<Credential> {
  const response = read(Registration, text);
  return refusing(async () => {
    const checked = await verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!checked.verified) throw new PasskeyRefused("The new passkey's signature does not hold.");
    assertOwnWindow(response.response.clientDataJSON);
    const { credential } = checked.registrationInfo;
    return {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      transports: response.response.transports ?? [],
    };
  });
}

/** ES256, Ed25519 and RS256: what authenticators have. */
export const algorithms = [-7, -8, -257];

/** Where a signature says that it was given; checked by whoever reads it again. */
export function originOf(clientDataJSON: string): string {
  const { origin } = clientData(clientDataJSON);
  return typeof origin === "string" ? origin : "";
}

export function challengeOf(value: string): string {
  return createHash("sha256").update(value).digest("base64url");
}

function assertOwnWindow(clientDataJSON: string): void {
  if (clientData(clientDataJSON).crossOrigin === true) throw new PasskeyRefused("The page was shown within another one.");
}

function clientData(encoded: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")));
  } catch {
    throw new PasskeyRefused("What the browser sent could not be read.");
  }
}

function read<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  try {
    if (text.length <= longest) return schema.parse(JSON.parse(text));
  } catch {
    // Not what our page sends: refused below.
  }
  throw new PasskeyRefused("What the browser sent could not be read.");
}

/** The library says what does not fit in words for developers; they are the most exact ones. */
async function refusing<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof PasskeyRefused) throw error;
    throw new PasskeyRefused(`${error instanceof Error ? error.message : "It could not be checked"}.`.replace(/\.\.$/, "."));
  }
}
