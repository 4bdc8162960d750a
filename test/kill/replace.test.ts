import { test } from "vitest";
import { killedInTheMiddle } from "./killed-in-the-middle.ts";

test("200 rules, killed in the middle, run again: each is right, and the report says which were when", { timeout: 60_000 }, () =>
  killedInTheMiddle(200),
);
