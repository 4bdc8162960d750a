/** A word in quotes, in which everything is as it is written, or characters outside of quotes. */
const piece = /"[^"]*"|'[^']*'|[^\s"']+/y;
/** What only a shell reads. */
const forShells = /[|&;<>`$]/;

/**
 * The words of a command that no shell reads: a JSON array, or words with white space between them, where '…' and "…" keep
 * white space and everything else as it is written.
 * @returns what is wrong as the end of a sentence, without the text: it may be a key in the wrong place
 */
export function commandWords(text: string): { words: [string, ...string[]] } | { problem: string } {
  const given = text.trim();
  const words = given.startsWith("[") ? fromJson(given) : fromLine(given);
  if ("problem" in words) return words;
  const [program, ...rest] = words;
  if (!program) return { problem: "names no program" };
  if (words.some((word) => word.includes("\0"))) return { problem: "has a character that no program can be given" };
  return { words: [program, ...rest] };
}

function fromJson(text: string): string[] | { problem: string } {
  const problem = 'is not a JSON array of texts, such as ["pass", "show", "kibana"]';
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : { problem };
  } catch {
    // The parser's message quotes the text.
    return { problem };
  }
}

function fromLine(text: string): string[] | { problem: string } {
  const words: string[] = [];
  let apart = true;
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text.charAt(at))) {
      apart = true;
      at += 1;
      continue;
    }
    piece.lastIndex = at;
    const [found] = piece.exec(text) ?? [];
    if (found === undefined) return { problem: "has a quote that does not end" };
    const quoted = /^["']/.test(found);
    if (!quoted && forShells.test(found))
      return { problem: `has a sign that only a shell reads, and no shell runs it: put it in quotes, or write sh -c '…'` };
    const word = quoted ? found.slice(1, -1) : found;
    if (apart) words.push(word);
    else words.push(`${words.pop() ?? ""}${word}`);
    apart = false;
    at += found.length;
  }
  return words;
}
