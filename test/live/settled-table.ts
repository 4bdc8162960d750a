import type { Settled } from "../contract/run.ts";

/** "To be settled on a live stack": statement, section, the answer found. */
export function settledTable(version: string, settled: Settled[]): string {
  const rows = settled.map(({ section, statement, found, expected }) => [
    section,
    statement,
    `${expected ? "" : "NOT FORESEEN: "}${found}`.replaceAll("|", "\\|"),
  ]);
  const head = ["section", "statement", `answer of ${version}`];
  const width = (column: number) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(column < 2 ? width(column) : 0)).join(" | ")} |`;
  const rule = `|${head.map((cell, column) => "-".repeat((column < 2 ? width(column) : cell.length) + 2)).join("|")}|`;
  return ["To be settled on a live stack", "", line(head), rule, ...rows.map(line)].join("\n");
}
