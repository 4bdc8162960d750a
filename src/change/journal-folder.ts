import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { codeOf, exposedFolder, writableByOthers } from "../private-files.ts";

/** What was recorded is gone, unless somebody puts it back. */
export class JournalRemoved extends ToolError {}

const elsewhere = "set CONNECTORS_JOURNAL_DIR to another folder";

/** An undo writes back what the journal holds, so others must not be able to write it. @throws ToolError journal_unavailable */
export async function assertPrivate(dir: string): Promise<void> {
  const exposed = exposedFolder(dir);
  if (exposed)
    throw new ToolError(
      "journal_unavailable",
      `The journal is not safe from others: ${exposed.problem}.`,
      `${exposed.fix} Or ${elsewhere}.`,
    );
}

export interface JournalFile {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  written: number;
}

/**
 * The files of the journal, by age; none where there is no folder yet.
 * @throws ToolError journal_unavailable where the folder cannot be read, or others may write it or one of its files
 */
export async function journalFiles(dir: string): Promise<JournalFile[]> {
  let names: string[];
  try {
    await assertPrivate(dir);
    names = (await readdir(dir)).filter((name) => /^changes-.*\.jsonl$/.test(name)).sort();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    if (codeOf(error) === "ENOENT") return [];
    throw cannotBeRead(dir, error);
  }
  const files = await Promise.all(names.map((name) => fileIn(dir, name)));
  return files.filter((file) => file !== undefined);
}

export function cannotBeRead(path: string, error: unknown): ToolError {
  return new ToolError(
    "journal_unavailable",
    `The journal in ${path} cannot be read (${codeOf(error)}).`,
    `Fix the permissions of the folder and its files, or ${elsewhere}.`,
  );
}

export function cannotBeWritten(dir: string, error: unknown): ToolError {
  return new ToolError(
    "journal_unavailable",
    `The journal in ${dir} cannot be written (${codeOf(error)}).`,
    "Free disk space, fix the folder's permissions, or set CONNECTORS_JOURNAL_DIR to a writable folder.",
  );
}

/** @returns undefined where it is gone @throws ToolError journal_unavailable where others may write it */
export async function fileIn(dir: string, name: string): Promise<JournalFile | undefined> {
  const path = join(dir, name);
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  const isNone = stats.isFile() ? undefined : `is ${stats.isSymbolicLink() ? "a link" : "not a file"}`;
  const why = isNone ?? writableByOthers(stats);
  if (why === undefined) return { name, bytes: stats.size, written: stats.mtimeMs };
  throw new ToolError(
    "journal_unavailable",
    `The journal is not safe from others: ${path} ${why}.`,
    `Find out who wrote it; then remove it, or chmod 600 it and chown it to this user. Or ${elsewhere}.`,
  );
}
