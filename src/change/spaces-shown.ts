/** `default, ops`, each once; of more than `most` the first, and how many more: `a, b and 40 more`. */
export function spacesShown(all: readonly string[], most = 20): string {
  const spaces = [...new Set(all)];
  const more = spaces.length - most;
  return `${spaces.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
