import { expect, onTestFinished, test } from "vitest";
import { runAudit } from "../../src/audit/run.ts";
import { connectKibana } from "../../src/kibana/connect.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { kibanaSettings } from "../support/settings.ts";

async function deployment(spaces: number, rules: number) {
  const sandbox = await startSandbox({ size: { spaces, connectors: spaces * 5, rules, seed: 2 } });
  onTestFinished(() => sandbox.close());
  const { reader, close } = connectKibana(kibanaSettings({ url: sandbox.url }), 5_000, "test");
  onTestFinished(() => close());
  const ids = (await reader.spaces()).map((space) => space.id);
  return { reader, options: { spaces: ids, url: sandbox.url, now: Date.now() } };
}

test("a cancelled audit holds what was found so far, and names each space that it did not finish", async () => {
  const { reader, options } = await deployment(12, 600);
  const stop = new AbortController();
  const report = await runAudit(reader, {
    ...options,
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done >= 3) stop.abort();
    },
  });
  expect(report.cancelled).toBe(true);
  expect(report.findings.length).toBeGreaterThan(0);
  const unfinished = new Set(report.notChecked.map((one) => one.space));
  const read = report.spaces.filter((space) => space.rules !== undefined && space.runs !== undefined).map((space) => space.id);
  expect([...new Set([...read, ...unfinished])].sort()).toEqual([...options.spaces].sort());
  expect(unfinished.size).toBeGreaterThan(4);
  for (const one of report.notChecked) expect(one.why).toBe("The audit was cancelled before it came here.");
});

test("two audits of the same deployment are the same, whatever space answers first", async () => {
  const { reader, options } = await deployment(8, 800);
  const [one, other] = [await runAudit(reader, options), await runAudit(reader, { ...options, spaces: [...options.spaces].reverse() })];
  expect(other.findings).toEqual(one.findings);
  expect(new Set(one.findings.map((finding) => finding.id)).size).toBe(one.findings.length);
});

test("where no space can be read because Kibana does not answer, there is no report", async () => {
  const { reader } = connectKibana(kibanaSettings({ url: "http://127.0.0.1:1" }), 1_000, "test");
  await expect(runAudit(reader, { spaces: ["default"], url: "http://127.0.0.1:1", now: 0 })).rejects.toMatchObject({
    code: "kibana_unreachable",
  });
});
