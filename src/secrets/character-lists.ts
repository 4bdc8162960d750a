import { gap, Output } from "./canonical.ts";
import { isBlankEscape, isDigit, isLetterOrDigit, isQuote } from "./characters.ts";
import { shortest } from "./needles.ts";

const [backslash, comma, colon] = [0x5c, 0x2c, 0x3a];

/** As JSON within JSON within JSON has them. */
const mostBackslashes = 8;

/** One character, by the positions of its bytes and of what it stands in. */
interface Listed {
  from: number;
  to: number;
  end: number;
}

/**
 * The lists of single characters in a text, joined: `["s","e"]`, `{"0":"s","1":"e"}` and `s,e`, as a spread or a joined text of
 * JavaScript has them. In time linear in the text's length.
 * @param text with its escapes decoded
 * @returns nothing where there is no list that could hold a secret
 */
export function characterLists(text: Output): Output[] {
  const lists = listsIn(text);
  if (lists.length === 0) return [];
  const out = new Output(text.length + lists.length, text.source);
  for (const list of lists) {
    for (const { from, to } of list) for (let at = from; at < to; at++) out.put(text.bytes[at] ?? 0, text.from[at] ?? 0, text.to[at] ?? 0);
    const end = out.to[out.length - 1] ?? 0;
    out.put(gap, end, end);
  }
  return [out];
}

/** The text of a value that is nothing but single characters, as such a list is in JSON. */
export function charactersOf(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const items: unknown[] = Object.values(value);
  return items.length >= shortest && items.every((one) => typeof one === "string" && [...one].length === 1) ? items.join("") : undefined;
}

function listsIn({ bytes, length }: Output): Listed[][] {
  const lists: Listed[][] = [];
  let list: Listed[] = [];
  const close = () => {
    if (list.length >= shortest) lists.push(list);
    if (list.length > 0) list = [];
  };
  for (let at = 0; at < length; ) {
    // Most of a text is words.
    if (at > 0 && goesOn[bytes[at] ?? 0] === 1 && isEnd[bytes[at - 1] ?? 0] === 0) {
      if (list.length > 0) close();
      at += 1;
      continue;
    }
    if (bytes[at] === backslash && isBlankEscape(bytes[at + 1] ?? 0)) {
      at += 2;
      continue;
    }
    const key = keyAt(bytes, at, length);
    const found = key > at ? undefined : (quotedAt(bytes, at, length) ?? bareAt(bytes, at, length));
    if (key > at) at = key;
    else if (found) {
      list.push(found);
      at = found.end;
    } else {
      if (!isBetween(bytes[at] ?? 0)) close();
      at += 1;
    }
  }
  close();
  return lists;
}

/** A character in quotes, which may be escaped ones. Of backslashes a canonical text has none, however many there are. */
function quotedAt(bytes: Uint8Array, at: number, end: number): Listed | undefined {
  const opened = quoteAt(bytes, at);
  if (opened === at) return undefined;
  let from = opened;
  while (bytes[from] === backslash && from < opened + mostBackslashes) from += 1;
  const to = characterAt(bytes, from, end);
  const after = quoteAt(bytes, to);
  if (after > to && after <= end) return { from, to, end: after };
  return from > opened && isQuote(bytes[from]) ? { from, to: from, end: to } : undefined;
}

/** A character between commas, the first and last of a list too. */
function bareAt(bytes: Uint8Array, at: number, end: number): Listed | undefined {
  let from = at;
  while (bytes[from] === backslash && bytes[from + 1] !== comma && from < at + mostBackslashes) from += 1;
  const [before, to] = [bytes[at - 1], characterAt(bytes, from, end)];
  const [own, after] = [bytes[from] ?? 0, bytes[to] ?? 0];
  const begins = at === 0 || before === comma || isEdge(before ?? 0);
  const isOne = begins && !isBetween(own) && (after === comma || ((to >= end || isEdge(after)) && isAfterComma(bytes, at)));
  return isOne ? { from, to, end: to } : undefined;
}

/** Where a number, in quotes or not, and the colon behind it end; `at` where there is none. */
function keyAt(bytes: Uint8Array, at: number, end: number): number {
  let next = quoteAt(bytes, at);
  const first = next;
  while (next < end && next < first + 5 && isDigit(bytes[next] ?? 0)) next += 1;
  if (next === first) return at;
  next = quoteAt(bytes, next);
  return bytes[next] === colon ? next + 1 : at;
}

/** Behind a quote with backslashes before it or without, else `at`. */
function quoteAt(bytes: Uint8Array, at: number): number {
  let quote = at;
  while (bytes[quote] === backslash && quote < at + mostBackslashes) quote += 1;
  return isQuote(bytes[quote]) ? quote + 1 : at;
}

/** Where the character ends that begins there: UTF-8 has up to four bytes. */
function characterAt(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1;
  while (next < end && next < at + 4 && ((bytes[next] ?? 0) & 0xc0) === 0x80) next += 1;
  return next;
}

/** What stands around a list: all but what a word goes on with. */
function isEdge(byte: number): boolean {
  return byte === gap || (byte < 0x80 && !isLetterOrDigit(byte));
}

/** Whether a comma is before a position, with a blank between or without. */
function isAfterComma(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 1] === comma || ((bytes[at - 1] ?? 0) <= 0x20 && bytes[at - 2] === comma);
}

function isBetween(byte: number): boolean {
  return byte <= 0x20 || byte === comma;
}

/** By byte: 1 where one may stand before a bare character. */
const isEnd = Uint8Array.from({ length: 256 }, (_none, byte) => Number(isEdge(byte) || byte === comma));
/** By byte: 1 where neither a key nor a quoted character begins with it. */
const goesOn = Uint8Array.from({ length: 256 }, (_none, byte) =>
  Number(!(isBetween(byte) || isQuote(byte) || isDigit(byte) || byte === backslash)),
);
