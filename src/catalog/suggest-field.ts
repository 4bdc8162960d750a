import { distance } from "fastest-levenshtein";

/** A part of a connector and the fields it takes. */
export interface KnownFields {
  part: string;
  fields: readonly string[];
}

/**
 * What somebody may have meant by a key that no version of a part knows: a field spelled another way, or one of
 * another part. `missing` are required fields not given: they are preferred.
 */
export function suggestField(
  key: string,
  here: KnownFields,
  elsewhere: readonly KnownFields[],
  missing: readonly string[],
): string | undefined {
  for (const similar of [sameWord, fewTyposApart, oneInTheOther]) {
    const wanted = missing.find((field) => similar(key, field));
    if (wanted !== undefined) return `did you mean ${wanted}, which is required and missing?`;
    const near = closest(
      key,
      here.fields.filter((field) => similar(key, field)),
    );
    if (near !== undefined) return `did you mean ${near}?`;
    for (const { part, fields } of elsewhere) {
      if (fields.includes(key)) return `${key} belongs in ${part}`;
      const other = closest(
        key,
        fields.filter((field) => similar(key, field)),
      );
      if (other !== undefined) return `did you mean ${other}, in ${part}?`;
    }
  }
  return undefined;
}

/** The one of these words that is likely meant by a misspelled one, undefined where none is near. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  return closest(
    word,
    words.filter((each) => sameWord(word, each) || fewTyposApart(word, each)),
  );
}

/** The same but for case and separators: `webhook_url`, `webhookURL`. */
function sameWord(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

/** Short words allow fewer typos: nothing is one typo away from `to` by chance. */
function fewTyposApart(one: string, other: string): boolean {
  const length = Math.min(plain(one).length, plain(other).length);
  return distance(plain(one), plain(other)) <= (length <= 3 ? 0 : length <= 5 ? 1 : length <= 8 ? 2 : 3);
}

/** `url` in `webhookUrl`, `user` in `username`. */
function oneInTheOther(one: string, other: string): boolean {
  const [short = "", long = ""] = [plain(one), plain(other)].sort((a, b) => a.length - b.length);
  return short.length >= 3 && (long.startsWith(short) || long.endsWith(short));
}

function closest(word: string, words: readonly string[]): string | undefined {
  return words.toSorted((a, b) => distance(plain(word), plain(a)) - distance(plain(word), plain(b)))[0];
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}
