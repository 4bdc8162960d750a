import { constants } from "node:fs";
import { lstat, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, exposedFolder, makePrivateFolder, writableByOthers } from "../private-files.ts";
import { type Key, type KeyRecord, type Keys, noKeys, readKeyRecord, withRecord } from "./key-records.ts";
import { PasskeyRefused } from "./refused.ts";

/** What was read, and why it may not be relied on. */
export interface KeysRead extends Keys {
  problem?: string;
}

const largest = 1024 * 1024;
const prefix = "keys-of-";
const ending = ".jsonl";

function fileOf(dir: string, principal: string): string {
  return join(dir, `${prefix}${principal}${ending}`);
}

/** Whose keys are in the folder. */
export async function principalsIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(ending))
    .map((name) => name.slice(prefix.length, -ending.length))
    .sort();
}

/** Reads and checks the keys of a principal: each record but the first has to be signed by a key enrolled before it. */
export function readKeys(dir: string, principal: string): Promise<KeysRead> {
  return readFrom(fileOf(dir, principal), dir, principal);
}

async function readFrom(path: string, dir: string, principal: string): Promise<KeysRead> {
  let keys = noKeys;
  try {
    const exposed = exposedFolder(dir);
    if (exposed) return { ...noKeys, problem: `${exposed.problem}. ${exposed.fix}` };
    const stats = await lstat(path);
    const why = stats.isFile() ? writableByOthers(stats) : "is not a file";
    if (why !== undefined) return { ...noKeys, problem: `${path} ${why}` };
    if (stats.size > largest) return { ...noKeys, problem: `${path} is too large for a file of keys` };
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
    for (const [index, line] of lines.entries()) {
      try {
        keys = await withRecord(keys, readKeyRecord(line), principal);
      } catch (error) {
        if (!(error instanceof PasskeyRefused)) throw error;
        return { ...keys, problem: `${path}, line ${index + 1}: ${error.message}` };
      }
    }
    return keys;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return noKeys;
    return { ...keys, problem: `${path} cannot be read (${codeOf(error)})` };
  }
}

/**
 * Adds a record to the keys of a principal, after it was checked against them.
 * @throws PasskeyRefused where it does not follow; the system's error where it cannot be written
 */
export async function appendKey(dir: string, record: KeyRecord): Promise<Keys> {
  const { principal } = record;
  const { problem, ...keys } = await readKeys(dir, principal);
  if (problem !== undefined) throw new PasskeyRefused(problem);
  const after = await withRecord(keys, record, principal);
  await makePrivateFolder(dir);
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants;
  const file = await open(fileOf(dir, principal), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    await file.appendFile(`${JSON.stringify(record)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return after;
}

/** All keys that a principal has or had, also those that were put aside: what they signed can be checked with them. */
export async function keysEver(dir: string, principal: string): Promise<Key[]> {
  const aside = (await readdir(dir).catch(() => [])).filter((name) => name.startsWith(`${prefix}${principal}${ending}.until-`));
  const all = await Promise.all(
    [fileOf(dir, principal), ...aside.map((name) => join(dir, name))].map((path) => readFrom(path, dir, principal)),
  );
  return all.flatMap(({ active, retired }) => [...active, ...retired]);
}

/** Puts the keys of a principal aside, so that others can be enrolled. @returns where they are now; undefined where there were none */
export async function putAside(dir: string, principal: string, at: string): Promise<string | undefined> {
  const path = fileOf(dir, principal);
  const aside = `${path}.until-${at.replace(/[:.]/g, "-")}`;
  try {
    await rename(path, aside);
    return aside;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
