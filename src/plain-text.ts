import { AsyncLocalStorage } from "node:async_hooks";

/** Takes the secrets out of a text that the server knows. */
interface Known {
  /** Out of any text. */
  text(text: string): string;
  /** Out of what Kibana or a service says, where nothing depends on a word: those too that an agent gave as plain text. */
  said(text: string): string;
}
const known = new AsyncLocalStorage<Known>();

/** Whatever `work` cuts, or hides by its shape, is rid of known secrets first. */
export function hidingKnown<T>(secrets: Known, work: () => T): T {
  return known.run(secrets, work);
}

/**
 * A text without known secrets. It may be cut: afterwards its end could be the beginning of one. To look for such beginnings
 * instead would let a caller guess a secret letter by letter.
 */
export function withoutKnown(text: string): string {
  return known.getStore()?.text(text) ?? text;
}

/**
 * Whether a text has these words in lower case, as it is shown: what is hidden in it is not found either, which would tell it
 * letter by letter.
 * @param where at its beginning, or anywhere
 */
export function showsWords(text: string, words: string, where: "start" | "anywhere" = "anywhere"): boolean {
  const has = (one: string) => (where === "start" ? one.toLowerCase().startsWith(words) : one.toLowerCase().includes(words));
  return has(text) && has(withoutKnown(text));
}

/** The same, of what Kibana or a service says. */
export function saidWithoutKnown(text: string): string {
  return known.getStore()?.said(text) ?? text;
}

/** What is read of a text that is longer than anybody is shown, and how much of that is left out again: a secret may be cut through there. */
const [mostRead, atCut] = [16_000, 8_000];

/**
 * What somebody else says, read by `hide`, of which answers show a part: it may have megabytes. What is cut is rid of known secrets first.
 * @param most characters that stay of a text that is long, at most 8,000
 */
export function beginningRead(text: string, most: number, hide: (text: string) => string): string {
  if (text.length <= mostRead) return hide(text);
  const hidden = hide(withoutKnown(text.slice(0, mostRead)));
  const kept = hidden.slice(0, Math.max(0, Math.min(most, hidden.length - atCut)));
  return `${kept}… (${text.length - kept.length} more characters)`;
}

/**
 * Characters that are invisible or reverse a line, as the inside of a class of a regular expression: control, format (bidirectional, zero-width, tags), surrogate,
 * private and invisible characters (variation selectors, fillers), line and paragraph separators.
 */
export const unseen = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800`;
/** What looks like a double quote, two single ones too: it would seem to end ours. */
export const doubleQuotes = `"“”„‟«»″‶‴〃＂〝〞〟❝❞❠ˮ״ʺ˝🙶🙷🙸`;
export const singleQuotes = "'’‘‛′‵´`ʹʼˊ＇❛❜";
const seemDoubled = `[${doubleQuotes}${singleQuotes}]{2,}|[${doubleQuotes}]`;
/** Marks that pile up on one letter run over the lines around it. */
const piled = String.raw`(?<=\p{M}{3})\p{M}`;

const hidden = new RegExp(`(?![\\p{Cc}\\p{Zl}\\p{Zp}])[${unseen}]|${piled}`, "gu");
const hiddenInLines = new RegExp(`(?![\\n\\r\\t])[${unseen}]`, "gu");
const hiddenInJson = new RegExp(`(?!\\n)[${unseen}]|[^\\S \\n]|${piled}`, "gu");
const looksLikeQuotes = new RegExp(seemDoubled, "gu");
const misleading = new RegExp(`[\\\\${unseen}]|[^\\S ]|^ | (?= )| $|${piled}|${seemDoubled}`, "gu");
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const eachRightToLeft = new RegExp(rightToLeft, "gu");

/**
 * Text from Kibana or a third party, made safe to show: one line, without hidden and bidirectional characters, white
 * space folded, at most `max` characters.
 */
export function plainText(text: string, max = 300): string {
  const line = oneLine(text);
  if (line.length <= max) return line;
  const letters = lettersOf(line, max);
  return letters.length > max ? `${letters.slice(0, max - 1).join("")}…` : letters.join("");
}

/** The letters of a text, rid of secrets where it has more than `max` and will be cut. */
function lettersOf(text: string, max: number): string[] {
  const letters = [...text];
  return letters.length > max ? [...withoutKnown(text)] : letters;
}

/** As plainText, whole. */
export function oneLine(text: string): string {
  return text
    .replace(hidden, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}

/** As plainText; says what is cut: `abc… (3 of 500 characters)`. What the mark would take more room than stays whole. */
export function beginning(text: string, max: number): string {
  const letters = lettersOf(oneLine(text), max);
  const mark = `… (${max} of ${letters.length} characters)`;
  return letters.length > max + mark.length ? letters.slice(0, max).join("") + mark : letters.join("");
}

/** A name from outside in quotes that it cannot break out of; a long one is cut and its length given, where that is shorter. */
export function quoted(name: string, max = 80): string {
  const letters = lettersOf(oneLine(name).replace(looksLikeQuotes, "'"), max);
  const mark = ` (${letters.length} characters)`;
  return letters.length > max + mark.length ? `"${letters.slice(0, max - 1).join("")}…"${mark}` : `"${letters.join("")}"`;
}

/** An id or a type within a sentence: as it is where it is one word, else whole and in quotes. */
export function word(id: string): string {
  return /^[\w.:@/+*#[\]{}-]+$/.test(id) ? id : exact(id);
}

/**
 * Whole and in quotes, for what a person decides on: whatever is hidden, looks like a quote or would turn the text
 * around is written out as `\u{200b}`, so that two different texts never look the same because of it.
 */
export function exact(text: string): string {
  const shown = text.replace(misleading, written);
  const turned = rightToLeft.test(text) && /[\p{Script=Latin}\p{N}]/u.test(text);
  const whole = turned ? shown.replace(eachRightToLeft, written) : shown;
  // A hundred blanks: \u{20×100}.
  return `"${whole.replace(/(\\u\{[0-9a-f]+)\}(?:\1\}){3,}/g, (run, one: string) => `${one}×${run.length / (one.length + 1)}}`)}"`;
}

/** JSON in one line or indented, everything hidden in it escaped and runs of blanks counted: it cannot move what is around it. */
export function shownJson(value: unknown, indent?: number): string {
  return escapeHidden(JSON.stringify(value, null, indent) ?? "null").replace(/(?<=\S) {8,}/g, (blanks) => ` (${blanks.length} blanks) `);
}

/** JSON text with what is hidden in it as JSON escapes; the line feeds of an indented one stay. */
export function escapeHidden(json: string): string {
  return json.replace(hiddenInJson, (one) =>
    [...Array(one.length).keys()].map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

function written(characters: string): string {
  return [...characters].map((one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).join("");
}

/** Every string in JSON made plain, keys too; strings capped at `max` characters. */
export function plainJson<T>(value: T, max?: number): T;
export function plainJson(value: unknown, max = 2000): unknown {
  if (typeof value === "string") return plainLines(value, max);
  if (Array.isArray(value)) return value.map((item) => plainJson(item, max));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [plainText(key, 200), plainJson(item, max)]));
  }
  return value;
}

/** As plainText, but line breaks and tabs stay: values in config may need them. */
function plainLines(text: string, max: number): string {
  const clean = text.replace(hiddenInLines, "");
  if (clean.length <= max) return clean;
  const ready = withoutKnown(clean);
  const mark = `… (${ready.length - max} more characters)`;
  return ready.length > max + mark.length ? ready.slice(0, max) + mark : ready;
}

/** The first items whose JSON has so many characters together, at least one. */
export function firstThatFit<T>(items: readonly T[], characters: number): T[] {
  let length = 0;
  return items.filter((item, at) => {
    length += JSON.stringify(item).length;
    return at === 0 || length <= characters;
  });
}
