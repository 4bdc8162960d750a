import { looksSecret } from "./looks-secret.ts";
import { isShown, redactionMark } from "./urls.ts";

/** A quote as it is, in JSON within JSON, in HTML and in a URL. */
export const quote = String.raw`\\{0,8}(?:["']|u002[27]|x2[27])|&(?:quot|apos|#34|#39|#x22|#x27);|%22`;

const aQuote = new RegExp(quote, "iy");
/** What a group is made of. A quote begins a string only where one can begin, so that no apostrophe does. */
const partOfGroup = new RegExp(String.raw`[[{(]|[\]})]|(?<=[[{(,:=>]\s{0,8})(?:${quote})`, "gi");
const opensGroup = /\{(?!\{)|\[(?!redacted\])|\(/y;
/** Between a name and its value: YAML's `|`, a type of PHP, Go, Rust or Python, and the key of a value within. */
const beforeValue = new RegExp(
  String.raw`(?:[|>][-+]?\s{1,40}|!!str |string\(\d{1,9}\) |(?:Some|\[\]string)(?=[({])|b(?=["']))?(?:(?:${quote})?\b(?:values?|val|raw)(?:${quote})?\s{0,4}[:=]\s{0,40})?`,
  "iy",
);
/** The first of a list. */
const beforeString = /(?:\[\s{0,4})?/y;
/** A value without quotes ends before what belongs to the sentence or list around it. */
const bare = /(?:(?![,;&][\w.-]{1,60}[=:]|[)}\],;.:!?]{1,4}(?:[\s"'<>\\]|$))[^\s"'\\<>])+/y;
const cookie = String.raw`[\w.$-]{1,80}(?:=(?:"[^"\r\n]{0,4096}"|[^\s"'\\<>;]{0,4096}))?`;
/** `lang=en; session=…` */
const cookies = new RegExp(String.raw`(?:\[redacted\]|${cookie})(?:;[; ]{0,4}${cookie})*`, "y");
/** Schemes whose value is a list: `Digest username="…", response="…"`. */
const signed = /(?:digest|hawk|oauth|signature|aws4-hmac-sha256) (?=[^\r\n<>{}]{0,200}=)[^\r\n<>{}]{1,4096}/iy;
/** A scheme and its value: `Bearer …`, `Bearer "…"`. */
const withScheme = (scheme: string) =>
  new RegExp(String.raw`(?:${scheme})\s{1,4}(?:(?:[\w-]{1,40}=)?"[^"\r\n]{6,4096}"|[^\s"'\\<>,;]+)`, "iy");
const inHeader = withScheme(String.raw`[a-z][\w-]{1,30}:?`);
/** Words that are hardly anything else. */
const anywhere = withScheme("bearer|basic|apikey|geniekey|token");
/** Beside a part that is hidden already: letters and digits as nobody writes a word. */
const besideMark = /(?:[A-Za-z]{2,20} )?\[redacted\],? (?=[^\s\d]{0,80}\d)(?=[^\sa-z]{0,80}[a-z])(?=[^\sA-Z]{0,80}[A-Z])[\w+/=~-]{8,}/y;
/** Characters of a value in quotes or brackets. */
const longest = 4096;

/** What is hidden of a value, and the quotes that its mark gets. */
export interface Span {
  from: number;
  to: number;
  quotes: string;
}

/**
 * Reads values in one text, in time linear in its length: where a string ends is looked for once, however many seem to
 * begin before, and what is within a list or object that was read is not read as one again.
 */
export function valuesIn(text: string, stringsOnly: boolean): (from: number, name: string, quotes: string | undefined) => Span | undefined {
  /** For each kind of quote: from where it was looked for, and where it is. */
  const closings = new Map<string, { from: number; at: number }>();
  let [groupsReadTo, readTo] = [0, 0];

  /** Of a string that begins here; one that is too long, or was cut, has none. */
  function endOfString(quoted: string, from: number): number | undefined {
    let next = closings.get(quoted);
    if (!next || from < next.from || from > next.at) {
      let at = text.indexOf(quoted, from);
      while (at >= 0 && !closes(at, quoted, from)) at = text.indexOf(quoted, at + quoted.length);
      next = { from, at: at < 0 ? text.length : at };
      closings.set(quoted, next);
    }
    return next.at < text.length && next.at - from <= longest ? next.at : undefined;
  }

  /** A quote within a string has more backslashes before it. */
  function closes(at: number, quoted: string, from: number): boolean {
    const own = quoted.lastIndexOf("\\") + 1;
    let more = 0;
    while (at - more > from && text[at - more - 1] === "\\") more++;
    return more % (2 * (own + 1)) === 0;
  }

  /** Of a list or object that begins here. */
  function endOfGroup(from: number): number | undefined {
    let depth = 0;
    partOfGroup.lastIndex = from;
    for (let part = partOfGroup.exec(text); part && part.index < from + longest; part = partOfGroup.exec(text)) {
      const [found] = part;
      const begin = partOfGroup.lastIndex;
      if ("[{(".includes(found)) depth++;
      else if (!"]})".includes(found)) partOfGroup.lastIndex = (endOfString(found, begin) ?? begin - found.length) + found.length;
      else if (--depth === 0) return part.index;
    }
    return undefined;
  }

  function group(from: number, quotes: string | undefined): Span | undefined {
    if (from < groupsReadTo) return undefined;
    const closed = endOfGroup(from);
    const to = closed ?? Math.min(text.length, from + longest);
    groupsReadTo = to;
    const within = text.slice(from + 1, to);
    const first = new RegExp(quote, "i").exec(within)?.[0] ?? "";
    const isSecret =
      quotes === undefined
        ? closed !== undefined && within.split(/[\s,;:'"=()[\]{}\\]+/).some(looksSecret)
        : within.includes(quotes) && within.trim() !== quotes + redactionMark + quotes;
    return isSecret ? { from: from + 1, to, quotes: quotes ?? first } : undefined;
  }

  const take = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0] ?? "";
  };

  function withoutQuotes(from: number, name: string): string {
    if (/cookie$/i.test(name)) return take(cookies, from);
    if (text.startsWith(redactionMark, from)) return take(besideMark, from);
    const isHeader = /authori[sz]ation$/i.test(name);
    const list = isHeader ? take(signed, from) : "";
    const withScheme = list || take(isHeader ? inHeader : anywhere, from);
    if (list || looksSecret(withScheme.slice(withScheme.search(/\s/) + 1))) return withScheme;
    return take(besideMark, from) || take(bare, from);
  }

  /**
   * @param quotes those around the name, which alone say that the value is one, whatever it looks like
   * @returns what is hidden of the value that begins here
   */
  return (from, name, quotes) => {
    const begin = from + take(stringsOnly ? beforeString : beforeValue, from).length;
    const opening = take(aQuote, begin);
    const inside = begin + opening.length;
    const end = opening && endOfString(opening, inside);
    if (typeof end === "number") {
      const value = text.slice(inside, end);
      const hidden = quotes === undefined ? looksSecret(value) : value !== "" && !isShown(value);
      return hidden ? { from: inside, to: end, quotes: "" } : undefined;
    }
    if (stringsOnly) return undefined;
    if (take(opensGroup, begin)) return group(begin, quotes);
    if (inside < readTo) return undefined;
    const value = withoutQuotes(inside, name);
    readTo = inside + value.length;
    return looksSecret(value) ? { from: inside, to: inside + value.length, quotes: "" } : undefined;
  };
}
