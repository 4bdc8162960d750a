import { randomBytes } from "node:crypto";
import { constants, fstatSync, type Stats } from "node:fs";
import { lstat, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { codeOf } from "../private-files.ts";

/** A file that cannot be written; the message is a sentence for the person who named it. */
export class NotWritten extends Error {}

/**
 * Why nothing may be written to that name: through a link, the file goes where somebody else wants it.
 * @returns undefined if it may; links to pipes and devices, such as /dev/stdout, may be written to
 */
export async function linkedElsewhere(file: string): Promise<string | undefined> {
  const there = await lstat(file).catch(() => undefined);
  if (!there?.isSymbolicLink()) return undefined;
  const target = await stat(file).catch(() => undefined);
  return target && !target.isFile() && !target.isDirectory() ? undefined : `${file} is a link: name the file itself`;
}

/** Why nothing may be written to a pipe: one that this process has not open itself may have nobody who reads, and then the write never ends. */
export async function namedPipe(file: string): Promise<string | undefined> {
  const there = await stat(file).catch(() => undefined);
  return there?.isFIFO() && !isOpenHere(there) ? `${file} is a pipe: name a file` : undefined;
}

/** As /dev/stdout is. */
function isOpenHere({ dev, ino }: Stats): boolean {
  return Array.from({ length: mostOpen }, (_none, fd) => fd).some((fd) => {
    try {
      const open = fstatSync(fd);
      return open.dev === dev && open.ino === ino;
    } catch {
      return false;
    }
  });
}

/** Descriptors that a shell hands on: for `>(…)` it takes those from 63 downwards. */
const mostOpen = 64;

/** Why nothing may be written into that folder: it is somebody else's link, and leads where they want. */
export async function foreignLink(folder: string): Promise<string | undefined> {
  const there = await lstat(folder);
  return there.isSymbolicLink() && there.uid !== process.getuid?.()
    ? `${folder} is a link of another user: name the folder itself`
    : undefined;
}

/**
 * Writes a file that only its owner may read, even if it replaces one that others could read. Nobody ever sees half of it.
 * @throws NotWritten
 */
export async function writePrivate(file: string, content: string): Promise<void> {
  const refused = (await linkedElsewhere(file)) ?? (await namedPipe(file));
  if (refused !== undefined) throw new NotWritten(`${refused}.`);
  try {
    await write(file, content);
  } catch (error) {
    throw new NotWritten(`${file} cannot be written (${codeOf(error)}).`);
  }
}

async function write(file: string, content: string): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  // A pipe or a device is written to directly.
  if (existing && !existing.isFile()) return writeFile(file, content);
  // A name that nobody can guess and prepare, opened only if it is new.
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
