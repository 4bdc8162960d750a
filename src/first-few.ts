/** `a, b and 3 more`, or `a; b; 3 more`: the first of many in words, and how many are left out. */
export function firstFew<T>(all: readonly T[], most: number, inWords: (one: T) => string = String, between = ", "): string {
  const words = all.slice(0, most).map((one) => inWords(one));
  const more = all.length > most ? `${between === ", " ? " and " : between}${all.length - most} more` : "";
  return words.join(between) + more;
}
