import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

const maxBytes = 64 * 1024;

/**
 * The bytes of a file that `{"$file": name}` names, or why it may not be read. Only plain files directly in the folder:
 * no path, no link, not readable by everybody.
 */
export function readSecretFile(dir: string, name: string): { bytes: Buffer } | { refused: string } {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) || name.includes("..")) {
    return { refused: "is not the name of a file in the secrets folder: letters, digits, _, - and . only, no path" };
  }
  const path = join(dir, name);
  let file: number | undefined;
  try {
    if (lstatSync(path).isSymbolicLink()) return { refused: "is a link, which is not followed" };
    // The link may have been made since: O_NOFOLLOW has the last word.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { mode, size, isFile } = withKind(file);
    if (!isFile) return { refused: "is not a plain file" };
    if (size > maxBytes) return { refused: "is larger than 64 kB" };
    if (process.platform !== "win32" && (mode & 0o004) !== 0) return { refused: "is readable by everybody: chmod 600 it" };
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
  return { mode: stat.mode, size: stat.size, isFile: stat.isFile() };
}
