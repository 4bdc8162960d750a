import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";

/** Why others could change what this server relies on, and what to do. */
export interface Exposed {
  problem: string;
  fix: string;
}

/** Why somebody but its owner, who is us or root, may write it; undefined: nobody. Windows keeps rights elsewhere. */
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
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
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

/** A folder above into which everybody may write, without the sticky bit: there anybody renames what is another's. */
function exposedAbove(path: string): Exposed | undefined {
  for (let above = dirname(path), below = path; above !== below; below = above, above = dirname(above)) {
    const mode = modeOf(above);
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0)
      return {
        problem: `Everybody may write into ${above}, and so put another folder in the place of ${path}`,
        fix: `chmod o-w ${above}, or name a folder elsewhere.`,
      };
  }
  return undefined;
}

function modeOf(path: string): number {
  try {
    return lstatSync(path).mode;
  } catch {
    // Not there yet, or not for us to look at: then it is not for everybody to write either.
    return 0;
  }
}
