import { expect, test } from "vitest";
import { checkNames, checks } from "../../src/audit/checks/index.ts";
import { accepts } from "../support/product.ts";
import { emptyDeployment, hook, login, routing, withoutAuth } from "./deployment.ts";
import { planted, trigger, withWorkflows } from "./planted.ts";

/** Days until the service of one of them ends. */
const daysLeft = (Date.parse("2027-04-05") - Date.now()) / 86_400_000;
const nearing = daysLeft <= 0 ? "critical" : daysLeft <= 60 ? "high" : daysLeft <= 180 ? "medium" : "low";

/** Check, severity, space, connector, rule. */
const expected = [
  ["missing_secrets", "critical", "default", "moved", undefined],
  ["type_unusable", "critical", "default", "switched-off", undefined],
  ["notifies_nobody", "info", "default", undefined, "without-actions"],
  ["notifies_nobody", "critical", "default", undefined, "both-broken"],
  ...["default", "web", "soc"].flatMap((space) =>
    ["deploys", "runbook"].map((what) => ["notifies_nobody", "info", space, undefined, `uses-${what}-${space}`]),
  ),
  ["params_refused", "medium", "default", "pd", "never-resolves"],
  ["silent_for_long", "medium", "default", undefined, "hushed"],
  ["never_run", "info", "default", "night-slack", undefined],
  ["rule_key_owner", "low", "default", undefined, "of-ann"],
  ["preconfigured_candidate", "info", "*", undefined, undefined],
  ["dangling_reference", "critical", "web", "soon-gone", "dangling"],
  ["failing", "critical", "default", "refused", undefined],
  ["no_recovery_action", "medium", "default", "pd", "never-closes"],
  ["no_dedup_key", "medium", "web", "pd-web", "no-key"],
  ["shared_dedup_key", "medium", "web", "pd-web", "one-key-for-all"],
  ["noisy_frequency", "medium", "default", "ops-slack", "noisy"],
  ["deprecated_rule_notify", "low", "default", undefined, "old-notify"],
  ["deprecated", "medium", "default", "table-api", undefined],
  ["end_of_life", nearing, "default", "genie", undefined],
  ["secret_in_config", "medium", "default", "clear-header", undefined],
  ["insecure_url", "high", "default", "plain-http", undefined],
  ["webhook_without_auth", "low", "default", "open-door", undefined],
  ["duplicate_target", "low", "default", "audit-b", undefined],
  ["drift", "low", "*", "deploys-soc", undefined],
  ["generic_name", "info", "default", "generic", undefined],
  ["unused", "low", "soc", "lonely", undefined],
  ["left_over_test", "low", "soc", "tmp-slack", undefined],
];

/** Planted in other-users.test.ts. */
const ofOtherUsers = ["unused_as_far_as_seen", "workflow_off", "ambiguous_name"];

test("every check has a planted fault", () => {
  expect(new Set([...expected.map(([check]) => check), ...ofOtherUsers])).toEqual(new Set(checkNames));
});

test("each planted fault is found once, nothing else is, and the ids stay from audit to audit", async () => {
  const { findings } = await planted();
  const rows = await findings();
  const told = rows.map(({ check, severity, space, connector, rule }) => [check, severity, space, connector, rule]);
  expect(told.sort()).toEqual(expected.sort());
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const again = await findings({ limit: 3 });
  expect(again.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

test("each check alone finds what the whole audit finds of it, word for word", async () => {
  const made = await withWorkflows();
  const all = await made.findings({ detail: true });
  expect(all.filter(({ check }) => check === "dangling_reference")).toHaveLength(3);
  for (const { name } of checks) {
    // What makes its findings superfluous is asked for with it.
    const above = checks.filter(({ supersedes = [] }) => supersedes.includes(name)).map((check) => check.name);
    const found = await made.findings({ checks: [name, ...above], detail: true });
    expect(found.filter(({ check }) => check === name)).toEqual(all.filter(({ check }) => check === name));
  }
});

test.each(["no_recovery_action", "no_dedup_key", "noisy_frequency", "drift"])("the ready call of %s fixes it", async (check) => {
  const { call } = await planted({ person: accepts });
  const [found] = (await call("audit_connectors", { checks: [check], detail: true })).body.findings;
  const done = await call(found.next.tool, found.next.args);
  expect(done.body).toMatchObject({ status: "done" });
  expect((await call("audit_connectors", { checks: [check] })).body.findings).toEqual([]);
});

test("the ready call of drift works where the copies sign in differently", async () => {
  const { call, connector } = await emptyDeployment({ person: accepts });
  const url = "https://deploy.acme.io/gate";
  await connector("default", "gate", ".webhook", "Deploy gate", hook(url, withoutAuth));
  await connector("web", "gate-web", ".webhook", "Deploy gate", hook(url, withoutAuth));
  await connector("soc", "gate-soc", ".webhook", "Deploy gate", hook(url, { method: "put" }), login);
  const drifted = async () => (await call("audit_connectors", { checks: ["drift"], detail: true })).body.findings;
  const [{ next }] = await drifted();
  expect(next.args).toMatchObject({ id: "gate-soc", space: "soc", config: { method: "post", hasAuth: false, authType: null } });
  expect((await call(next.tool, next.args)).body.status).toBe("done");
  expect(await drifted()).toEqual([]);
});

test.each([[["no_recovery_action", "no_dedup_key"]], [["no_dedup_key", "no_recovery_action"]]])(
  "the ready calls of two findings on one rule do not conflict: %s",
  async (order) => {
    const { call, connector, rule, bare } = await emptyDeployment({ person: accepts });
    await connector("default", "pd", ".pagerduty", "Pager", {}, routing);
    await connector("default", "night", ".pagerduty", "Night pager", {}, routing);
    await rule("default", "alone", [trigger("pd", { dedupKey: undefined })]);
    await rule("default", "beside", [trigger("pd", { dedupKey: undefined }), trigger("night", { dedupKey: "{{alert.id}}-n" })]);
    const { findings } = (await call("audit_connectors", { checks: order, detail: true })).body;
    for (const check of order)
      for (const { next } of findings.filter((one: { check: string }) => one.check === check))
        expect((await call(next.tool, next.args)).body.status).toMatch(/^(done|no_change)$/);
    expect((await call("audit_connectors", { checks: order })).body.findings).toEqual([]);
    const keys = JSON.parse(await bare("GET", "/api/alerting/rule/alone")).actions.map((one: { params: object }) => one.params);
    expect(keys).toEqual([
      expect.objectContaining({ dedupKey: "{{rule.id}}-{{alert.id}}" }),
      { eventAction: "resolve", dedupKey: "{{rule.id}}-{{alert.id}}" },
    ]);
  },
);
