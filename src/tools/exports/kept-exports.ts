/** A file of an export, in parts that together make up its text. */
export interface ExportFile {
  name: string;
  mimeType: string;
  parts: readonly string[];
}

/** The same, each part with its address as a resource. */
interface KeptFile {
  name: string;
  mimeType: string;
  parts: readonly { uri: string; text: string }[];
}

export interface KeptExport {
  /** 128 random bits, in hex, so that nobody can guess it. */
  id: string;
  files: readonly KeptFile[];
}

/** Exports too large for one answer, kept in memory for the principal that asked for them. */
export interface KeptExports {
  keep(owner: string, files: readonly ExportFile[]): KeptExport;
  /** Undefined if there is none, if it is too old, or if it is somebody else's. */
  find(owner: string, id: string): KeptExport | undefined;
  /** Those of one principal, newest first. */
  of(owner: string): KeptExport[];
}

/** Milliseconds. */
const longest = 30 * 60_000;
/** The most exports and characters of one principal; only their own oldest ones are dropped. */
const most = 20;
const mostCharacters = 20_000_000;

/** @param now milliseconds since 1970 */
export function createKeptExports(now: () => number): KeptExports {
  /** For each owner, the oldest first. */
  let kept: (KeptExport & { owner: string; at: number; characters: number })[] = [];

  function fresh() {
    kept = kept.filter(({ at }) => now() - at < longest);
    return kept;
  }

  return {
    keep(owner, files) {
      const characters = files.reduce((sum, { parts }) => sum + parts.reduce((length, part) => length + part.length, 0), 0);
      const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
      const addressed = files.map(({ name, mimeType, parts }) => ({
        name,
        mimeType,
        parts: parts.map((text, index) => ({ uri: `kibana-export://${id}/${name}/${index + 1}`, text })),
      }));
      const one = { id, files: addressed, owner, at: now(), characters };
      let own = [...fresh().filter((each) => each.owner === owner), one].slice(-most);
      // The newest stays whatever its size: an answer is about to name it.
      while (own.length > 1 && own.reduce((sum, each) => sum + each.characters, 0) > mostCharacters) own = own.slice(1);
      kept = [...kept.filter((each) => each.owner !== owner), ...own];
      return one;
    },
    find: (owner, id) => fresh().find((one) => one.id === id && one.owner === owner),
    of: (owner) =>
      fresh()
        .filter((one) => one.owner === owner)
        .reverse(),
  };
}
