import { afterAll, expect, test } from "vitest";
import { product } from "../support/product.ts";

/** What an answer said, and whether Kibana had done it: printed at the end of a file, the whole picture at a glance. */
export function printedAtEnd(kinds: readonly string[]) {
  const rows = new Map<string, string[]>();
  const line = (cells: readonly string[]) => cells.map((cell) => cell.padEnd(22)).join("");
  afterAll(() => {
    const lines = [line(["fault", ...kinds]), ...[...rows].map(([fault, cells]) => line([fault, ...cells]))];
    process.stdout.write(`${lines.join("\n")}\n`);
  });
  return (fault: string, told: string, changed: boolean) =>
    rows.set(fault, [...(rows.get(fault) ?? []), `${told} (${changed ? "it was" : "it was not"})`]);
}

export function coversEveryFault(table: readonly { fault: string }[]): void {
  test("the table covers every fault of the sandbox", async () => {
    const made = await product();
    await expect(made.fault("no such fault")).rejects.toThrow(`known are ${table.map(({ fault }) => fault).join(", ")}`);
  });
}
