/** One line of a difference: removed, added, or in both. */
export interface Line {
  sign: "-" | "+" | " ";
  text: string;
}

/** Cells of the table that finds common lines; above that, everything between the common start and end counts as replaced. */
const mostCells = 1_000_000;

/** What differs between two texts of JSON, line by line, in the order of both. What is in both stands as the second has it. */
export function lineDifference(before: string, after: string): Line[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < fresh.length && isSame(old[start], fresh[start])) start++;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && isSame(old[old.length - 1 - end], fresh[fresh.length - 1 - end])) end++;
  const same = (lines: readonly string[]) => lines.map((text): Line => ({ sign: " ", text }));
  return [
    ...same(fresh.slice(0, start)),
    ...between(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end)),
    ...same(fresh.slice(fresh.length - end)),
  ];
}

/** Whether something follows in the same list or object is no change of what the line says: outside of texts, JSON's comma. */
function isSame(was: string | undefined, is: string | undefined): boolean {
  return was?.replace(/,$/, "") === is?.replace(/,$/, "");
}

function between(old: readonly string[], fresh: readonly string[]): Line[] {
  const all = (sign: Line["sign"], lines: readonly string[]) => lines.map((text): Line => ({ sign, text }));
  if (old.length * fresh.length > mostCells) return [...all("-", old), ...all("+", fresh)];
  const width = fresh.length + 1;
  // How many lines both have in common from here to the end.
  const common = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      common[i * width + j] = isSame(old[i], fresh[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const [was, is] = [old[i], fresh[j]];
    if (was !== undefined && is !== undefined && isSame(was, is)) {
      lines.push({ sign: " ", text: is });
      i++;
      j++;
    } else if (was !== undefined && (is === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: "-", text: was });
      i++;
    } else if (is !== undefined) {
      lines.push({ sign: "+", text: is });
      j++;
    }
  }
  return lines;
}
