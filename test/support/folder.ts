import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A fresh folder, gone at the end of the test, or where `atEnd` says. */
export async function freshFolder(atEnd: (end: () => Promise<void>) => unknown = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kibana-connectors-mcp-test-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything in the files of a folder, but for a journal's key, which is no text; empty if there is no folder. */
export async function textIn(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name !== "key");
  return (await Promise.all(names.sort().map((name) => readFile(join(folder, name), "utf8")))).join("");
}
