import { fullWidth, hexDigit, isBlankEscape, isInvisible, isInvisibleLatin, isU } from "./characters.ts";
import { entityAt } from "./html-entities.ts";

/**
 * A text with all escapes decoded, and without anything that a service or our own clean-up may add or remove. Texts that
 * mean the same are the same here, whatever mix of escapes they are written in.
 */
export interface Canonical {
  /** UTF-8; `length` of them count. */
  bytes: Uint8Array;
  /** Where in the text the characters begin and end that each byte stands for. */
  from: Uint32Array;
  to: Uint32Array;
  length: number;
  /** Characters of the text. */
  source: number;
}

/** Separates two parts that were decoded: a byte that no text has, so that no match reaches from one into the next. */
export const gap = 0xff;

/** Most levels of escapes within escapes that are decoded. */
const mostRounds = 8;

const [percent, backslash, ampersand, plus, quote, equals, capitalU] = [0x25, 0x5c, 0x26, 0x2b, 0x22, 0x3d, 0x55];

/**
 * In time linear in the text's length.
 * @param escapes whether they are decoded; otherwise they are kept as text
 */
export function canonical(text: string, escapes = true): Canonical {
  const out = Output.of(text);
  if (escapes) out.readAllEscapes();
  out.leaveOut(escapes);
  return out;
}

/**
 * As canonical, of a mail body: `=73`, and lines that go on after a `=`. Its own reading, since a `=` often stands before
 * something else, such as base64.
 */
export function canonicalMail(text: string): Canonical {
  const out = Output.of(text);
  out.readAllEscapes();
  out.readQuotedPrintable();
  out.readAllEscapes();
  out.leaveOut(true);
  return out;
}

/** Bytes that are rewritten in place: no step makes more of them. */
export class Output implements Canonical {
  readonly bytes: Uint8Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  length = 0;
  readonly source: number;

  /** Empty, with room for `most` bytes that stand for parts of a text of `source` characters. */
  constructor(most: number, source: number) {
    this.source = source;
    this.bytes = new Uint8Array(most);
    this.from = new Uint32Array(most);
    this.to = new Uint32Array(most);
  }

  static of(text: string): Output {
    const out = new Output(Buffer.byteLength(text), text.length);
    out.#read(text);
    return out;
  }

  #read(text: string): void {
    const { bytes, from, to } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x80) {
        const { length } = this;
        bytes[length] = code;
        from[length] = at;
        to[length] = at + 1;
        this.length = length + 1;
      } else {
        const point = text.codePointAt(at) ?? code;
        const after = at + (point > 0xffff ? 2 : 1);
        this.#character(point, at, after);
        at = after - 1;
      }
    }
  }

  readAllEscapes(): void {
    for (let round = 0; round < mostRounds && this.#readEscapes(); round++);
  }

  readQuotedPrintable(): void {
    const { bytes } = this;
    const end = this.#restart(equals);
    for (let at = this.length; at < end; at++) {
      const [byte, next, last] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
      const from = this.from[at] ?? 0;
      if (byte !== equals || at + 2 >= end) this.put(byte, from, this.to[at] ?? 0);
      else if (hexDigit(next) >= 0 && hexDigit(last) >= 0) {
        at += 2;
        this.put(hexDigit(next) * 16 + hexDigit(last), from, this.to[at] ?? 0);
      }
      // The end of a line, as it is, folded to a blank, or as JSON writes it.
      else if (next === backslash && isBlankEscape(last)) at += 2;
      else if (next > 0x20) this.put(byte, from, this.to[at] ?? 0);
    }
  }

  /** One pass for each kind of escape. @returns whether there was one */
  #readEscapes(): boolean {
    const percents = this.#has(percent) && this.#percents();
    const backslashes = this.#has(backslash) && this.#backslashes();
    const entities = this.#has(ampersand) && this.#entities();
    return percents || backslashes || entities;
  }

  /**
   * Removes what may come and go on the way: white space, control characters, plus signs for spaces, backslashes; makes both
   * quotes one, and UTF-8 of which each byte was taken for a character (`Ã¤`, `\xc3\xa4`) one.
   */
  leaveOut(escapes: boolean): void {
    const { bytes, from, to } = this;
    const end = this.length;
    this.length = 0;
    let escaped = -1;
    for (let at = 0; at < end; at++) {
      const more = bytes[at] === 0xc3 ? this.#takenApart(at, end) : 0;
      for (let n = 0; more > 0 && n <= more; n++, at += 2)
        this.put((bytes[at + 1] ?? 0) + (n === 0 ? 0x40 : 0), from[at] ?? 0, to[at + 1] ?? 0);
      if (more > 0) {
        at -= 1;
        escaped = -1;
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (byte === backslash) {
        if (escaped < 0) escaped = from[at] ?? 0;
        continue;
      }
      const begin = escaped < 0 ? (from[at] ?? 0) : escaped;
      const blank = byte <= 0x20 || byte === 0x7f || byte === plus || (escapes && escaped >= 0 && isBlankEscape(byte));
      escaped = -1;
      if (blank) continue;
      if (byte === 0xc2 && isInvisibleLatin(bytes[at + 1] ?? 0)) at += 1;
      else if (byte === quote) this.put(0x27, begin, to[at] ?? 0);
      else this.put(byte, byte === 0x2f ? begin : (from[at] ?? 0), to[at] ?? 0);
    }
  }

  /** How many bytes of a UTF-8 character follow the first one here, each as a character of its own. */
  #takenApart(at: number, end: number): number {
    const { bytes } = this;
    const lead = (bytes[at + 1] ?? 0) + 0x40;
    const more = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    for (let n = 1; n <= more; n++) if (at + 2 * n + 1 >= end || bytes[at + 2 * n] !== 0xc2) return 0;
    return more;
  }

  #has(byte: number): boolean {
    return this.bytes.subarray(0, this.length).includes(byte);
  }

  /** Begins to write where a byte is for the first time: before it nothing changes. @returns how many bytes there are to read */
  #restart(first: number): number {
    const { length } = this;
    const at = this.bytes.subarray(0, length).indexOf(first);
    this.length = at < 0 ? length : at;
    return length;
  }

  put(byte: number, from: number, to: number): void {
    this.bytes[this.length] = byte;
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.length += 1;
    if (byte < 0x80 || byte > 0xbf || this.#back(3) !== 0xef) return;
    const ascii = fullWidth(this.#back(2), byte);
    if (ascii > 0) this.#replace(3, ascii, true);
  }

  /** Two halves of a pair that were written apart become one character. */
  #character(point: number, from: number, to: number): void {
    // Those of Latin-1 may be a part of what was taken apart.
    if (point > 0xff && isInvisible(point)) return;
    const { bytes, length } = this;
    if (point >= 0xdc00 && point <= 0xdfff && length >= 3 && bytes[length - 3] === 0xed && (bytes[length - 2] ?? 0) >= 0xa0) {
      const high = 0xd000 | (((bytes[length - 2] ?? 0) & 0x3f) << 6) | ((bytes[length - 1] ?? 0) & 0x3f);
      if (high <= 0xdbff) {
        this.length -= 3;
        this.#character(0x10000 + ((high & 0x3ff) << 10) + (point & 0x3ff), this.from[this.length] ?? from, to);
        return;
      }
    }
    if (point < 0x80) {
      this.put(point, from, to);
      return;
    }
    if (point < 0x800) this.put(0xc0 | (point >> 6), from, to);
    else {
      if (point < 0x10000) this.put(0xe0 | (point >> 12), from, to);
      else {
        this.put(0xf0 | (point >> 18), from, to);
        this.put(0x80 | ((point >> 12) & 0x3f), from, to);
      }
      this.put(0x80 | ((point >> 6) & 0x3f), from, to);
    }
    this.put(0x80 | (point & 0x3f), from, to);
  }

  /** Takes the last `count` bytes back and writes a character in their place. */
  #replace(count: number, point: number, asByte = false): void {
    const to = this.to[this.length - 1] ?? 0;
    this.length -= count;
    const from = this.from[this.length] ?? 0;
    if (asByte) this.put(point, from, to);
    else this.#character(point, from, to);
  }

  /** The number in the last `count` bytes, or -1. */
  #hex(count: number): number {
    let value = 0;
    for (let at = this.length - count; at < this.length; at++) {
      const digit = hexDigit(this.bytes[at] ?? 0);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  /** The number in the last `count` bytes, of one byte in octal, or -1. */
  #octal(count: number): number {
    let value = 0;
    for (let at = this.length - count; at < this.length; at++) {
      const byte = this.bytes[at] ?? 0;
      if (!isOctal(byte)) return -1;
      value = value * 8 + byte - 0x30;
    }
    return value <= 0xff ? value : -1;
  }

  #back(count: number): number {
    return this.length >= count ? (this.bytes[this.length - count] ?? 0) : 0;
  }

  /** `%41`, `%2541`, `%u0041`. */
  #percents(): boolean {
    const end = this.#restart(percent);
    for (let at = this.length; at < end; at++) {
      this.put(this.bytes[at] ?? 0, this.from[at] ?? 0, this.to[at] ?? 0);
      for (;;) {
        if (this.#back(3) === percent && this.#hex(2) >= 0) this.#replace(3, this.#hex(2), true);
        else if (this.#back(6) === percent && isU(this.#back(5)) && this.#hex(4) >= 0) this.#replace(6, this.#hex(4));
        else break;
      }
    }
    return this.length !== end;
  }

  /** `\u0041`, `\U00000041`, `\x41`, `\101`, `\u{41}`, `\x{41}`, after any number of backslashes. */
  #backslashes(): boolean {
    const end = this.#restart(backslash);
    // A backslash that was itself escaped is not one of several before an escape.
    let read = -1;
    for (let at = this.length; at < end; at++) {
      const byte = this.bytes[at] ?? 0;
      if (byte === backslash && this.#back(1) === backslash && this.length !== read) continue;
      if (!isOctal(byte) && this.#shortOctal()) read = this.length;
      this.put(byte, this.from[at] ?? 0, this.to[at] ?? 0);
      if (hexDigit(byte) >= 0) {
        const before = this.length;
        if (this.#isEightDigits(at, end)) continue;
        if (this.#back(6) === backslash && isU(this.#back(5)) && this.#hex(4) >= 0) this.#replace(6, this.#hex(4));
        else if (this.#back(10) === backslash && this.#back(9) === capitalU && isPoint(this.#hex(8))) this.#replace(10, this.#hex(8));
        else if (this.#back(4) === backslash && this.#back(3) === 0x78 && this.#hex(2) >= 0) this.#replace(4, this.#hex(2));
        else if (this.#back(4) === backslash && this.#octal(3) >= 0) this.#replace(4, this.#octal(3), true);
        if (this.length !== before) read = this.length;
      } else if (byte === 0x7d) this.#braced();
    }
    this.#shortOctal();
    return this.length !== end;
  }

  /** Whether the four digits that end at `at` begin `\U00000041`. */
  #isEightDigits(at: number, end: number): boolean {
    if (this.#back(6) !== backslash || this.#back(5) !== capitalU || this.#hex(4) < 0 || this.#hex(4) > 0x10) return false;
    for (let next = at + 1; next <= at + 4; next++) if (next >= end || hexDigit(this.bytes[next] ?? 0) < 0) return false;
    return true;
  }

  /** `\7`, `\67`, where no further digit follows. @returns whether there was one */
  #shortOctal(): boolean {
    const digits = [1, 2].find((count) => this.#back(count + 1) === backslash && this.#octal(count) >= 0);
    if (digits === undefined) return false;
    this.#replace(digits + 1, this.#octal(digits), true);
    return true;
  }

  #braced(): void {
    let digits = 1;
    while (digits <= 6 && hexDigit(this.#back(digits + 1)) >= 0) digits++;
    digits -= 1;
    if (
      digits === 0 ||
      this.#back(digits + 2) !== 0x7b ||
      !(isU(this.#back(digits + 3)) || this.#back(digits + 3) === 0x78) ||
      this.#back(digits + 4) !== backslash
    )
      return;
    const to = this.to[this.length - 1] ?? 0;
    this.length -= 1;
    const point = this.#hex(digits);
    if (point > 0x10ffff) {
      this.length += 1;
      return;
    }
    this.to[this.length - 1] = to;
    this.#replace(digits + 3, point);
  }

  /** `&amp;`, `&amp`, `&#38;`, `&#x26`, and what is left where the ampersand itself was written so. */
  #entities(): boolean {
    const { bytes } = this;
    const end = this.#restart(ampersand);
    for (let at = this.length; at < end; ) {
      let point = bytes[at] ?? 0;
      const from = this.from[at] ?? 0;
      let next = at + 1;
      let second: number | undefined;
      let read = false;
      while (point === ampersand) {
        const found = entityAt(bytes, next, end);
        if (!found) break;
        ({ point, second, next } = found);
        read = true;
      }
      if (read) for (const one of [point, ...(second === undefined ? [] : [second])]) this.#character(one, from, this.to[next - 1] ?? 0);
      else this.put(point, from, this.to[at] ?? 0);
      at = next;
    }
    return this.length !== end;
  }
}

function isPoint(value: number): boolean {
  return value >= 0 && value <= 0x10ffff;
}

function isOctal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}
