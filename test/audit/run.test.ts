import { expect, onTestFinished, test } from "vitest";
import { checkNames } from "../../src/audit/checks/index.ts";
import { runAudit } from "../../src/audit/run.ts";
import { ToolError } from "../../src/errors.ts";
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

test("a cancelled audit has what was found so far, and names each space that it did not finish", async () => {
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
  for (const one of report.notChecked) expect(one.why).toBe("The audit was cancelled before it got here.");
});

test("two audits of the same deployment are the same, whichever space answers first", async () => {
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

test("what a check says about a fault does not depend on which other checks were asked for", async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { reader, close } = connectKibana(kibanaSettings({ url: sandbox.url }), 5_000, "test");
  onTestFinished(() => close());
  const options = { spaces: (await reader.spaces()).map((space) => space.id), url: sandbox.url, now: Date.now() };
  const whole = new Map((await runAudit(reader, options)).findings.map((one) => [one.id, one]));
  const alone = new Map<string, unknown>();
  for (const check of checkNames) {
    for (const one of (await runAudit(reader, { ...options, checks: [check] })).findings) alone.set(one.id, one);
  }
  expect(new Set([...whole.values()].map((one) => one.check)).size).toBeGreaterThan(10);
  for (const [id, one] of whole) expect(alone.get(id)).toEqual(one);
});

test("the audit says that a fault may be worse than it looks without the rules, even if no check of rules was asked for", async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { reader, close } = connectKibana(kibanaSettings({ url: sandbox.url }), 5_000, "test");
  onTestFinished(() => close());
  const blind = {
    ...reader,
    rules: () => Promise.reject(new ToolError("forbidden", "Unauthorized to find rules.", "Ask for the privilege.")),
  };
  const options = { spaces: ["default", "security", "team-payments"], url: sandbox.url, now: Date.now() };
  const report = await runAudit(blind, { ...options, checks: ["failing", "unused"] });
  expect(report.findings.map((one) => one.check)).toContain("unused");
  const [failing] = report.findings;
  expect(failing).toMatchObject({ check: "failing", severity: "high", evidence: expect.stringContaining("could not be read") });
  expect(report.notChecked).toContainEqual({
    space: failing?.space,
    checks: ["failing"],
    why: "What was found may be more severe than stated: which rules use it could not be read.",
  });
});

test("where Kibana does not say what kind of deployment it is, nothing that depends on it counts as checked", async () => {
  const { reader, options } = await deployment(3, 30);
  const blind = { ...reader, status: () => Promise.reject(new ToolError("kibana_error", "Kibana failed (500).", "Ask again.")) };
  const { notChecked } = await runAudit(blind, options);
  expect(notChecked).toEqual([
    {
      space: "*",
      checks: [
        ...["dangling_reference", "workflow_off", "ambiguous_name", "params_refused", "notifies_nobody", "silent_for_long"],
        ...["unused", "preconfigured_candidate"],
      ],
      why: "The kind of deployment could not be read: Kibana failed (500).",
      fix: "Ask again.",
    },
    // It finds something there that would be worse if a workflow used it.
    ...["default", "payments-1"].map((space) => ({
      space,
      checks: ["end_of_life"],
      why: "What was found may be more severe than stated: what else uses it could not be read.",
    })),
  ]);
});

test("a check that compares spaces is not done on fewer, which is said to whoever asked for it by name", async () => {
  const { reader, options } = await deployment(3, 30);
  const of = async (spaces: string[], checks?: string[]) => runAudit(reader, { ...options, spaces, ...(checks && { checks }) });
  const [first = "", second = ""] = options.spaces;
  const alone = await of([first], ["drift", "unused"]);
  expect([alone.checks, alone.notChecked]).toEqual([
    ["unused"],
    [{ space: "*", checks: ["drift"], why: "It compares at least 2 spaces, and only 1 was audited.", fix: "Audit all spaces." }],
  ]);
  const two = await of([first, second], ["drift", "preconfigured_candidate"]);
  expect([two.checks, two.notChecked.map(({ checks, why }) => [checks, why])]).toEqual([
    ["drift"],
    [[["preconfigured_candidate"], "It compares at least 3 spaces, and only 2 were audited."]],
  ]);
  const all = await of([first]);
  expect([all.notChecked, all.checks.includes("drift"), all.checks.length]).toEqual([[], false, checkNames.length - 2]);
  expect((await of(options.spaces)).checks).toEqual(checkNames);
});

test("where the connectors of a space cannot be read, its copies are not compared, and those of others are", async () => {
  const sandbox = await startSandbox({ empty: true, spaces: ["a", "b", "c"] });
  onTestFinished(() => sandbox.close());
  for (const [space, index] of [
    ["a", "new"],
    ["b", "old"],
    ["c", "older"],
  ]) {
    const body = JSON.stringify({ name: "Log of deploys", connector_type_id: ".index", config: { index } });
    const made = await fetch(`${sandbox.url}/s/${space}/api/actions/connector/log-${space}`, {
      method: "POST",
      headers: { "kbn-xsrf": "test", "content-type": "application/json" },
      body,
    });
    expect(made.status).toBe(200);
  }
  const { reader, close } = connectKibana(kibanaSettings({ url: sandbox.url }), 5_000, "test");
  onTestFinished(() => close());
  const blind = {
    ...reader,
    connectors: (space: string) =>
      space === "c" ? Promise.reject(new ToolError("forbidden", "Unauthorized to get actions.", "Ask.")) : reader.connectors(space),
  };
  const { findings, notChecked } = await runAudit(blind, { spaces: ["a", "b", "c"], checks: ["drift"], url: sandbox.url, now: Date.now() });
  expect(findings.map(({ check, space, connector, others }) => [check, space, connector?.id, others?.map(({ id }) => id)])).toEqual([
    ["drift", "*", "log-b", ["log-a"]],
  ]);
  expect(notChecked).toMatchObject([{ space: "c", checks: ["drift"] }]);
});
