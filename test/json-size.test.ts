import { describe, expect, test } from "vitest";
import { hasMoreCommas, holdsMoreThan } from "../src/json-size.ts";

describe("the values in JSON", () => {
  test.each<[unknown, number]>([
    ["text", 0],
    [null, 0],
    [[], 0],
    [[1, null, "a"], 3],
    [{ a: 1, b: 2 }, 2],
    [[[], [[]], {}], 4],
    [{ a: { b: { c: [0, 0] } } }, 5],
  ])("in %j are %i", (json, count) => {
    expect([holdsMoreThan(count, json), count > 0 && holdsMoreThan(count - 1, json)]).toEqual([false, count > 0]);
  });

  test("are counted at any depth without recursion", () => {
    let deep: unknown = [];
    for (let n = 0; n < 100_000; n++) deep = [deep];
    expect([holdsMoreThan(100_000, deep), holdsMoreThan(99_999, deep)]).toEqual([false, true]);
  });
});

test.each<[unknown, number]>([
  [[1, 2, 3], 2],
  [{ a: "x,y,,z", "b,": [",", '\\",\\'] }, 2],
  [["\\", ",", '"', ","], 3],
  ["a,b", 0],
])("the commas between the values of %j are %i, in texts none", (json, commas) => {
  const text = JSON.stringify(json);
  expect([hasMoreCommas(commas, text), commas > 0 && hasMoreCommas(commas - 1, text)]).toEqual([false, commas > 0]);
});
