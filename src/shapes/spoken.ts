import { namesSecret } from "./names.ts";
import { isShown, type Mark, redactionMark } from "./urls.ts";

/** A quote as it is, in JSON within JSON, in HTML and in a URL. */
const quote = String.raw`\\{0,8}(?:["']|u002[27])|&(?:quot|apos|#34|#39|#x22|#x27);|%22`;
/** `"api_key": "…"`, `\"api_key\":[\"…\"]`: up to the same quote. */
const named = new RegExp(
  String.raw`(QUOTE)([\w.-]{3,80})\1(\s{0,4}(?::|%3a|=>)\s{0,4}(?:\[\s{0,4})?(QUOTE))((?:(?!(?<!\\)\4)[^\r\n]){1,4096})\4`.replaceAll(
    "QUOTE",
    quote,
  ),
  "gi",
);
/** `"set-cookie": [`, `"password": {`: what is within, to its end, is the value. */
const namedGroup = new RegExp(String.raw`(QUOTE)([\w.-]{3,80})\1\s{0,40}(?::|=>)\s{0,40}(?=[[{])`.replaceAll("QUOTE", quote), "gi");
/** `"name": "X-Api-Key", "value": "…"`, and `["X-Api-Key", "…"]`: the value's quote is the name's. */
const pair = new RegExp(
  String.raw`(QUOTE)(x-[\w.-]{1,80}|[\w-]{0,60}(?:authori[sz]ation|cookie|-key|-token|-secret))\1\s{0,40},\s{0,40}(?:\1(?:value|val)\1\s{0,40}:\s{0,40})?\1`.replaceAll(
    "QUOTE",
    quote,
  ),
  "gi",
);
/** `X-Api-Key: `, `api_key=`, `API key = '`, `headers['X-Api-Key'] == "`, `--password=`. */
const beforeValue = new RegExp(
  String.raw`(?<![\w.-])((?:[a-z]{2,20} )?[\w.-]{3,80})(?: (?:given|provided|received|sent|supplied|used))?(?:QUOTE)?\]?\s{0,2}(?:[:=]=?>?|%(?:25){0,3}3[ad]|(?<=--[\w-]{3,80}) )(?:[ \t]{0,40}|\s{0,2})(?:\[(?!redacted)\s?)?(QUOTE)?`.replaceAll(
    "QUOTE",
    quote,
  ),
  "gi",
);
/** A value without quotes ends before what belongs to the sentence or list around it. */
const bare = /(?:(?![,;&][\w.-]{1,60}[=:]|[)}\],;.:!?]{1,4}(?:[\s"'<>\\]|$))[^\s"'\\<>])+/y;
/** `lang=en; session=…` */
const cookies = /[\w.-]{1,80}=[^\s"'\\<>;]{0,4096}(?:; ?[\w.-]{1,80}(?:=[^\s"'\\<>;]{0,4096})?)*/y;
/** Schemes whose value is a list: `Digest username="…", response="…"`. */
const signed = /(?:digest|hawk|oauth|signature|aws4-hmac-sha256) (?=[^\r\n<>{}]{0,200}=)[^\r\n<>{}]{1,4096}/iy;
/** The scheme of a header and its value: `Custom …`. */
const withScheme = /[a-z][\w-]{1,30} +[^\s"'\\<>,;]+/iy;
const inEncodedUrl = /(%(?:25){0,3}(?:3f|26|3b))([\w.-]{3,80})(%(?:25){0,3}3d)((?:(?!%(?:25){0,3}(?:26|23|3b|22|27|20|3c))[^&\s"'<>])+)/gi;
/** An opening tag; what is within, to its end, is the value. */
const openTag = /(<|&lt;|&#60;|&#x3c;|\\u003c)([\w.:-]{3,80})(?:\s[^<>&]{0,200})?(?:>|&gt;|&#62;|&#x3e;|\\u003e)/gi;
/** Characters of a value. */
const longest = 4096;

/** Values of a secret's name as JSON has them, also JSON with templates in it, or within another text. */
export function withoutNamed(text: string, mark: Mark): string {
  return text.replace(named, (whole, open: string, name: string, between: string, close: string, value: string) =>
    namesSecret(name) && !isShown(value) ? `${open}${name}${open}${between}${mark(`the name "${name}"`)}${close}` : whole,
  );
}

/** The same in all the ways in which Kibana, services and people write it: headers, assignments, queries, encoded URLs, XML. */
export function withoutSpoken(text: string, mark: Mark): string {
  const groups = withoutSpans(text, namedGroup, mark, ([, quoted = "", name = ""], from, all) => {
    const to = namesSecret(name) ? endOfGroup(all, from) : from;
    const within = all.slice(from + 1, to);
    return within.includes(quoted) && within.trim() !== quoted + redactionMark + quoted ? { from: from + 1, to, name, quoted } : undefined;
  });
  const urls = withoutNamed(groups, mark).replace(inEncodedUrl, (whole, before: string, name: string, equals: string, value: string) =>
    namesSecret(name, "parameter") && !isShown(value) ? `${before}${name}${equals}${mark(`the URL parameter "${name}"`)}` : whole,
  );
  const tags = withoutSpans(urls, openTag, mark, ([, open = "", name = ""], from, all) => {
    if (!namesSecret(name)) return undefined;
    const value = all.slice(from, from + longest);
    const end = value.indexOf(`${open}/${name}`);
    return end < 0 || isShown(value.slice(0, end).trim()) ? undefined : { from, to: from + end, name };
  });
  const hidden = withoutSpans(tags, pair, mark, ([, quoted = "", name = ""], from, all) => {
    const value = namesSecret(name) ? upTo(quoted, all, from) : undefined;
    return value === undefined || isShown(value) ? undefined : { from, to: from + value.length, name };
  });
  return withoutValues(hidden, mark);
}

/** Puts marks into the places that `find` sees after what `opening` matches; places within one that is hidden are not looked at. */
function withoutSpans(
  text: string,
  opening: RegExp,
  mark: Mark,
  find: (match: RegExpExecArray, from: number, text: string) => { from: number; to: number; name: string; quoted?: string } | undefined,
): string {
  let [shown, at] = ["", 0];
  for (const match of text.matchAll(opening)) {
    const span = match.index < at ? undefined : find(match, match.index + match[0].length, text);
    if (!span) continue;
    const { from, to, name, quoted = "" } = span;
    shown += text.slice(at, from) + quoted + mark(`the name "${name}"`) + quoted;
    at = to;
  }
  return shown + text.slice(at);
}

/** Where the list or object that begins here ends: what is too long, or was cut, as far as anybody looks. */
function endOfGroup(text: string, from: number): number {
  const last = Math.min(text.length, from + longest);
  let depth = 0;
  for (let at = from; at < last; at++) {
    if (text[at] === "[" || text[at] === "{") depth++;
    if ((text[at] === "]" || text[at] === "}") && --depth === 0) return at;
  }
  return last;
}

/** In time linear in the text's length: each value is read once. */
function withoutValues(text: string, mark: Mark): string {
  let [shown, at, read] = ["", 0, 0];
  for (const { 0: whole, 1: words = "", 2: quoted, index } of text.matchAll(beforeValue)) {
    const name = nameIn(words);
    const begin = index + whole.length;
    if (begin < read || name === undefined || text.startsWith(redactionMark, begin)) continue;
    const value = (quoted && upTo(quoted, text, begin)) ?? valueAt(text, begin, name);
    read = begin + value.length;
    if (!looksSecret(value)) continue;
    shown += text.slice(at, begin) + mark(`the name "${name}"`);
    at = read;
  }
  return shown + text.slice(at);
}

/** Of `API key` both words, of `the token` the last one; a `secrets manager` is no secret. */
function nameIn(words: string): string | undefined {
  const last = words.split(" ").at(-1) ?? "";
  return [last, ...(/(?:code|key|password|phrase|secret|token)s?$/i.test(last) ? [words] : [])].find((name) => namesSecret(name));
}

function upTo(quoted: string, text: string, from: number): string | undefined {
  const within = text.slice(from, from + longest + quoted.length);
  let end = within.indexOf(quoted);
  while (end > 0 && within[end - 1] === "\\") end = within.indexOf(quoted, end + 1);
  return end < 0 ? undefined : within.slice(0, end);
}

function valueAt(text: string, from: number, name: string): string {
  const take = (pattern: RegExp) => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0] ?? "";
  };
  if (/cookie$/i.test(name)) return take(cookies);
  const header = /authori[sz]ation$/i.test(name) ? take(signed) || take(withScheme) : "";
  if (/^(?:digest|hawk|oauth|signature|aws4)/i.test(header)) return header;
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
