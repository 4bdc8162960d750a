/**
 * The address that a text is, as WHATWG parses it; undefined where it is none. Not `URL.canParse`: once it has run some
 * thousand times, Node 20 answers no for every address with a character such as "ü".
 */
export function readUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
