import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const quiet = { stdio: "ignore" } as const;

/** Whether a test disk can be mounted here: only root can. */
export const canMount = (() => {
  try {
    const folder = mkdtempSync(join(tmpdir(), "kcm-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], quiet);
    execFileSync("umount", [folder], quiet);
    rmdirSync(folder);
    return true;
  } catch {
    // Not root, or no mount: the tests that need it are skipped and say so.
    return false;
  }
})();

/** A disk of 64 kB for the time of a test. */
export function smallDisk() {
  const folder = mkdtempSync(join(tmpdir(), "kcm-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], quiet);
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder], quiet);
    rmdirSync(folder);
  });
  const filler = join(folder, "filler");
  return {
    folder,
    /** Leaves no byte free. */
    async fill() {
      await writeFile(filler, Buffer.alloc(1024 * 1024)).catch(() => undefined);
    },
    makeRoom: () => rm(filler),
    readOnly: (on: boolean) => execFileSync("mount", ["-o", `remount,${on ? "ro" : "rw"}`, folder], quiet),
  };
}
