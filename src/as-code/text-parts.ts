/**
 * A text in parts, cut at line ends if the lines are short enough.
 * @param most characters per part, as JSON writes them
 */
export function textParts(text: string, most: number): string[] {
  const parts: string[] = [];
  let part = "";
  let size = 0;
  for (const piece of text.split(/(?<=\n)/).flatMap((line) => shortPieces(line, most))) {
    const length = sizeInJson(piece);
    if (part !== "" && size + length > most) {
      parts.push(part);
      part = "";
      size = 0;
    }
    part += piece;
    size += length;
  }
  return [...parts, ...(part === "" && parts.length > 0 ? [] : [part])];
}

/** Length of a text as a JSON string, without its quotes. */
export function sizeInJson(text: string): number {
  return JSON.stringify(text).length - 2;
}

/** A line that is too long, cut between characters. */
function shortPieces(line: string, most: number): string[] {
  if (sizeInJson(line) <= most) return [line];
  const characters = [...line];
  const pieces: string[] = [];
  // No character takes more than twelve in JSON.
  const step = Math.max(1, Math.floor(most / 12));
  for (let from = 0; from < characters.length; from += step) pieces.push(characters.slice(from, from + step).join(""));
  return pieces;
}
