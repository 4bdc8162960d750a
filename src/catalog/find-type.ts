import { distance } from "fastest-levenshtein";
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

function nearIds(word: string, ids: readonly string[]): string[] {
  return ids
    .map((id) => ({ id, apart: Math.min(1, ...wordsFor(id).map((each) => howFarApart(word, each))) }))
    .filter(({ apart }) => apart <= 0.4)
    .toSorted((a, b) => a.apart - b.apart)
    .slice(0, 5)
    .map(({ id }) => id);
}

/** 0 the same, 1 nothing in common; a word within the other counts as near. */
function howFarApart(one: string, other: string): number {
  const typos = distance(one, other) / Math.max(one.length, other.length);
  const within = Math.min(one.length, other.length) >= 3 && (one.includes(other) || other.includes(one));
  return within ? Math.min(typos, 0.3) : typos;
}

function wordsFor(id: string): string[] {
  const aliases = Object.hasOwn(typeAliases, id) ? typeAliases[id] : undefined;
  return [id, specNames.get(id) ?? "", ...(aliases ?? [])].map(plain).filter((word) => word !== "");
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
