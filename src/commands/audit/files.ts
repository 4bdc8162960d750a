import { access, constants, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that cannot be used; the message is a sentence for the person who named it. */
export class FileProblem extends Error {}

/** `ENOENT` and the like, or "error". */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "error";
}

/** Before a long run: whether its result can be written. @throws FileProblem */
export async function mayWrite(flag: string, file: string): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw new FileProblem(`${flag}: ${file} is a folder.`);
  try {
    await access(existing ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new FileProblem(`${flag}: ${file} cannot be written (${codeOf(error)}).`);
  }
}

/** Writes a file of which nobody finds the half. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  // A pipe or a device is written as it is.
  if (existing && !existing.isFile()) return writeFile(file, content);
  await writeFile(`${file}.part`, content);
  await rename(`${file}.part`, file);
}
