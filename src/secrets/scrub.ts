import { Sealed } from "../sealed.ts";
import { isByteList } from "./byte-lists.ts";
import { type Canonical, canonical, canonicalMail } from "./canonical.ts";
import { charactersOf } from "./character-lists.ts";
import { redactionMark } from "./detect.ts";
import { type FindWords, findWords, outside } from "./kept-words.ts";
import { type Hashed, hashed, type KnownValues, type Span } from "./known-values.ts";
import { shortest } from "./needles.ts";
import { idsIn, isKey, namesIn } from "./structure.ts";
import { withinEncoded } from "./within-encoded.ts";

/** Takes known secrets out of what leaves the process. */
export interface Scrub {
  /**
   * The text without any known value, in encoded forms too.
   * @param kept words that stay whole: a value within one of them is not looked at
   */
  text(text: string, kept?: readonly string[]): string;
  /** JSON without any known value, in keys too. */
  json<T>(value: T, kept?: readonly string[]): T;
}

/** For what a person reads before agreeing. */
export interface ScrubForPeople extends Scrub {
  /** The same, which leaves what these texts hold: a call's own, for whoever made it knows them. */
  sparing(texts: Iterable<string>): Scrub;
}

/** Both, for everything. */
export function oneAfterTheOther(first: Scrub, second: Scrub & { knowsAny(): boolean }): Scrub {
  return {
    text: (text, kept) => second.text(first.text(text, kept), kept),
    json(value, kept) {
      const once = first.json(value, kept);
      return second.knowsAny() ? second.json(once, kept) : once;
    },
  };
}

/**
 * Takes known values out of texts.
 * @param followed what agents act on stays: keys, ids, tools and statuses, whatever is in them
 * @param spared values that stay, as `reading` has them
 */
export function scrubOf(
  all: readonly KnownValues[],
  followed = false,
  spared: ReadonlySet<string> = none,
): ScrubForPeople & { knowsAny(): boolean } {
  const knowsAny = () => all.some(({ size }) => size > 0);

  function spansIn(given: string): Span[] {
    const known = all.filter(({ size }) => size > 0);
    if (known.length === 0 || given.length < shortest) return [];
    const { texts, inside } = readingsOf(given);
    const spans = [
      ...texts.flatMap(({ looked, ends }) => known.flatMap((one) => one.find(looked, given, ends))),
      ...inside.flatMap((looked) => known.flatMap((one) => one.find(looked))),
    ];
    return spared.size === 0 ? spans : spans.filter((span) => !spared.has(reading(given, span)));
  }

  function sparing(texts: Iterable<string>): Scrub {
    if (!knowsAny()) return scrubOf(all, followed);
    return scrubOf(all, followed, new Set([...texts].flatMap((given) => spansIn(given).map((span) => reading(given, span)))));
  }

  function text(given: string, kept: readonly string[] = [], ids: ReadonlySet<string> = none): string {
    const spans = spansIn(given);
    if (spans.length === 0) return given;
    const held = [...occurrencesOf(kept, given), ...(followed ? namesIn(given, ids) : [])];
    return hide(given, joined(spans.filter(outside(held))));
  }

  function json<T>(value: T, kept: readonly string[] = []): T {
    // Most answers contain no secret: one look at the whole is cheaper than one at each text.
    const whole = JSON.stringify(value) ?? "";
    const plain = whole !== "" && all.every(({ numbers }) => numbers.size === 0) && spansIn(whole).length === 0;
    return plain ? JSON.parse(whole) : each(value, kept, followed ? idsIn(value) : none);
  }

  function each<T>(value: T, kept: readonly string[], ids: ReadonlySet<string>): T;
  function each(value: unknown, kept: readonly string[], ids: ReadonlySet<string>): unknown {
    if (typeof value === "string") return text(value, kept, ids);
    if (typeof value === "number")
      return all.some(({ numbers }) => numbers.has(Math.abs(value))) || spansIn(String(value)).length > 0 ? redactionMark : value;
    if (isByteList(value) && spansIn(JSON.stringify(value)).length > 0) return redactionMark;
    if (spansIn(charactersOf(value) ?? "").length > 0) return redactionMark;
    if (Array.isArray(value)) return value.map((item) => each(item, kept, ids));
    if (value instanceof Sealed) return value.toString();
    if (value !== null && typeof value === "object")
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [followed && isKey(key) ? key : text(key, kept, ids), each(item, kept, ids)]),
      );
    return value;
  }

  return { text: (given, kept) => text(given, kept), json, sparing, knowsAny };
}

interface Readings {
  texts: { looked: Hashed; ends: number[] }[];
  inside: Hashed[];
}

/** Several look at one text in turn: the readings of the last one are kept. */
let last: { given: string; readings: Readings } | undefined;
const longestKept = 100_000;

/** A text in each way in which it can be read, and what is encoded in it. */
function readingsOf(given: string): Readings {
  if (last?.given === given) return last.readings;
  const plain = canonical(given, false);
  const read = /[%&\\]/.test(given) ? canonical(given) : plain;
  const texts = [
    plain,
    // Every escape is longer than what it stands for.
    ...(read.length === plain.length ? [] : [read]),
    ...(/(=|%3d)([\da-f]{2}|\s|\\)/i.test(given) ? [canonicalMail(given)] : []),
  ];
  const readings = { texts: texts.map((text) => ({ looked: hashed(text), ends: cutsIn(text) })), inside: withinEncoded(given).map(hashed) };
  last = given.length > longestKept ? undefined : { given, readings };
  return readings;
}

/** A part of a text in its one form, however it is escaped there. */
function reading(given: string, [from, to]: Span): string {
  const { bytes, length } = canonical(given.slice(from, to));
  return Buffer.from(bytes.subarray(0, length)).toString("latin1");
}

/** The bytes at which plain-text.ts cut a text, and where an escape before it was cut through. */
function cutsIn({ bytes, length }: Canonical): number[] {
  const cuts: number[] = [];
  const mark = [0xe2, 0x80, 0xa6];
  for (let at = bytes.indexOf(0xe2); at >= 0 && at < length; at = bytes.indexOf(0xe2, at + 1)) {
    if (!mark.every((byte, n) => bytes[at + n] === byte)) continue;
    const open = /(%[0-9a-f]?|u[0-9a-f]{0,3}|&[#\w]{0,7})$/i.exec(Buffer.from(bytes.subarray(Math.max(0, at - 8), at)).toString("latin1"));
    if (open) cuts.push(at - open[0].length);
    cuts.push(at);
  }
  return cuts;
}

/** A list of words is looked for in every text of a plan: what finds them is made once for it. */
const finders = new WeakMap<readonly string[], FindWords>();

function occurrencesOf(words: readonly string[], text: string): Span[] {
  if (words.length === 0) return [];
  const find = finders.get(words) ?? findWords(words);
  finders.set(words, find);
  return find(text);
}

/** Where no ids are known, and nothing is spared. */
const none: ReadonlySet<string> = new Set();

/** In order; those that overlap or touch as one. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function hide(text: string, spans: readonly Span[]): string {
  let shown = "";
  let at = 0;
  for (const [from, to] of spans) {
    shown += text.slice(at, from) + redactionMark;
    at = to;
  }
  return shown + text.slice(at);
}
