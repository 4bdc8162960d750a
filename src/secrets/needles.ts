import { atEachOffset } from "./base64-offsets.ts";
import { canonical } from "./canonical.ts";
import { hideInText, hideSecrets, redactionMark } from "./detect.ts";

/** Shorter values would redact innocent words; they are hidden by key only. */
export const shortest = 8;

const longestInAllForms = 4096;

const [percent, ampersand] = [0x25, 0x26];

export interface NeedleBytes {
  bytes: Uint8Array;
  /** Fewest characters that it takes in a text. */
  least: number;
  /** What is missing at its ends. It counts only beside escapes that have swallowed it, which are hidden as well. */
  beside?: { before: Uint8Array; after: Uint8Array };
}

/** The bytes that give a value away in a canonical text (canonical.ts): as it is, and within base64, hexadecimal and its own lines. */
export function* needlesOf(value: string): Generator<NeedleBytes> {
  for (const shown of new Set(appearances(value))) {
    if (shown.length < shortest) continue;
    for (const bytes of [plain(shown, false), ...readings(shown)]) {
      yield { bytes, least: leastFor(bytes, shown) };
      yield* worn(bytes);
    }
    const latin = latinBytes(shown);
    if (latin) yield { bytes: latin, least: shortest };
    for (const encoded of [...within(shown), ...(latin ? withinBytes(latin) : [])]) {
      const bytes = plain(encoded, false);
      yield { bytes, least: leastFor(bytes, encoded) };
    }
  }
  // The lines of a PEM file travel alone in error messages; in a variable their ends may be written out, or blanks.
  for (const line of value.split(value.includes("-----BEGIN") ? /\s+|(?:\\r)?\\n/ : /\r?\n/))
    if (line.length >= 16 && !line.startsWith("-----")) yield { bytes: plain(line, true), least: shortest };
}

/** In Latin-1, as programs that know no other write it: undefined where that has other letters, or none beyond ASCII. */
function latinBytes(text: string): Buffer | undefined {
  const canonical = Buffer.from(plain(text, false)).toString();
  return /^[\0-\xff]+$/.test(canonical) && /[\x80-\xff]/.test(canonical) ? Buffer.from(canonical, "latin1") : undefined;
}

/** Of bytes, their hexadecimal digits, and what all base64 texts that hold them have in common. */
function withinBytes(bytes: Buffer): string[] {
  const hex = bytes.toString("hex");
  return [hex, hex.toUpperCase(), ...atEachOffset(bytes)];
}

/** Characters at the ends of a value (a plus, a backslash) may not be in its bytes, and a letter may take several of them. */
function leastFor(bytes: Uint8Array, text: string): number {
  if (bytes.length < shortest) return lengthWithoutEnds(text);
  // A character has four bytes at most.
  return Math.min(shortest, [...Buffer.from(bytes.subarray(0, 4 * shortest)).toString()].length);
}

/** From the first to the last character that a canonical text has. */
function lengthWithoutEnds(text: string): number {
  const isKept = (character: string | undefined) => character !== undefined && !/[\s\\+]/.test(character);
  let [from, to] = [0, text.length];
  while (from < to && !isKept(text[from])) from += 1;
  while (from < to && !isKept(text[to - 1])) to -= 1;
  return to - from;
}

function plain(text: string, escapes: boolean): Uint8Array {
  const { bytes, length } = canonical(text, escapes);
  return bytes.slice(0, length);
}

/** With its own escapes decoded. Where a backslash belongs to the value, what follows may have been written so that it is no escape. */
function readings(text: string): Uint8Array[] {
  if (!/[\\%&]/.test(text)) return [];
  return [plain(text, true), ...(text.includes("\\") ? [plain(text.replaceAll("\\", ""), true)] : [])];
}

/** What is before may form an escape with the first characters, what comes after with the last ones, and both at once. */
function* worn(bytes: Uint8Array): Generator<NeedleBytes> {
  if (bytes.length > longestInAllForms) return;
  const ends = [bytes.length];
  for (let kept = Math.max(shortest, bytes.length - 9); kept < bytes.length; kept++)
    if (bytes[kept] === percent || bytes[kept] === ampersand) ends.push(kept);
  for (const kept of ends)
    for (let eaten = 0; eaten <= 6 && kept - eaten >= shortest; eaten++) {
      const beside = { before: bytes.slice(0, eaten), after: bytes.slice(kept) };
      if (eaten > 0 || kept < bytes.length) yield { bytes: bytes.slice(eaten, kept), least: shortest, beside };
    }
}

/**
 * The value as it is, composed and decomposed, and as this server's own clean-up leaves it before the redactor sees it: a
 * part of it hidden already (detect.ts). What else plain-text.ts does makes no difference in a canonical text.
 */
function appearances(value: string): string[] {
  const shown = [value, value.normalize("NFC"), value.normalize("NFD"), ...takenForOthers(value)];
  const inConfig = hideSecrets([value]).config;
  const folded = value.replace(/\s+/g, " ").trim();
  const hidden = [value, folded, folded.replaceAll('"', "'")].flatMap((one) => [hideInText(one), ...hiddenAfterName(one)]);
  // If hardly anything is left, others would look the same: what is left is not a secret.
  return [...shown, ...[...hidden, ...inConfig].filter((one) => /[\w-]{12,}/.test(one.replaceAll(redactionMark, " ")))];
}

/** What is left of a value of several words behind a secret's name: only the first one is taken for the secret. */
function hiddenAfterName(value: string): string[] {
  if (!/\s/.test(value)) return [];
  return names
    .map((name) => hideInText(name + value))
    .flatMap((text, at) => (text.startsWith(names[at] ?? "") ? [text.slice(names[at]?.length)] : []));
}
const names = ["password=", "password: ", "Authorization: "];

/** What Windows has for bytes from 0x80 to 0x9f. Not TextDecoder: Node 20 reads them as Latin-1. */
const ofWindows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** With each byte of its UTF-8 taken for a character of Windows, or of Latin-1, of which those that nobody sees may be lost on the way. */
function takenForOthers(value: string): string[] {
  if (!/[^\0-\x7f]/.test(value)) return [];
  const latin = Buffer.from(value).toString("latin1");
  const windows = latin.replace(/[\x80-\x9f]/g, (one) => ofWindows[one.charCodeAt(0) - 0x80] ?? "");
  return [windows, ...[latin, windows].map((text) => text.replace(/[\x80-\xa0\xad]/g, ""))];
}

/** The value in hexadecimal, and what all base64 texts that hold it have in common, also when it is escaped for JSON or a URL. */
function within(value: string): string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  // Keys and certificates have little to escape, and learning them should not take long.
  const hex = Buffer.from(value).toString("hex");
  if (value.length > longestInAllForms)
    return [hex, hex.toUpperCase(), ...[value, escaped].flatMap((text) => atEachOffset(Buffer.from(text)))];
  const slashes = escaped.replaceAll("/", "\\/");
  const forHtml = escaped.replace(/[&<>']/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
  const texts = [...new Set([value, escaped, slashes, forHtml, encodeURIComponent(Buffer.from(value).toString())])];
  const pairs = hex.replace(/..(?=.)/g, "$&:");
  return [hex, hex.toUpperCase(), pairs, pairs.toUpperCase(), ...texts.flatMap((text) => atEachOffset(Buffer.from(text)))];
}
