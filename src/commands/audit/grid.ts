import stringWidth from "string-width";

/**
 * Draws a table with lines around its cells.
 * @param widths characters of each column; every line of a cell has to fit
 * @param rows of cells, each a list of lines; the first row is the head
 */
export function drawGrid(widths: readonly number[], rows: readonly (readonly (readonly string[])[])[]): string {
  const rule = (left: string, middle: string, right: string) =>
    `${left}${widths.map((width) => "─".repeat(width + 2)).join(middle)}${right}`;
  const drawn = rows.map((cells) => {
    const height = Math.max(...cells.map((lines) => lines.length));
    const line = (at: number) => `│${widths.map((width, column) => ` ${padded(cells[column]?.[at] ?? "", width)} `).join("│")}│`;
    return Array.from({ length: height }, (_, at) => line(at)).join("\n");
  });
  return `${rule("┌", "┬", "┐")}\n${drawn.join(`\n${rule("├", "┼", "┤")}\n`)}\n${rule("└", "┴", "┘")}`;
}

function padded(text: string, width: number): string {
  const length = /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
  return text + " ".repeat(Math.max(0, width - length));
}
