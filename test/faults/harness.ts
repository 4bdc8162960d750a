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

/** How often a fault comes: a limit of the rate is waited for, so this one does not end. */
export const timesOf = (fault: string) => (fault === "rate_limit" ? 99 : 1);

/** How often a write is sent: only what a limit of the rate refused, and certainly was not done, is sent again, as long as the call may take. */
export const sendings = (fault: string, told: string) => (fault === "rate_limit" && told === "failed" ? 3 : 1);

export function coversEveryFault(table: readonly { fault: string }[]): void {
  test("the table covers every fault of the sandbox", async () => {
    const made = await product();
    await expect(made.fault("no such fault")).rejects.toThrow(`known are ${table.map(({ fault }) => fault).join(", ")}`);
  });
}
