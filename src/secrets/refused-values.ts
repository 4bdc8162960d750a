import { seal } from "../sealed.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { namesSecret } from "../shapes/names.ts";
import { isOfWords, looksRandom, wordsOf } from "../shapes/urls.ts";
import { createKnownValues, type KnownValues } from "./known-values.ts";
import { learn, scrubOf } from "./redact.ts";
import { isOurWord } from "./structure.ts";

/** Values that one principal gave as plain text and that were refused. They block later calls, and hide nothing. */
export interface RefusedValues {
  /** All texts in what was given, except references. @param name the field's */
  add(given: unknown, name: string): void;
  /** Whether one of them is in a text, however it is encoded. */
  isIn(text: string): boolean;
}

/** The newest values of a principal that are known, and the characters of one that is. */
const [mostKept, longest] = [100, 8192];

/** In memory only: for each principal, what it was refused. */
export function createRefusedValues(): (principal: string) => RefusedValues {
  const principals = new Map<string, RefusedValues>();
  return (principal) => {
    const known = principals.get(principal) ?? ofPrincipal();
    principals.set(principal, known);
    return known;
  };
}

function ofPrincipal(): RefusedValues {
  let kept: string[] = [];
  /** Made for the next look: learning a value takes long, and one refusal may bring thousands. */
  let known: KnownValues | undefined;
  return {
    add(given, name) {
      const values = textsIn(given, name).flatMap(([text, of]) => secretsIn(text, of));
      kept = [...new Set([...kept, ...values])].slice(-mostKept);
      known = undefined;
    },
    isIn(text) {
      known ??= knownOf(kept);
      return scrubOf([known]).text(text) !== text;
    },
  };
}

function knownOf(values: readonly string[]): KnownValues {
  const known = createKnownValues({ cut: false });
  for (const value of values) learn(known, seal(value, "refused"));
  return known;
}

function textsIn(given: unknown, name: string): [text: string, name: string][] {
  if (typeof given === "string") return [[given, name]];
  if (Array.isArray(given)) return given.flatMap((item) => textsIn(item, name));
  if (given === null || typeof given !== "object") return [];
  const entries = Object.entries(given);
  return entries.some(([key]) => key.startsWith("$")) ? [] : entries.flatMap(([key, item]) => textsIn(item, key));
}

/** Texts of several words, UUIDs, ids of Slack (`C0123ABCDEF`) and numbers of tickets (`INC0012345`): they name what is there. */
const isInnocent = /\s|^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$|^[BCDGSTUW]\d[A-Z\d]{7,9}$|^[A-Z]{2,10}[-_]?\d{3,10}$/;

/**
 * What of a refused value may be in no other place: a user's name, an address or an id was refused with the secret, and is
 * none. So only what looks random counts, and under a secret's name all but words.
 */
function secretsIn(text: string, name: string): string[] {
  const random = [text, ...wordsOf(text)].filter(looksRandom);
  const [, word = text] = /^\s*(?:\S+\s+)?(\S+)\s*$/.exec(text) ?? [];
  const named = namesSecret(name) && looksSecret(word) && !isOfWords(word) && !isOurWord(word) && !isInnocent.test(word) ? [word] : [];
  return [...random, ...named].filter(({ length }) => length <= longest);
}
