import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, rename, rm, stat, writeFile } from "node:fs/promises";

/** A file that may not be written; the message is a sentence for the person who named it. */
export class NotWritten extends Error {}

/**
 * Why nothing is written to that name: through a link one writes where somebody else wants it.
 * @returns undefined where it may; links to pipes and devices, as /dev/stdout is one, may be written
 */
export async function linkedElsewhere(file: string): Promise<string | undefined> {
  const there = await lstat(file).catch(() => undefined);
  if (!there?.isSymbolicLink()) return undefined;
  const target = await stat(file).catch(() => undefined);
  return target && !target.isFile() && !target.isDirectory() ? undefined : `${file} is a link: name the file itself`;
}

/** Why nothing is written into that folder: somebody else's link leads where they want it. */
export async function foreignLink(folder: string): Promise<string | undefined> {
  const there = await lstat(folder);
  return there.isSymbolicLink() && there.uid !== process.getuid?.()
    ? `${folder} is a link of another user: name the folder itself`
    : undefined;
}

/**
 * Writes a file that its owner alone may read, also in place of one that others could, and of which nobody finds the half.
 * @throws NotWritten, or the system's error
 */
export async function writePrivate(file: string, content: string): Promise<void> {
  const linked = await linkedElsewhere(file);
  if (linked !== undefined) throw new NotWritten(`${linked}.`);
  const existing = await stat(file).catch(() => undefined);
  // A pipe or a device is written as it is.
  if (existing && !existing.isFile()) return writeFile(file, content);
  // A name that nobody can have prepared, and only if it is new.
  const part = `${file}.${randomBytes(6).toString("hex")}.part`;
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(content);
    await handle.close();
    await rename(part, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}
