import { readFileSync, statSync } from "node:fs";
import { exposedFolder } from "../private-files.ts";

/** The text of a file; what keeps it from being read becomes a problem. */
export function readText(path: string, variable: string, problems: string[]): string | undefined {
  try {
    const content = readFileSync(path, "utf8").trim();
    if (content) return content;
    problems.push(`${variable}: ${path} is empty.`);
  } catch (error) {
    problems.push(`${variable}: ${path} cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "error"}).`);
  }
  return undefined;
}

/** A folder into which others may write: they would choose what goes out as a secret. One that is not there is told at its use. */
export function exposedSecrets(dir: string): string[] {
  try {
    const exposed = exposedFolder(dir);
    return exposed ? [`CONNECTORS_SECRET_DIR: ${exposed.problem}: ${exposed.fix}`] : [];
  } catch {
    // A folder that cannot be looked at cannot be read either, which each reference says.
    return [];
  }
}

/** The text of a file that only its owner may read or write. */
export function readPrivateFile(path: string, variable: string, problems: string[]): string | undefined {
  const content = readText(path, variable, problems);
  if (content === undefined || process.platform === "win32") return content;
  const { mode } = statSync(path);
  const others = (mode & 0o004) !== 0 ? "readable by everybody" : (mode & 0o022) !== 0 ? "writable by others" : undefined;
  if (others === undefined) return content;
  problems.push(`${variable}: ${path} is ${others}: chmod 600 it.`);
  return undefined;
}
