import { firstFew } from "../first-few.ts";

/** `default, ops`, each once; of more than `most` the first, and how many more: `a, b and 40 more`. */
export function spacesShown(all: readonly string[], most = 20): string {
  return firstFew([...new Set(all)], most);
}
