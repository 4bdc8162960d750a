import { didYouMean } from "../did-you-mean.ts";
import { specTypes } from "./spec-types.ts";
import { typeAliases } from "./type-aliases.ts";

const specNames = new Map(specTypes.map(({ id, name }) => [id, name]));

/**
 * The connector type somebody means, among the ids that a deployment offers. Takes the id, the id without its dot or
 * with other case and separators, the display name and common other names. No id where several fit or none does:
 * then at most five candidates, nearest first.
 */
export function findTypeId(asked: string, ids: readonly string[]): { id?: string; candidates: string[] } {
  const wanted = asked.trim();
  for (const exact of [wanted, wanted.toLowerCase(), `.${wanted.toLowerCase()}`]) {
    if (ids.includes(exact)) return { id: exact, candidates: [] };
  }
  const word = plain(wanted);
  if (word === "") return { candidates: [] };
  // An id that exists elsewhere is not one of its neighbours by another name.
  const isKnownId = Object.hasOwn(typeAliases, wanted) || specNames.has(wanted);
  const named = isKnownId ? [] : ids.filter((id) => wordsFor(id).includes(word));
  const [only] = named;
  if (only !== undefined && named.length === 1) return { id: only, candidates: [] };
  if (named.length > 1) return { candidates: named.slice(0, 5) };
  return { candidates: nearIds(word, ids) };
}

/** First ids with a similar word, nearest first, then those whose word is in the asked one or the other way round. */
function nearIds(word: string, ids: readonly string[]): string[] {
  const near: string[] = [];
  let words = ids.flatMap((id) => wordsFor(id).map((each) => ({ id, word: each })));
  while (near.length < 5) {
    const similar = didYouMean(
      word,
      words.map((each) => each.word),
    );
    const id =
      words.find((each) => each.word === similar)?.id ?? words.find((each) => each.word.length >= 3 && oneInTheOther(word, each.word))?.id;
    if (id === undefined) break;
    near.push(id);
    words = words.filter((each) => each.id !== id);
  }
  return near;
}

function oneInTheOther(word: string, other: string): boolean {
  return word.length >= 3 && (word.includes(other) || other.includes(word));
}

function wordsFor(id: string): string[] {
  const aliases = Object.hasOwn(typeAliases, id) ? typeAliases[id] : undefined;
  return [id, specNames.get(id) ?? "", ...(aliases ?? [])].map(plain).filter((word) => word !== "");
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
