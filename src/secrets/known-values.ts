import { type Canonical, canonical } from "./canonical.ts";
import { type NeedleBytes, needlesOf, shortest } from "./needles.ts";

/** From here to there in a text. */
export type Span = [from: number, to: number];

/** Values that are looked for. A look takes time linear in the text's length, however many there are. */
export interface KnownValues {
  readonly size: number;
  add(value: string): void;
  /** All values of another. */
  addAll(other: KnownValues): void;
  readonly values: ReadonlySet<string>;
  /** Those that are numbers, as numbers: JSON drops their zeros and digits beyond 17. */
  readonly numbers: ReadonlySet<number>;
  /**
   * Where a value is in a text.
   * @param given the text as it was, where that is known
   * @param ends positions in `text.bytes` at which it was cut: the beginning of a value before one of them counts as well
   */
  find(text: Hashed, given?: string, ends?: readonly number[]): Span[];
}

interface Needle extends Omit<NeedleBytes, "bytes"> {
  length: number;
  hash: number;
  /** The hashes of its beginnings, where cut ones are looked for. */
  beginnings: Uint32Array | undefined;
}

/** Needles that begin alike. */
interface Alike {
  /** By length and hash: one look for each of their lengths, however many begin alike. */
  whole: Map<number, Map<number, Needle>>;
  /** Those of which a beginning counts too. */
  cut: Needle[];
}

interface Table {
  window: number;
  needles: Map<number, Alike>;
  /** Which upper halves of hashes there are. */
  upper: Uint8Array;
}

/** Looked up by their first eight bytes, the few that are shorter by their first four. */
const windows = [8, 4] as const;
const longestBeginning = 4096;

export function createKnownValues({ cut }: { cut: boolean }): KnownValues {
  const values = new Set<string>();
  const numbers = new Set<number>();
  /** Made with the first value: most calls have none of their own. */
  const tables: Table[] = [];

  function enter({ bytes, ...how }: NeedleBytes): void {
    const { length } = bytes;
    if (tables.length === 0)
      tables.push(...windows.map((window) => ({ window, needles: new Map<number, Alike>(), upper: new Uint8Array(0x10000) })));
    const table = tables.find(({ window }) => length >= window);
    if (!table) return;
    const hashes = hashesOf(bytes, length);
    const [first, hash] = [hashes[table.window] ?? 0, hashes[length] ?? 0];
    const alike = table.needles.get(first) ?? { whole: new Map<number, Map<number, Needle>>(), cut: [] };
    const sameLength = alike.whole.get(length) ?? new Map<number, Needle>();
    const before = sameLength.get(hash);
    // One that counts anywhere includes one that does not.
    if (before && (before.beside === undefined || how.beside !== undefined)) return;
    const beginnings = cut && table.window >= shortest ? hashes.slice(0, longestBeginning) : undefined;
    const needle = { ...how, length, hash, beginnings };
    sameLength.set(hash, needle);
    alike.whole.set(length, sameLength);
    if (beginnings) alike.cut.push(needle);
    table.needles.set(first, alike);
    table.upper[first >>> 16] = 1;
  }

  function add(value: string): void {
    if (values.has(value)) return;
    values.add(value);
    if (/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) numbers.add(Math.abs(Number(value)));
    for (const needle of needlesOf(value)) enter(needle);
  }

  return {
    values,
    numbers,
    get size() {
      return values.size;
    },
    add,
    addAll(other) {
      for (const value of other.values) add(value);
    },
    find(text, given, ends = []) {
      const spans: Span[] = [];
      const { from, to, length, source, hashes } = text;
      const span = (start: number, end: number, { least, beside }: Needle) => {
        const [begin, stop] = [from[start] ?? 0, to[end - 1] ?? 0];
        if (stop - begin < least) return;
        const before = beside?.before.length ? (from[start - 1] ?? 0) : begin;
        const after = beside?.after.length ? (end < length ? (to[end] ?? 0) : source) : stop;
        // An escape is longer than what it stands for.
        const swallowed =
          !beside ||
          (given !== undefined &&
            (beside.before.length === 0 || (begin - before > 1 && endsWith(given.slice(before, begin), beside.before))) &&
            (beside.after.length === 0 || (after - stop > 1 && startsWith(given.slice(stop, after), beside.after))));
        if (swallowed) spans.push([before, after]);
      };
      for (const { window, needles, upper } of tables) {
        if (needles.size === 0) continue;
        const power = powerOf(window);
        let cutAt = 0;
        for (let at = 0; at + window <= length; at++) {
          const hash = difference(hashes, at, at + window, power);
          // Half of the hash rules out most positions, and is quicker to look up.
          const found = upper[hash >>> 16] === 1 ? needles.get(hash) : undefined;
          if (!found) continue;
          for (const [size, sameLength] of found.whole) {
            const end = at + size;
            const needle = end <= length ? sameLength.get(difference(hashes, at, end, powerOf(size))) : undefined;
            if (needle) span(at, end, needle);
          }
          if (found.cut.length === 0) continue;
          while ((ends[cutAt] ?? length + 1) < at + window) cutAt++;
          for (const stop of [ends[cutAt], ends[cutAt + 1]])
            if (stop !== undefined && found.cut.some((needle) => beginsAt(needle, hashes, at, stop)))
              spans.push([from[at] ?? 0, to[stop - 1] ?? 0]);
        }
      }
      return spans;
    },
  };
}

/** Longer than any escape, with blanks around it. */
const longestEscape = 64;

/** Whether some end of a text, read by itself, is just this. */
function endsWith(text: string, bytes: Uint8Array): boolean {
  const ends = Array.from({ length: Math.min(text.length, longestEscape) }, (_none, n) => text.slice(text.length - n - 1));
  return ends.some((end) => isJust(end, bytes));
}

function startsWith(text: string, bytes: Uint8Array): boolean {
  const starts = Array.from({ length: Math.min(text.length, longestEscape) }, (_none, n) => text.slice(0, n + 1));
  return starts.some((start) => isJust(start, bytes));
}

function isJust(text: string, bytes: Uint8Array): boolean {
  return [false, true].some((escapes) => {
    const read = canonical(text, escapes);
    return read.length === bytes.length && bytes.every((byte, at) => byte === read.bytes[at]);
  });
}

function beginsAt({ length, beginnings }: Needle, hashes: Uint32Array, at: number, stop: number): boolean {
  const shown = stop - at;
  return beginnings !== undefined && shown < length && beginnings[shown] === difference(hashes, at, stop, powerOf(shown));
}

/** A text with the hashes of its beginnings, made once for all who look through it. */
export type Hashed = Canonical & { hashes: Uint32Array };

export function hashed(text: Canonical): Hashed {
  return Object.assign(text, { hashes: hashesOf(text.bytes, text.length) });
}

/** Of a polynomial, modulo 2^32: the hash of any part is the difference of two of them. */
const base = 0x01000193;
let powers = new Uint32Array([1]);

function hashesOf(bytes: Uint8Array, length: number): Uint32Array {
  const hashes = new Uint32Array(length + 1);
  for (let at = 0; at < length; at++) hashes[at + 1] = Math.imul(hashes[at] ?? 0, base) + (scattered[bytes[at] ?? 0] ?? 0);
  return hashes;
}

function difference(hashes: Uint32Array, from: number, to: number, power: number): number {
  return ((hashes[to] ?? 0) - Math.imul(hashes[from] ?? 0, power)) >>> 0;
}

function powerOf(length: number): number {
  if (length >= powers.length) {
    const more = new Uint32Array(Math.max(length + 1, powers.length * 2));
    more.set(powers);
    for (let at = powers.length; at < more.length; at++) more[at] = Math.imul(more[at - 1] ?? 0, base);
    powers = more;
  }
  return powers[length] ?? 0;
}

/** A number for each byte, so that neighbours in the alphabet are far apart here. */
const scattered = Uint32Array.from(
  { length: 256 },
  (_none, byte) => Math.imul(byte + 1, 0x9e3779b1) ^ (Math.imul(byte + 1, 0x85ebca6b) >>> 13),
);
