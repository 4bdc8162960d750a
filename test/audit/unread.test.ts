import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { untoldGaps } from "./unread.ts";

test("an audit of one check gives no all-clear over a source that it could not read", { timeout: 240_000 }, async () => {
  const { url, close } = await startSandbox({ version: "9.5" });
  onTestFinished(close);
  // Each pair of a check and a source with one fault; every-unread.test.ts has them all.
  const { untold, lost } = await untoldGaps(url, (pair, source) =>
    source === "rules" || source === "the log of runs" ? ["empty"] : [pair % 2 === 0 ? "403" : "500"],
  );
  expect(untold).toEqual([]);
  expect(lost).toEqual(expect.arrayContaining(["connectors", "connector types", "rules", "counts of runs", "settings of Synthetics"]));
});
