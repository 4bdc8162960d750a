import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync, type Stats } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Why others could change what this server relies on, and what to do. */
export interface Exposed {
  problem: string;
  fix: string;
}

/** Why somebody other than its owner (this user or root) may write it; undefined: nobody may. Windows keeps rights elsewhere. */
export function writableByOthers({ uid, mode }: Pick<Stats, "uid" | "mode">): string | undefined {
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (uid !== own && uid !== 0) return `belongs to another user (uid ${uid})`;
  if ((mode & 0o022) === 0) return undefined;
  return `may be written by ${(mode & 0o002) !== 0 ? "everybody" : "its group"} (mode ${(mode & 0o7777).toString(8)})`;
}

/**
 * Whether others may write into a folder, or put another one in its place.
 * @returns undefined where they may not, and where there is no such folder yet
 * @throws the system's error for a folder that cannot be looked at
 */
export function exposedFolder(dir: string): Exposed | undefined {
  if (process.getuid === undefined) return undefined;
  const path = resolve(dir);
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return exposedAbove(path);
  }
  const link = lstatSync(path);
  if (link.isSymbolicLink() && link.uid !== process.getuid() && link.uid !== 0)
    return { problem: `${path} is a link that belongs to another user (uid ${link.uid})`, fix: "Name the folder itself." };
  const why = writableByOthers(lstatSync(real));
  if (why === undefined) return exposedAbove(path) ?? exposedAbove(real);
  const fix = why.startsWith("belongs")
    ? `chown it to the user that this server runs as (uid ${process.getuid()}), or name a folder of that user.`
    : `chmod 700 ${real}, or name a folder that its owner alone may write.`;
  return { problem: `The folder ${real} ${why}`, fix };
}

/** A folder above into which everybody may write, without the sticky bit: there anybody can rename what is another's. */
function exposedAbove(path: string): Exposed | undefined {
  for (let above = dirname(path), below = path; above !== below; below = above, above = dirname(above)) {
    const mode = modeOf(above);
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0)
      return {
        problem: `Everybody may write into ${above}, and so put another folder in place of ${path}`,
        fix: `chmod o-w ${above}, or name a folder elsewhere.`,
      };
  }
  return undefined;
}

function modeOf(path: string): number {
  try {
    return lstatSync(path).mode;
  } catch {
    // It does not exist yet, or we may not look at it: then not everybody may write to it either.
    return 0;
  }
}

/**
 * Makes a folder for its owner alone, and those above it that are missing. Node's own `recursive` never ends where a file
 * system answers ENOENT for a path in a folder that exists, as /proc does.
 * @throws the system's error: ENOTDIR where a file is in its place
 */
export async function makePrivateFolder(dir: string): Promise<void> {
  const missing: string[] = [];
  for (let path = resolve(dir); !(await isFolder(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    await mkdir(path, 0o700).catch((error: unknown) => {
      // Another process was first.
      if (codeOf(error) !== "EEXIST") throw error;
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a folder`), { code: "ENOTDIR" });
}

/** The code of the error for what is read like a file and is none: a pipe, in which somebody may never write, or a device without an end. */
export const notPlain = "not a plain file";

/** The bytes of a plain file, without waiting for anybody. @throws the system's error, or one with the code `notPlain` */
export function readPlainFile(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    if (!found.isFile() && !found.isDirectory()) throw Object.assign(new Error(`${path} is ${notPlain}`), { code: notPlain });
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The code of the system's error, such as ENOENT; "error" where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "error";
}
