import { randomBytes } from "node:crypto";

export const exportPrefix = "kibana-export://";

/** The address of one part of a file of an export; parts count from 1. */
export function partUri(id: string, file: string, part: number): string {
  return `${exportPrefix}${id}/${file}/${part}`;
}

/** A file of an export, in parts that together are its text. */
export interface KeptFile {
  name: string;
  mimeType: string;
  parts: readonly string[];
}

export interface KeptExport {
  /** 128 random bits, in hex: who does not know it cannot guess it. */
  id: string;
  files: readonly KeptFile[];
}

/** Exports too large for one answer, in memory, each for the principal that asked for it. */
export interface KeptExports {
  keep(owner: string, files: readonly KeptFile[]): KeptExport;
  /** Undefined: there is none, it is too old, or it is somebody else's. */
  find(owner: string, id: string): KeptExport | undefined;
  /** Those of one principal, newest first. */
  of(owner: string): KeptExport[];
}

/** Milliseconds. */
const longest = 30 * 60_000;
const most = 20;
const mostCharacters = 20_000_000;

/** @param now milliseconds since 1970 */
export function createKeptExports(now: () => number): KeptExports {
  /** Oldest first. */
  let kept: (KeptExport & { owner: string; at: number; characters: number })[] = [];

  function fresh() {
    kept = kept.filter(({ at }) => now() - at < longest);
    return kept;
  }

  return {
    keep(owner, files) {
      const characters = files.reduce((sum, { parts }) => sum + parts.reduce((length, part) => length + part.length, 0), 0);
      const one = { id: randomBytes(16).toString("hex"), files, owner, at: now(), characters };
      kept = [...fresh(), one].slice(-most);
      // The newest stays whatever its size: an answer has just named it.
      while (kept.length > 1 && kept.reduce((sum, each) => sum + each.characters, 0) > mostCharacters) kept = kept.slice(1);
      return one;
    },
    find: (owner, id) => fresh().find((one) => one.id === id && one.owner === owner),
    of: (owner) =>
      fresh()
        .filter((one) => one.owner === owner)
        .reverse(),
  };
}
