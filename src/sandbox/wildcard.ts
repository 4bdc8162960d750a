/** Whether a text fits a pattern in which `*` stands for any text. In time linear in the text's length. */
export function fitsWildcard(text: string, pattern: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === first;
  let at = first.length;
  if (!text.startsWith(first)) return false;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length && text.endsWith(last);
}
