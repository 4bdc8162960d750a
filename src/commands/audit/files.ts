import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../../private-files.ts";
import { linkedElsewhere, namedPipe } from "../private-file.ts";

/** A file that cannot be used; the message is a sentence for the person who named it. */
export class FileProblem extends Error {}

/** Checks before a long run that its result can be written. @throws FileProblem */
export async function mayWrite(flag: string, file: string): Promise<void> {
  const refused = (await linkedElsewhere(file)) ?? (await namedPipe(file));
  if (refused !== undefined) throw new FileProblem(`${flag}: ${refused}.`);
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw new FileProblem(`${flag}: ${file} is a folder.`);
  try {
    await access(existing ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new FileProblem(`${flag}: ${file} cannot be written (${codeOf(error)}).`);
  }
}
