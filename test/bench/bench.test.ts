import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { compared, digits, interleaved, spread } from "../../bench/figures.ts";
import { freshFolder } from "../support/folder.ts";

describe("the figures", () => {
  test.each([
    [[3, 1, 2], { median: 2, low: 1.5, high: 2.5 }],
    [[1, 2, 3, 4], { median: 2.5, low: 1.75, high: 3.25 }],
    [[7], { median: 7, low: 7, high: 7 }],
  ])("of %j are %j", (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });

  test("are ratios pair by pair, so that a slow moment of the machine changes nothing", () => {
    const row = compared({ group: "x", what: "y" }, { ours: [20, 200, 22], theirs: [10, 100, 11] }, { unit: "ms", atMost: 1.9 });
    expect(row).toMatchObject({ ratio: { median: 2, low: 2, high: 2 }, pairs: 3, ours: "22 ms", target: { met: false } });
  });

  test("come from measurements in turn, each side first every other time, after one to warm up", async () => {
    const order: string[] = [];
    const measure = (name: string) => async () => order.push(name);
    const { ours, theirs } = await interleaved(2, measure("a"), measure("b"));
    expect(order).toEqual(["a", "b", "a", "b", "b", "a"]);
    expect([ours.length, theirs.length]).toEqual([2, 2]);
  });

  test.each([
    [0.12345, "0.123"],
    [1.5, "1.5"],
    [41.06, "41.1"],
    [1234.5, "1235"],
    [Number.NaN, "-"],
  ])("%d is printed as %s", (value, printed) => {
    expect(digits(value)).toBe(printed);
  });
});

test("npm run bench prints a table, writes the same as JSON, and its tokens keep to their targets", { timeout: 60_000 }, async () => {
  const json = join(await freshFolder(), "results.json");
  const { stdout } = await promisify(execFile)(process.execPath, ["bench/run.mjs", "--only", "tokens", "--json", json]);
  const { rows, machine } = JSON.parse(await readFile(json, "utf8"));
  expect(stdout).toContain(machine);
  for (const { what, target } of rows) {
    expect(stdout).toContain(what);
    expect(target?.met ?? true, what).toBe(true);
  }
  expect(rows.length).toBeGreaterThan(10);
});
