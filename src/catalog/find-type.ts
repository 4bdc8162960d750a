import { didYouMean } from "../did-you-mean.ts";
import { connectorTypes } from "./index.ts";
import { specTypes } from "./spec-types.ts";

/** What a word for a connector type leads to. */
export interface FoundType {
  id?: string;
  /** The word is not a name of it, but near one and near no other: the answer must say what was assumed. */
  near?: true;
  /** Where there is no id: at most five that may be meant, nearest first. */
  candidates: string[];
}

/**
 * The connector type somebody means, among the ids that a deployment offers. Takes the id, the id without its dot or
 * with other case and separators, the display name, common other names, and what is near to the names of one alone. No id
 * where several fit or none does, or where the word is the name of a type that is not among them.
 */
export async function findTypeId(asked: string, ids: readonly string[]): Promise<FoundType> {
  const wanted = asked.trim();
  const exact = [wanted, wanted.toLowerCase(), `.${wanted.toLowerCase()}`].find((id) => ids.includes(id));
  // Only names need the entries of all types.
  return exact === undefined ? findByName(wanted, ids, await typeNames()) : { id: exact, candidates: [] };
}

/** What known types are called, by id. */
export type TypeNames = ReadonlyMap<string, readonly string[]>;

export async function typeNames(): Promise<TypeNames> {
  // A system type is not asked for by the name it shares with another: .http-system is HTTP too.
  const entries = (await connectorTypes()).map(
    ({ id, name, aliases = [], system }) => [id, system ? aliases : [name, ...aliases]] as const,
  );
  return new Map([...specTypes.map(({ id, name }) => [id, [name]] as const), ...entries]);
}

/** `findTypeId` for a word that is not an id as it is written. */
export function findByName(wanted: string, ids: readonly string[], names: TypeNames): FoundType {
  const word = plain(wanted);
  if (word === "") return { candidates: [] };
  // An id that exists elsewhere is not one of its neighbours by another name.
  const named = names.has(wanted) ? [] : ids.filter((id) => wordsFor(id, names).includes(word));
  const [only] = named;
  if (only !== undefined && named.length === 1) return { id: only, candidates: [] };
  if (named.length > 1) return { candidates: named.slice(0, 5) };
  const candidates = nearIds(word, ids, names);
  const [nearest] = candidates;
  const isTaken =
    nearest !== undefined && candidates.length === 1 && isNear(wanted, wordsFor(nearest, names)) && !namesAnother(word, ids, names);
  return isTaken ? { id: nearest, near: true, candidates: [] } : { candidates };
}

/** Whether the word is a slip for one of a type's names, or says one among its words: "slak", "jira cloud". */
function isNear(wanted: string, called: readonly string[]): boolean {
  const spoken = wanted.split(/[^a-zA-Z0-9]+/).map(plain);
  return (
    (plain(wanted).length >= 4 && didYouMean(plain(wanted), called) !== undefined) ||
    called.some((name) => name.length >= 4 && spoken.includes(name))
  );
}

/** Whether the word is the name of a type that this deployment does not have. */
function namesAnother(word: string, ids: readonly string[], names: TypeNames): boolean {
  return [...names.keys()].some((id) => !ids.includes(id) && wordsFor(id, names).includes(word));
}

/** First ids with a similar word, nearest first, then those whose word is in the asked one or the other way round. */
function nearIds(word: string, ids: readonly string[], names: TypeNames): string[] {
  const near: string[] = [];
  let words = ids.flatMap((id) => wordsFor(id, names).map((each) => ({ id, word: each })));
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

function wordsFor(id: string, names: TypeNames): string[] {
  return [id, ...(names.get(id) ?? [])].map(plain).filter((word) => word !== "");
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
