import { hasMoreCommas } from "./json-size.ts";

/**
 * Whether JSON is nested more than `most` levels deep; a bare value has none. What comes from outside is asked this
 * first: code that walks through it by recursion would run out of stack. This walk goes no deeper than `most`.
 */
export function isDeeperThan(most: number, json: unknown): boolean {
  if (json === null || typeof json !== "object") return false;
  if (most === 0) return true;
  const items: unknown[] = Array.isArray(json) ? json : Object.values(json);
  for (const item of items) if (item !== null && typeof item === "object" && isDeeperThan(most - 1, item)) return true;
  return false;
}

/** The deepest JSON in a text that is read: others walk through it by recursion. */
const deepest = 100;

/** As many values as a text may have to be read as JSON: each costs more than its characters do. */
const mostCommas = 300;

/** The object or list that a text is the JSON of; what is nested deeper, or has more values, than any real one stays text. */
export function objectIn(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text) || hasMoreCommas(mostCommas, text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !isDeeperThan(deepest, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the text, of which `object` is what was read, gives a key of an object twice: only the last of them was read. */
export function hasRepeatedKeys(text: string, object: object): boolean {
  const colon = /\s*:/y;
  let keys = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    do at = text.indexOf('"', at + 1);
    while (isEscaped(text, at));
    colon.lastIndex = at + 1;
    if (colon.test(text)) keys++;
  }
  return keys > keysIn(object);
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - backslashes - 1] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function keysIn(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, item) => sum + keysIn(item), own);
}
