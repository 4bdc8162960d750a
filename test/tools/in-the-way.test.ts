import { expect, test } from "vitest";
import { goodToKnow, mayStop, type Obstacle, stops } from "../../src/map/route.ts";
import { inTheWay } from "../../src/tools/map/mapped-row.ts";

const perhaps = (count: number) => Array.from({ length: count }, (_one, n) => mayStop("condition", `c${n}`));
test.each<[what: string, obstacles: Obstacle[], expected: string[]]>([
  ["nothing", [], []],
  ["five in full", perhaps(5), ["c0", "c1", "c2", "c3", "c4"]],
  ["one more is counted", perhaps(6), ["c0", "c1", "c2", "c3", "c4", "and 1 more"]],
  ["each text once", [...perhaps(5), ...perhaps(5)], ["c0", "c1", "c2", "c3", "c4"]],
  [
    "what stops everything is among the first",
    [goodToKnow("frequency", "often"), ...perhaps(6), stops("muted", "muted")],
    ["muted", "c0", "c1", "c2", "c3", "and 3 more"],
  ],
])("what is in the way, in words: %s", (_what, obstacles, expected) => {
  expect(inTheWay(obstacles)).toEqual(expected);
});
