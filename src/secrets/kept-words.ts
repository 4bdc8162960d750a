import type { Span } from "./known-values.ts";

/** Where words stand in a text: behind each place at which one ends, the longest of them. */
export type FindWords = (text: string) => Span[];

/**
 * Looks for many words at once, in time linear in the text's length: a plan may reach thousands, and be a text about all of
 * them (Aho and Corasick's automaton).
 */
export function findWords(words: readonly string[]): FindWords {
  const nodes = 1 + words.reduce((sum, word) => sum + word.length, 0);
  const numbers = () => new Int32Array(nodes);
  const [parent, firstChild, fallback, longest] = [numbers(), numbers(), numbers(), numbers()];
  const [leading, firstLetter] = [new Uint16Array(nodes), new Uint16Array(nodes)];
  // Nearly all nodes have one child.
  const otherChildren = new Map<number, number>();
  const byDepth: number[][] = [];
  let made = 1;

  /** 0: there is none. */
  const childOf = (node: number, letter: number): number =>
    firstChild[node] !== 0 && firstLetter[node] === letter ? (firstChild[node] ?? 0) : (otherChildren.get(node * 0x10000 + letter) ?? 0);

  function addChild(node: number, letter: number, depth: number): number {
    const child = made++;
    parent[child] = node;
    leading[child] = letter;
    if (firstChild[node] === 0) {
      firstChild[node] = child;
      firstLetter[node] = letter;
    } else otherChildren.set(node * 0x10000 + letter, child);
    const level = byDepth[depth] ?? [];
    level.push(child);
    byDepth[depth] = level;
    return child;
  }

  function step(from: number, letter: number): number {
    let node = from;
    for (; node !== 0; node = fallback[node] ?? 0) {
      const child = childOf(node, letter);
      if (child !== 0) return child;
    }
    return childOf(0, letter);
  }

  for (const word of words) {
    let node = 0;
    for (let at = 0; at < word.length; at++) node = childOf(node, word.charCodeAt(at)) || addChild(node, word.charCodeAt(at), at);
    longest[node] = word.length;
  }
  for (const level of byDepth)
    for (const node of level) {
      const above = parent[node] ?? 0;
      fallback[node] = above === 0 ? 0 : step(fallback[above] ?? 0, leading[node] ?? 0);
      longest[node] ||= longest[fallback[node] ?? 0] ?? 0;
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
  /** How far before it those begin that end there or later. */
  const begins = new Array<number>(byEnd.length);
  for (let at = byEnd.length - 1; at >= 0; at--) begins[at] = Math.min(byEnd[at]?.[0] ?? 0, begins[at + 1] ?? Number.POSITIVE_INFINITY);
  return ([from, to]) => {
    let [low, high] = [0, byEnd.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((byEnd[middle]?.[1] ?? 0) < to) low = middle + 1;
      else high = middle;
    }
    return (begins[low] ?? Number.POSITIVE_INFINITY) > from;
  };
}
