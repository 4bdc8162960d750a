import { looksSecret } from "../shapes/looks-secret.ts";
import { namesSecret } from "../shapes/names.ts";
import { isOfWords, looksRandom, wordsOf } from "../shapes/urls.ts";
import { isOurWord } from "./structure.ts";

/** Characters of one that counts. */
const longest = 8192;

/** Texts of several words, UUIDs, ids of Slack (`C0123ABCDEF`) and numbers of tickets (`INC0012345`): they name what is there. */
const isInnocent = /\s|^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$|^[BCDGSTUW]\d[A-Z\d]{7,9}$|^[A-Z]{2,10}[-_]?\d{3,10}$/;

/**
 * What of a value that somebody calls a secret is one, and may be in no other place: a user's name, an address or an id is
 * often given with it. So only what looks random counts, and under a secret's name all but words.
 */
export function surelySecretIn(text: string, name: string): string[] {
  const random = [text, ...wordsOf(text)].filter(looksRandom);
  const [, word = text] = /^\s*(?:\S+\s+)?(\S+)\s*$/.exec(text) ?? [];
  const named = namesSecret(name) && looksSecret(word) && !isOfWords(word) && !isOurWord(word) && !isInnocent.test(word) ? [word] : [];
  return [...random, ...named].filter(({ length }) => length <= longest);
}
