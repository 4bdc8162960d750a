import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

/** One place of one file, found by its shape, and what stands there instead. */
export interface Plant {
  file: string;
  from: RegExp;
  to: string;
}

/** Builds a copy of the sources with some places changed. @returns its dist folder */
export async function plantedBuild(plants: readonly Plant[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "planted-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ["src", "scripts", "skill", "package.json", "tsconfig.json"]) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  for (const { file, from, to } of plants) {
    const source = readFileSync(join(folder, file), "utf8");
    if (!from.test(source)) throw new Error(`${file} has no place like ${from}`);
    writeFileSync(join(folder, file), source.replace(from, to));
  }
  await promisify(execFile)(process.execPath, ["scripts/build.mjs"], { cwd: folder });
  return join(folder, "dist");
}
