import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Doubt } from "./names.ts";
import type { Values } from "./rows.ts";

/** The files that hold the server's own credentials, whether they are of use to it or not. */
export function ownFiles({ apiKeyFile, authTokenFile }: Values): string[] {
  return [apiKeyFile, authTokenFile].filter((path) => path !== undefined);
}

/** Whether it is one of these files, by whatever name and links. */
export function isOneOf(found: Pick<Stats, "dev" | "ino"> | undefined, paths: readonly string[]): boolean {
  return found !== undefined && paths.map(statOf).some((own) => own?.dev === found.dev && own.ino === found.ino);
}

/** Files of the secrets folder that are the server's own: no connector gets them. */
export function ownFilesIn(dir: string, paths: readonly string[]): Doubt[] {
  return namesIn(dir)
    .filter((name) => isOneOf(statOf(join(dir, name)), paths))
    .map((name) => ({
      check: "secrets",
      problem: `The file ${name} in the secrets folder holds a credential of this server itself: it is given to no connector.`,
      fix: "Keep it in another folder.",
    }));
}

/** Undefined where there is none, or nobody may look. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    // The reference that names a file says what is wrong with the folder.
    return [];
  }
}
