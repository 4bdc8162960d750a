import { statSync } from "node:fs";
import { codeOf, exposedFolder, notPlain, readPlainFile } from "../private-files.ts";

/** The text of a file. If it is empty or cannot be read, that is added to the problems. */
export function readText(path: string, variable: string, problems: string[]): string | undefined {
  try {
    const content = readPlainFile(path).toString("utf8").trim();
    if (content) return content;
    problems.push(`${variable}: ${path} is empty.`);
  } catch (error) {
    // Without its name: who gives the secret itself in place of a file would see it repeated.
    const code = codeOf(error);
    problems.push(`${variable}: the file cannot be read (${code})${code === notPlain ? ": name one" : ""}.`);
  }
  return undefined;
}

/** A problem if others may write to the folder: they could choose what is sent as a secret. A missing folder is reported when it is used. */
export function exposedSecrets(dir: string): string[] {
  try {
    const exposed = exposedFolder(dir);
    return exposed ? [`CONNECTORS_SECRET_DIR: ${exposed.problem}: ${exposed.fix}`] : [];
  } catch {
    // A folder that cannot be checked cannot be read either, and each reference reports that.
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
