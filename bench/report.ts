import { cpus, totalmem } from "node:os";
import { digits, type Row } from "./figures.ts";

/** What matters about the machine; not its name. */
export function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.versions.node}`;
}

/** The rows as a Markdown table, for people and for README.md. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.group,
    row.what,
    row.skipped === undefined ? (row.ratio ? `${digits(row.ratio.median)} ×` : "") : "skipped",
    row.ratio ? `${digits(row.ratio.low)}–${digits(row.ratio.high)}` : "",
    row.against ?? "",
    row.ours ?? "",
    row.theirs ?? "",
    row.pairs === undefined ? "" : String(row.pairs),
    row.skipped ?? (row.target ? `${row.target.what} ${row.target.met ? "met" : "MISSED"}` : ""),
  ]);
  const head = ["", "what", "median", "quartiles", "against", "ours", "theirs", "pairs", "target"];
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => (line[column] ?? "").length)));
  const text = (line: readonly string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [text(head), text(widths.map((width) => "-".repeat(width))), ...lines.map(text)].join("\n");
}
