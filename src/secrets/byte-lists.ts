import { gap, Output } from "./canonical.ts";
import { hexDigit, isBlankEscape, isDigit, isLetterOrDigit, isQuote } from "./characters.ts";
import { shortest } from "./needles.ts";

const [backslash, minus, comma, colon, zero, letterX] = [0x5c, 0x2d, 0x2c, 0x3a, 0x30, 0x78];

/** One number, by the positions of its characters. */
interface Listed {
  byte: number;
  from: number;
  to: number;
}

/**
 * The lists of bytes in a text, decoded: `[104,117]` and `104, 117`, as Node and others print buffers, signed ones as Java prints
 * them, `0x68, 0x75`, and `{"0":104,"1":117}`. In time linear in the text's length.
 * @param text with its escapes decoded
 * @returns nothing where there is no list that could hold a secret
 */
export function byteLists(text: Output): Output[] {
  const lists = listsIn(text);
  if (lists.length === 0) return [];
  const out = new Output(
    lists.reduce((sum, { length }) => sum + length + 1, 0),
    text.source,
  );
  for (const list of lists) {
    let end = 0;
    for (const { byte, from, to } of list) {
      end = text.to[to - 1] ?? 0;
      out.put(byte, text.from[from] ?? 0, end);
    }
    out.put(gap, end, end);
  }
  return [out];
}

/** Whether a value is nothing but numbers, as a list of bytes is in JSON. */
export function isByteList(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  const items: unknown[] = Object.values(value);
  return items.length >= shortest && items.every((one) => typeof one === "number" || (typeof one === "string" && isNumber.test(one)));
}
const isNumber = /^(?:-?\d{1,3}|0x[\da-f]{1,2})$/i;

function listsIn({ bytes, length }: Output): Listed[][] {
  const lists: Listed[][] = [];
  let list: Listed[] = [];
  const close = () => {
    if (list.length >= shortest) lists.push(list);
    if (list.length > 0) list = [];
  };
  for (let at = 0; at < length; ) {
    const byte = bytes[at] ?? 0;
    if (letters[byte] === 1) {
      if (list.length > 0) close();
      at = wordEnd(bytes, at, length);
      continue;
    }
    const found = byte === minus || isDigit(byte) ? numberAt(bytes, at, length) : undefined;
    if (found) {
      // What is before a colon is the place of the next one.
      if (!isKey(bytes, found.to, length)) list.push(found);
      at = found.to;
    } else {
      if (byte === backslash && isBlankEscape(bytes[at + 1] ?? 0)) at += 1;
      else if (!isBetween(byte)) close();
      at = isDigit(byte) ? wordEnd(bytes, at, length) : at + 1;
    }
  }
  close();
  return lists;
}

/** A number from -128 to 255 that nothing else is joined to. */
function numberAt(bytes: Uint8Array, at: number, end: number): Listed | undefined {
  const isNegative = bytes[at] === minus;
  const isHex = bytes[at] === zero && ((bytes[at + 1] ?? 0) | 0x20) === letterX;
  const [first, base, most] = isHex ? [at + 2, 16, 2] : [isNegative ? at + 1 : at, 10, 3];
  let [to, value] = [first, 0];
  for (; to < end && to < first + most; to++) {
    const digit = hexDigit(bytes[to] ?? 0);
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  const isOne = to > first && value <= (isNegative ? 128 : 255) && !(to < end && isLetterOrDigit(bytes[to] ?? 0));
  return isOne ? { byte: isNegative ? (256 - value) & 0xff : value, from: at, to } : undefined;
}

function isKey(bytes: Uint8Array, at: number, end: number): boolean {
  let next = at;
  while (next < end && (bytes[next] === backslash || isQuote(bytes[next]))) next += 1;
  return next > at && bytes[next] === colon;
}

/** Where a word or number ends, so that no part of it is read as a number of its own. */
function wordEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && words[bytes[next] ?? 0] === 1) next += 1;
  return next;
}

const words = Uint8Array.from({ length: 256 }, (_none, byte) => Number(isLetterOrDigit(byte)));
const letters = words.map((is, byte) => Number(is === 1 && !isDigit(byte)));

function isBetween(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === colon || isQuote(byte) || byte === backslash;
}
