import { expect, test } from "vitest";
import { withWorkflows } from "./planted.ts";
import { untoldGaps } from "./unread.ts";

test("a deployment with each fault: no check alone gives an all-clear over what it could not read", { timeout: 900_000 }, async () => {
  expect((await untoldGaps((await withWorkflows()).sandboxUrl)).untold).toEqual([]);
});
