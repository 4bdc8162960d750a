import { test } from "vitest";
import { killedInTheMiddle } from "./killed-in-the-middle.ts";

test.each(["replace_connector", "attach_connector"] as const)(
  "%s of 600 rules, killed in the middle, run again: each is right, and the report says which were when",
  { timeout: 300_000 },
  (tool) => killedInTheMiddle(600, tool),
);
