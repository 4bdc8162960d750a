import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exposedFolder, writableByOthers } from "../private-files.ts";
import { isOneOf } from "../settings/own-files.ts";

const maxBytes = 64 * 1024;

/**
 * The bytes of a file that `{"$file": name}` names, or why it may not be read. Only plain files directly in the folder:
 * no path, no link, not readable by everybody.
 * @param own files with the server's own credentials, which are nobody else's
 */
export function readSecretFile(
  dir: string,
  name: string,
  own: readonly string[] = [],
): { bytes: Buffer } | { refused: string; isOwn?: true } {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) || name.includes("..")) {
    return { refused: "is not the name of a file in the secrets folder: letters, digits, _, - and . only, no path" };
  }
  const path = join(dir, name);
  let file: number | undefined;
  try {
    const exposed = exposedFolder(dir);
    if (exposed) return { refused: `is not safe from others (${exposed.problem}): ${exposed.fix}` };
    if (lstatSync(path).isSymbolicLink()) return { refused: "is a link, which is not followed" };
    // The link may have been made since: O_NOFOLLOW has the last word.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { mode, uid, size, isFile, dev, ino } = withKind(file);
    if (isOneOf({ dev, ino }, own)) return { refused: "holds a credential of this server itself, which no connector gets", isOwn: true };
    if (!isFile) return { refused: "is not a plain file" };
    if (size > maxBytes) return { refused: "is larger than 64 kB" };
    if (process.platform !== "win32" && (mode & 0o004) !== 0) return { refused: "is readable by everybody: chmod 600 it" };
    const why = writableByOthers({ uid, mode });
    if (why !== undefined) return { refused: `${why}: chmod 600 it, and make it this user's` };
    return { bytes: readFileSync(file) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "error";
    return { refused: code === "ENOENT" ? "is not in the secrets folder" : `cannot be read (${code})` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function withKind(file: number) {
  const stat = fstatSync(file);
  return { mode: stat.mode, uid: stat.uid, size: stat.size, dev: stat.dev, ino: stat.ino, isFile: stat.isFile() };
}
