import type { Span } from "./known-values.ts";

/** Where words stand in a text: behind each place at which one ends, the longest of them. */
export type FindWords = (text: string) => Span[];

/**
 * Looks for many words at once, in time linear in the text's length: a plan may reach thousands, and be a text about all of
 * them (Aho and Corasick's automaton).
 */
export function findWords(words: readonly string[]): FindWords {
  const children = new Map<number, number>();
  /** By node: where the longest ending goes on that is another beginning, and the longest word that ends there. */
  const [fallback, longest] = [[0], [0]];
  const childOf = (node: number, letter: number) => children.get(node * 0x10000 + letter);

  function step(from: number, letter: number): number {
    for (let node = from; ; node = fallback[node] ?? 0) {
      const child = childOf(node, letter);
      if (child !== undefined || node === 0) return child ?? 0;
    }
  }

  // All words letter by letter: what a node falls back to is shorter, so it is there already.
  let left = words.map((word) => ({ word, node: 0 }));
  for (let depth = 0; left.length > 0; depth++) {
    left = left.filter(({ word }) => word.length > depth);
    for (const one of left) {
      const letter = one.word.charCodeAt(depth);
      const back = depth === 0 ? 0 : step(fallback[one.node] ?? 0, letter);
      const child = childOf(one.node, letter) ?? fallback.push(back) - 1;
      children.set(one.node * 0x10000 + letter, child);
      longest[child] ??= longest[back] ?? 0;
      if (one.word.length === depth + 1) longest[child] = depth + 1;
      one.node = child;
    }
  }

  return (text) => {
    const spans: Span[] = [];
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      node = step(node, text.charCodeAt(at));
      const length = longest[node] ?? 0;
      if (length > 0) spans.push([at + 1 - length, at + 1]);
    }
    return spans;
  };
}

/** Whether a span is within none of those that stay. */
export function outside(kept: readonly Span[]): (span: Span) => boolean {
  const byEnd = [...kept].sort((one, other) => one[1] - other[1]);
  /** For each, where the first of those begins that end there or later. */
  const begins = byEnd.map(([begin]) => begin);
  for (let at = begins.length - 2; at >= 0; at--) begins[at] = Math.min(begins[at] ?? 0, begins[at + 1] ?? 0);
  return ([from, to]) => {
    let [low, high] = [0, byEnd.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((byEnd[middle]?.[1] ?? 0) < to) low = middle + 1;
      else high = middle;
    }
    return (begins[low] ?? to) > from;
  };
}
