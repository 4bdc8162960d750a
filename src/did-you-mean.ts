import { distance } from "fastest-levenshtein";
import { withoutKnown } from "./plain-text.ts";

/** Nobody mistypes longer ones, and comparing takes time by the product of their lengths. */
const longest = 200;

const flat = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * Whether a word can hardly be anything but another one, whatever its case and the characters between its letters.
 * @param most how many letters may be missing, superfluous or wrong: by its length one in six, if left out
 */
export function isSlip(word: string, meant: string, most = Math.floor(flat(meant).length / 6)): boolean {
  return word.length <= longest && distance(flat(word), flat(meant)) <= most;
}

/** The candidate nearest to a mistyped word, or undefined when none is near enough to be meant. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > longest) return undefined;
  const asked = flat(word);
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    if (candidate.length > longest) continue;
    const name = flat(candidate);
    const within = asked.length >= 6 && name.includes(asked);
    const score = name === asked ? 0 : within ? 0.5 : areSwapped(asked, name) ? 1 : distance(asked, name);
    if (score <= Math.max(1, Math.floor(Math.max(asked.length, name.length) / 3)) && (!best || score < best.score)) {
      // What is hidden in a name is not found by a name that is like it.
      if (withoutKnown(candidate) === candidate) best = { candidate, score };
    }
  }
  return best?.candidate;
}

/** Two neighbouring letters in the wrong order are one slip of the finger, not two. */
function areSwapped(word: string, other: string): boolean {
  const at = [...word].findIndex((letter, index) => letter !== other[index]);
  return at >= 0 && word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2) === other;
}
