import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import { codeOf, makePrivateFolder } from "../private-files.ts";
import { assertPrivate, cannotBeRead, cannotBeWritten, fileIn } from "./journal-folder.ts";

const name = "key";
const bytes = 32;

/** How often, and at which distance in milliseconds, a key is looked at that another process is just writing. */
const looks = 10;
const betweenLooks = 20;

/**
 * The key of the digests in a journal, in its folder, since all who share the folder have to share it.
 * @returns undefined where there is none
 * @throws ToolError journal_unavailable
 */
export async function readKey(dir: string): Promise<Buffer | undefined> {
  await assertPrivate(dir);
  const path = join(dir, name);
  for (let look = 1; look <= looks; look++) {
    if ((await fileIn(dir, name)) === undefined) return undefined;
    const key = await readFile(path).catch((error: unknown) => {
      throw cannotBeRead(path, error);
    });
    if (key.length === bytes) return key;
    await setTimeout(betweenLooks);
  }
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
  const key = randomBytes(bytes);
  try {
    await makePrivateFolder(dir);
    await writeFile(join(dir, name), key, { flag: "wx", mode: 0o600, flush: true });
    return key;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw cannotBeWritten(dir, error);
    // Another process was first.
    return keyOf(dir);
  }
}
