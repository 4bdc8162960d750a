import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { untoldGaps } from "./unread.ts";

test("an audit of one check gives no all-clear over a source that it could not read", { timeout: 240_000 }, async () => {
  const { url, close } = await startSandbox({ version: "9.5" });
  onTestFinished(close);
  // One of a type that no agent can use: who else would is seen as a whole.
  await fetch(`${url}/api/actions/connector/forgotten`, {
    method: "POST",
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    body: JSON.stringify({ name: "Forgotten", connector_type_id: ".index", config: { index: "a" }, secrets: {} }),
  });
  // Each pair of a check and a source with one fault; every-unread.test.ts has them all.
  const { untold, lost } = await untoldGaps(url, (pair, source) =>
    source === "rules" || source === "the log of runs" ? ["empty"] : [pair % 2 === 0 ? "403" : "500"],
  );
  expect(untold).toEqual([]);
  expect(lost).toEqual(expect.arrayContaining(["connectors", "connector types", "rules", "counts of runs", "settings of Synthetics"]));
});
