import { randomBytes, randomUUID } from "node:crypto";
import { constants, copyFile, link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { codeOf, makePrivateFolder } from "../private-files.ts";
import { assertPrivate, cannotBeRead, cannotBeWritten, fileIn } from "./journal-folder.ts";

const name = "key";
const bytes = 32;

/** The file that the key of a journal is in. */
export function keyFileIn(dir: string): string {
  return join(dir, name);
}

/**
 * The key of the digests in a journal, in its folder, since all who share the folder have to share it.
 * @returns undefined where there is none; an empty file, which a full disk leaves, is none
 * @throws ToolError journal_unavailable
 */
export async function readKey(dir: string): Promise<Buffer | undefined> {
  await assertPrivate(dir);
  const path = join(dir, name);
  if (((await fileIn(dir, name))?.bytes ?? 0) === 0) return undefined;
  const key = await readFile(path).catch((error: unknown) => {
    throw cannotBeRead(path, error);
  });
  if (key.length === bytes) return key;
  throw new ToolError(
    "journal_unavailable",
    `${path} is not the key of a journal.`,
    "Remove it: the next change makes a new one. Undos that have to find a secret again in a rule are then refused.",
  );
}

/** The same, made where there is none. @throws ToolError journal_unavailable */
export async function keyOf(dir: string): Promise<Buffer> {
  const there = await readKey(dir);
  if (there) return there;
  const made = join(dir, `${name}-${randomUUID()}`);
  try {
    await makePrivateFolder(dir);
    await writeFile(made, randomBytes(bytes), { flag: "wx", mode: 0o600, flush: true });
    await takeEmptyAway(dir);
    await putInPlace(made, join(dir, name));
  } catch (error) {
    throw error instanceof ToolError ? error : cannotBeWritten(dir, error);
  } finally {
    await rm(made, { force: true }).catch(() => undefined);
  }
  return keyOf(dir);
}

/** Whole or not at all, and only where no other process was first. */
async function putInPlace(made: string, path: string): Promise<void> {
  try {
    // Some file systems have no links.
    await link(made, path).catch((error: unknown) => {
      if (codeOf(error) === "EEXIST") throw error;
      return copyFile(made, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

/** Renamed first: what another process put there since it was seen to be empty goes back. */
async function takeEmptyAway(dir: string): Promise<void> {
  if ((await fileIn(dir, name))?.bytes !== 0) return;
  const path = join(dir, name);
  const asideName = `${name}-${randomUUID()}`;
  const aside = join(dir, asideName);
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await fileIn(dir, asideName))?.bytes !== 0) await putInPlace(aside, path);
  await rm(aside);
}
