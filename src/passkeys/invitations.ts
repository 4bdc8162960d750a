import { createHash, randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { codeOf, makePrivateFolder, readPlainFile } from "../private-files.ts";
import { PasskeyRefused } from "./refused.ts";

const Invitation = z.strictObject({
  principal: z.string(),
  what: z.enum(["add", "remove", "start_over"]),
  /** Of the key. */
  name: z.string().optional(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});
/** What the operator lets a person do on a page of the running server, once. */
export type Invitation = z.output<typeof Invitation>;

/** Writes an invitation where the running server finds it. @returns the code that its address ends with */
export async function invite(dir: string, invitation: Invitation): Promise<string> {
  const code = randomBytes(24).toString("base64url");
  await makePrivateFolder(dir);
  await writeFile(fileOf(dir, code), JSON.stringify(invitation), { flag: "wx", mode: 0o600 });
  return code;
}

/** @returns undefined for a code that was not given out, was used, or has expired */
export async function invitationOf(dir: string, code: string, now: number): Promise<Invitation | undefined> {
  try {
    const invitation = Invitation.parse(JSON.parse(readPlainFile(fileOf(dir, code)).toString("utf8")));
    return invitation.expiresAt > now ? invitation : undefined;
  } catch {
    // There is none of this name.
    return undefined;
  }
}

/** @throws PasskeyRefused where another page of the same invitation used it */
export async function useUp(dir: string, code: string): Promise<void> {
  try {
    await rm(fileOf(dir, code));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new PasskeyRefused("The invitation of this page was used. The operator gives out another.");
  }
}

/** Who can read the folder does not learn the code. */
function fileOf(dir: string, code: string): string {
  return join(dir, `invitation-${createHash("sha256").update(code).digest("hex").slice(0, 40)}.json`);
}
