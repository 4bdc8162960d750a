import { didYouMean } from "../did-you-mean.ts";

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
  // Nobody mistypes longer ones.
  if (key.length > 200) return undefined;
  for (const likely of [sameWord, didYouMean, oneInTheOther]) {
    const wanted = likely(key, missing);
    if (wanted !== undefined) return `did you mean ${wanted}, which is required and missing?`;
    const near = likely(key, here.fields);
    if (near !== undefined) return `did you mean ${near}?`;
    for (const { part, fields } of elsewhere) {
      const other = likely(key, fields);
      if (other !== undefined) return other === key ? `${key} belongs in ${part}` : `did you mean ${other}, in ${part}?`;
    }
  }
  return undefined;
}

/** The same but for case and separators: `webhook_url`, `webhookURL`. */
function sameWord(word: string, fields: readonly string[]): string | undefined {
  return fields.find((field) => plain(field) === plain(word));
}

/** `url` in `webhookUrl`, `user` in `username`. */
function oneInTheOther(word: string, fields: readonly string[]): string | undefined {
  return fields.find((field) => {
    const [short = "", long = ""] = [plain(word), plain(field)].sort((a, b) => a.length - b.length);
    return short.length >= 3 && (long.startsWith(short) || long.endsWith(short));
  });
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}
