/**
 * `*` matches any text, `?` one character; case is ignored, and so are the ways in which Unicode writes one letter (composed or not,
 * full-width). In time linear in the text's length.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matches(pattern, text) || matches(pattern.normalize("NFKC"), text.normalize("NFKC"));
}

function matches(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.toLowerCase().split("*");
  const given = text.toLowerCase();
  const last = others.pop();
  if (last === undefined) return given.length === first.length && fitsAt(given, first, 0);
  const end = given.length - last.length;
  if (end < first.length || !fitsAt(given, first, 0) || !fitsAt(given, last, end)) return false;
  // Matching each piece as early as possible leaves the most room for the later ones.
  let at = first.length;
  for (const piece of others) {
    while (at + piece.length <= end && !fitsAt(given, piece, at)) at++;
    at += piece.length;
  }
  return at <= end;
}

function fitsAt(text: string, piece: string, at: number): boolean {
  if (!piece.includes("?")) return text.startsWith(piece, at);
  for (let n = 0; n < piece.length; n++) if (piece[n] !== "?" && piece[n] !== text[at + n]) return false;
  return true;
}
