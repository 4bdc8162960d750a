import { namesSecret } from "./names.ts";
import { isShown, type Mark } from "./urls.ts";

/** A quote as it is, in JSON within JSON, in HTML and in a URL. */
const quote = String.raw`\\{0,8}["']|&(?:quot|apos|#34|#39|#x22|#x27);|%22`;
/** `"api_key": "…"`, `\"api_key\":[\"…\"]`: up to the same quote. */
const named = new RegExp(
  String.raw`(QUOTE)([\w.-]{3,80})\1(\s{0,4}(?::|%3a|=>)\s{0,4}(?:\[\s{0,4})?(QUOTE))((?:(?!(?<!\\)\4)[^\r\n]){1,4096})\4`.replaceAll(
    "QUOTE",
    quote,
  ),
  "gi",
);
/** `X-Api-Key: `, `api_key=`, `API key = '`, `headers['X-Api-Key'] == "`, `--password=`. */
const beforeValue = new RegExp(
  String.raw`(?<![\w.-])((?:[a-z]{2,20} )?[\w.-]{3,80})(?:QUOTE)?\]?\s{0,2}(?:[:=]=?>?|%(?:25){0,3}3[ad])\s{0,2}(?:\[\s?)?(QUOTE)?`.replaceAll(
    "QUOTE",
    quote,
  ),
  "gi",
);
/** A value without quotes ends before what belongs to the sentence or list around it. */
const bare = /(?:(?![,;&][\w.-]{1,60}[=:]|[)}\],;.:!?]{1,4}(?:[\s"'<>\\]|$))[^\s"'\\<>])+/y;
/** The scheme of a header and its value: `Custom …`. */
const withScheme = /[a-z][\w-]{1,30} +[^\s"'\\<>,;]+/iy;
const inEncodedUrl = /(%(?:25){0,3}(?:3f|26|3b))([\w.-]{3,80})(%(?:25){0,3}3d)((?:(?!%(?:25){0,3}(?:26|23|3b|22|27|20|3c))[^&\s"'<>])+)/gi;
const inXml = /(<|&lt;)([\w.:-]{3,80})((?:\s[^<>&]{0,200})?(?:>|&gt;))([^<>\r\n]{1,4096}?)(?=\1\/\2(?:>|&gt;))/gi;

/** Values of a secret's name as JSON has them, also JSON with templates in it, or within another text. */
export function withoutNamed(text: string, mark: Mark): string {
  return text.replace(named, (whole, open: string, name: string, between: string, close: string, value: string) =>
    namesSecret(name) && !isShown(value) ? `${open}${name}${open}${between}${mark(`the name "${name}"`)}${close}` : whole,
  );
}

/** The same in all the ways in which Kibana, services and people write it: headers, assignments, queries, encoded URLs, XML. */
export function withoutSpoken(text: string, mark: Mark): string {
  const hidden = withoutNamed(text, mark)
    .replace(inEncodedUrl, (whole, before: string, name: string, equals: string, value: string) =>
      namesSecret(name, "parameter") && !isShown(value) ? `${before}${name}${equals}${mark(`the URL parameter "${name}"`)}` : whole,
    )
    .replace(inXml, (whole, open: string, name: string, end: string, value: string) =>
      namesSecret(name) && !isShown(value) ? `${open}${name}${end}${mark(`the name "${name}"`)}` : whole,
    );
  return withoutValues(hidden, mark);
}

/** In time linear in the text's length: each value is read once. */
function withoutValues(text: string, mark: Mark): string {
  let [shown, at, read] = ["", 0, 0];
  for (const { 0: whole, 1: words = "", 2: quoted, index } of text.matchAll(beforeValue)) {
    const name = nameIn(words);
    const begin = index + whole.length;
    if (begin < read || name === undefined) continue;
    const value = (quoted && upTo(quoted, text, begin)) ?? valueAt(text, begin, name);
    read = begin + value.length;
    if (!looksSecret(value)) continue;
    shown += text.slice(at, begin) + mark(`the name "${name}"`);
    at = read;
  }
  return shown + text.slice(at);
}

/** Of `API key` both words, of `the token` the last one. */
function nameIn(words: string): string | undefined {
  return [words.split(" ").at(-1) ?? "", words].find((name) => namesSecret(name));
}

function upTo(quoted: string, text: string, from: number): string | undefined {
  let end = text.indexOf(quoted, from);
  while (end > from && text[end - 1] === "\\") end = text.indexOf(quoted, end + 1);
  return end < 0 || end - from > 4096 ? undefined : text.slice(from, end);
}

function valueAt(text: string, from: number, name: string): string {
  const take = (pattern: RegExp) => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0] ?? "";
  };
  const header = /authori[sz]ation$/i.test(name) ? take(withScheme) : "";
  return looksSecret(header.split(" ").at(-1) ?? "") ? header : take(bare);
}

/**
 * Whether a value has something of a secret: a digit, a symbol or mixed letters. Plain words, however they are joined,
 * templates, dates and addresses of the web have none.
 */
export function looksSecret(value: string): boolean {
  const plain = value.replace(/\{\{[^{}]*(?:\}\}|$)|\$\{[^{}]*(?:\}|$)/g, " ").trim();
  if (plain.length < 6 || isShown(plain)) return false;
  return plain.split(/\s+/).some((word) => !/^(?:https?:\/\/|\d{4}-\d\d-\d\d)/i.test(word) && isMixed(word));
}

function isMixed(word: string): boolean {
  return /\d|[#$%^+=~@]|[!?]\w/.test(word) || word.split(/[^A-Za-z]+/).some(hasMixedCase);
}

/** `invalidApiKey` is made of words, `aBcDeF` is not. */
function hasMixedCase(letters: string): boolean {
  const parts = letters.split(/(?<=[a-z])(?=[A-Z])/);
  return letters.length >= 6 && parts.length > 1 && letters.length / parts.length < 4;
}
