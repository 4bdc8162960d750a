import { describe, expect, test } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { seal } from "../../src/sealed.ts";
import { accepts, connect, declines, type ProductOptions, product } from "../support/product.ts";
import { action, deleteBlindly, makeConnector, makeRule, ruleOf, steady } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;

const filter = { query: { kql: "host.name: web*", filters: [] } };

/** Two Slack connectors and a PagerDuty, on an otherwise empty deployment. */
async function deployment(options: ProductOptions = {}): Promise<Made> {
  const made = await product({ person: accepts, ...options, sandbox: { empty: true, ...options.sandbox } });
  for (const id of ["old", "new"]) await makeConnector(made, id);
  await makeConnector(made, "pager", ".pagerduty");
  return made;
}

const replace = async (made: Made, args: Record<string, unknown>) => (await made.call("replace_connector", args)).body;
const idsIn = async (made: Made, rule: string) => (await ruleOf(made, rule)).actions.map(({ id }: { id: string }) => id);

describe("a replacement", () => {
  test("moves every action of the old connector and leaves the rest of the rule as it was", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [
      action("old", { alerts_filter: filter, use_alert_data_for_template: true }),
      action("pager", { params: { eventAction: "trigger", summary: "s" } }),
      action("old", { group: "recovered" }),
    ]);
    const before = await ruleOf(made, "r1");
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({
      status: "done",
      result: { counts: { moved: 1 }, rules: [{ id: "r1", name: "Rule r1", outcome: "moved" }] },
      undo: { tool: "undo_change" },
    });
    const after = await ruleOf(made, "r1");
    const moved = before.actions.map((one: { id: string }) => (one.id === "old" ? { ...one, id: "new" } : one));
    expect(steady(after)).toEqual({ ...steady(before), actions: moved });
    expect(after.revision).toBe(before.revision + 1);
  });

  test("shows the person which rule notifies whom before and after, and whose key it runs with", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await replace(made, { from: "old", to: "new" });
    const [question] = made.questions;
    for (const part of [
      'rule "Rule r1"',
      '"Connector old" (old)',
      '"Connector new" (new)',
      "Connector old: query matched",
      "api_key_owner",
    ])
      expect(question?.message).toContain(part);
  });

  test("of several rules shows for each what is removed, what is added, and whose key it runs with; ids if names are the same", async () => {
    const made = await deployment();
    await makeConnector(made, "twin", ".slack", { name: "Connector new" });
    for (const id of ["r1", "r2"]) await makeRule(made, id, [action("old"), action("pager")]);
    await replace(made, { from: "old", to: "new" });
    for (const id of ["r1", "r2"])
      expect(made.questions[0]?.message).toMatch(
        new RegExp(
          `- update rule "Rule ${id}" .*: "Connector old: query matched \\(onActionGroupChange\\)" → "Connector new \\(new\\): query matched \\(onActionGroupChange\\)"`,
        ),
      );
  });

  test("writes nothing when it is declined or only shown", async () => {
    const made = await deployment({ person: declines });
    await makeRule(made, "r1", [action("old")]);
    const state = await made.state();
    expect((await replace(made, { from: "old", to: "new" })).status).toBe("declined");
    expect((await replace(made, { from: "old", to: "new", dry_run: true })).status).toBe("planned");
    expect([await made.state(), made.writes()]).toEqual([state, []]);
  });

  test("reports progress if the client asks for it", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, [action("old")]);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => seen.push(progress);
    await made.client.callTool({ name: "replace_connector", arguments: { from: "old", to: "new" } }, undefined, { onprogress });
    expect(seen).toEqual(expect.arrayContaining([1, 2]));
  });

  test("takes names instead of ids, and only the rules that are named", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2"]) await makeRule(made, id, [action("old")]);
    expect((await replace(made, { from: "Connector old", to: "Connector new", rules: ["Rule r2"] })).status).toBe("done");
    expect([await idsIn(made, "r1"), await idsIn(made, "r2")]).toEqual([["old"], ["new"]]);
    expect(await replace(made, { from: "old", to: "new", rules: ["Rule r2"] })).toMatchObject({
      status: "no_change",
      result: { rules: [{ id: "r2", outcome: "unchanged" }] },
    });
    expect(await replace(made, { from: "old", to: "new", rules: ["Rule r1", "Rule r3"] })).toMatchObject({
      code: "rule_not_found",
      detail: { missing: ["Rule r3"] },
    });
  });

  test("that finds no rule names what else uses it", async () => {
    const made = await product({ person: accepts });
    const { status, message, warnings } = await replace(made, { from: "servicenow-itsm", remove: true });
    expect([status, message]).toEqual(["no_change", 'No rule uses "ServiceNow ITSM" (servicenow-itsm).']);
    expect(warnings).toEqual([expect.stringContaining('It stays in use by 1 case: "case disk incident 77".')]);
  });

  test("that moves what it sees counts what is left, a case too", async () => {
    const made = await product({ person: accepts });
    await makeRule(made, "r1", [action("servicenow-itsm", { params: { subAction: "pushToService", subActionParams: {} } })]);
    await makeConnector(made, "new");
    const { result } = await replace(made, { from: "servicenow-itsm", to: "new", params: { message: "m" } });
    expect(result.still_used_by).toBe('1, and among them 1 case: "case disk incident 77"');
  });

  test("that removes says which rules will notify nobody", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await makeRule(made, "r2", [action("old"), action("pager", { params: { eventAction: "trigger" } })]);
    const body = await replace(made, { from: "old", remove: true });
    expect(body).toMatchObject({ status: "done", result: { counts: { removed: 2 } } });
    expect(body.warnings.join()).toContain('rule "Rule r1" (r1) will notify nobody');
    expect([await idsIn(made, "r1"), await idsIn(made, "r2")]).toEqual([[], ["pager"]]);
  });

  test("leaves one action if the rule had the same with both connectors", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("new")]);
    const body = await replace(made, { from: "old", to: "new" });
    expect(body.warnings.join()).toContain("had the same action with both connectors");
    expect(await idsIn(made, "r1")).toEqual(["new"]);
  });

  test("warns if a rule would notify the new connector twice", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("new", { params: { message: "another text" } })]);
    expect((await replace(made, { from: "old", to: "new" })).warnings.join()).toContain("twice");
    expect(await idsIn(made, "r1")).toEqual(["new", "new"]);
  });

  test("of a preconfigured connector finds its rules, and says what it did not touch", async () => {
    const made = await product({ person: accepts });
    const body = await replace(made, { from: "ops-mail-preconfigured", remove: true });
    expect(body).toMatchObject({ status: "done", result: { counts: { removed: 1 }, rules: [{ id: "search-latency" }] } });
    expect(body.warnings.join()).toContain("other spaces");
  });

  test("is not done a second time: the answer gives the time and the change of the first", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2"]) await makeRule(made, id, [action("old")]);
    const first = await replace(made, { from: "old", to: "new" });
    const again = await replace(made, { from: "old", to: "new" });
    expect(again).toMatchObject({
      status: "no_change",
      result: { earlier: [{ change: first.change, did: "moved", rules: 2, first: expect.any(String) }] },
    });
    expect(again.message).toContain("it was replaced before");
    expect(made.questions).toHaveLength(1);
  });

  test("after its actions were removed says just that, of all rules, also where one had the new connector anyway", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await makeRule(made, "r2", [action("old"), action("new", { group: "recovered" })]);
    const { change } = await replace(made, { from: "old", remove: true });
    const again = await replace(made, { from: "old", to: "new" });
    expect(again).toMatchObject({ status: "no_change", result: { earlier: [{ change, did: "removed", rules: 2 }] } });
    expect(again.message).toContain("any more: its actions were removed before");
  });

  test("that went to another connector is none of the same replacement", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await replace(made, { from: "old", to: "new" });
    expect((await replace(made, { from: "old", to: "pager" })).result).toEqual({});
  });
});

describe("a target that may not work", () => {
  test("gets a warning in the plan and the question, and the answer after the write is without it", async () => {
    const made = await product({ person: accepts });
    await makeRule(made, "r1", [action("ops-slack")]);
    await makeConnector(made, "fresh");
    const args = { from: "ops-slack", to: "fresh", rules: ["r1"] };
    const doubt =
      '"Connector fresh" has not run in the last 7 days: nothing shows that it works, and its type has no test that touches nothing outside.';
    expect((await replace(made, { ...args, dry_run: true })).warnings).toContain(doubt);
    const done = await replace(made, args);
    expect(made.questions[0]?.message).toContain(doubt);
    expect(done.status).toBe("done");
    expect(done.warnings ?? []).not.toContain(doubt);
    // A Slack webhook has no safe test, and deleting the old one is not for the server to propose.
    expect([done.next, done.result.still_used_by]).toEqual([undefined, 2]);
  });

  test("because its last run failed, or because the log cannot be read, gets a warning; one that works does not", async () => {
    const made = await product({ person: accepts });
    await makeConnector(made, "old");
    await makeRule(made, "r1", [action("old")]);
    const warned = async (to: string) => ((await replace(made, { from: "old", to, dry_run: true })).warnings ?? []).join("\n");
    await made.bare("POST", "/api/actions/connector/ops-slack-2/_execute", { params: { message: "m" } });
    expect(await warned("ops-slack-2")).toMatch(/The last run of "Ops Slack" failed \(\S+\): .*404/);
    expect(await warned("ops-slack")).not.toMatch(/has not run|last run/);
    await made.fault("error", { path: "/internal/actions/_global_connector_execution_logs", times: 20 });
    expect(await warned("ops-slack")).toContain('Whether "Ops Slack" works could not be looked up');
  });

  test("comes after one that works among those of its type, for the user to choose from", async () => {
    const made = await product({ sandbox: { deliver: true } });
    await makeConnector(made, "a-fresh");
    await makeConnector(made, "old");
    await makeRule(made, "r1", [action("old")]);
    await made.bare("POST", "/api/actions/connector/ops-slack-2/_execute", { params: { message: "m" } });
    const { detail } = (await made.call("safe_delete_connector", { ids: ["old"] })).body;
    // Their secrets decide whom they serve: they are listed, and none is proposed.
    expect([detail.next, detail.same_type[0]]).toEqual([undefined, { id: "ops-slack", name: "Ops Slack", last_run: "works" }]);
    expect(detail.same_type.slice(1).map(({ last_run: run }: { last_run: string }) => run)).not.toContain("works");
  });
});

describe("another type", () => {
  test("needs new params, and says for which action", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    expect(await replace(made, { from: "old", to: "pager" })).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining("needs new params"),
      detail: { rule: "r1", field: "params" },
    });
  });

  test("can be given what the answer says is usual", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("old", { group: "recovered" })]);
    const args: Record<string, unknown> = { from: "old", to: "pager" };
    const { fix } = await replace(made, args);
    const [, ...usual] = /`params`, usually (\{.*\}); and `recovery_params`, usually (\{.*\}) \(describe/.exec(fix) ?? [];
    [args.params, args.recovery_params] = usual.map((one) => JSON.parse(one));
    const done = await replace(made, args);
    expect(done.status, JSON.stringify(done)).toBe("done");
    expect((await ruleOf(made, "r1")).actions.map(({ id }: { id: string }) => id)).toEqual([args.to, args.to]);
    expect(JSON.stringify(done?.warnings ?? [])).not.toContain("Recovery would not close");
  });

  test("that cannot close what it opens is given none for recovery, and what is given all the same is told", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("old", { group: "recovered" })]);
    const config = { apiUrl: "https://jira.example.com", projectKey: "OPS" };
    const jira = { name: "Jira", connector_type_id: ".jira", config, secrets: { email: "a@example.com", apiToken: "t" } };
    await made.bare("POST", "/api/actions/connector/jira", jira);
    const args = { from: "old", to: "jira" };
    const { fix } = await replace(made, args);
    expect(fix).toMatch(/^Give `params`, usually \{.*\}; and `recovery_params`, with which each recovery opens another: Jira cannot close/);
    const params = JSON.parse(/usually (\{.*\}); and/.exec(fix)?.[1] ?? "null");
    const { status, warnings } = await replace(made, { ...args, params, recovery_params: params });
    expect([status, warnings.join(" ")]).toEqual(["done", expect.stringContaining("each recovery opens another one in ")]);
  });

  test("takes params for what fires and others for recovery", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("old", { group: "recovered" })]);
    const key = "{{rule.id}}:{{alert.id}}";
    const args = { from: "old", to: "pager", params: { eventAction: "trigger", summary: "{{rule.name}}", dedupKey: key } };
    expect(await replace(made, args)).toMatchObject({
      code: "invalid_arguments",
      detail: { field: "recovery_params" },
      fix: expect.stringContaining('"eventAction":"resolve"'),
    });
    expect((await replace(made, { ...args, recovery_params: { eventAction: "resolve", dedupKey: key } })).status).toBe("done");
    expect((await ruleOf(made, "r1")).actions.map((one: { params: { eventAction: string } }) => one.params.eventAction)).toEqual([
      "trigger",
      "resolve",
    ]);
  });

  test("is refused with params that Kibana would refuse at every run", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    expect(await replace(made, { from: "old", to: "pager", params: { eventAction: "explode" } })).toMatchObject({
      code: "invalid_arguments",
    });
  });

  test.each(["{{context.mesage}}", "{{#rule.name}}"])("is refused with a template that the rule cannot fill in: %s", async (summary) => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    const body = await replace(made, { from: "old", to: "pager", params: { eventAction: "trigger", summary } });
    expect([body.code, body.message]).toEqual(["invalid_arguments", expect.stringContaining("params.summary: ")]);
    expect(made.writes()).toEqual([]);
  });

  test("gets a warning if no action closes with the same key", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old"), action("old", { group: "recovered" })]);
    const params = { eventAction: "trigger", summary: "{{rule.name}}", dedupKey: "{{rule.id}}:{{alert.id}}" };
    const args = { from: "old", to: "pager", params, dry_run: true };
    const { warnings } = await replace(made, { ...args, recovery_params: { eventAction: "resolve", dedupKey: "{{rule.id}}" } });
    expect(warnings.join()).toContain('Recovery would not close everything that "Connector pager" opens');
    const same = await replace(made, { ...args, recovery_params: { eventAction: "resolve", dedupKey: params.dedupKey } });
    expect(same.warnings.join()).not.toContain("Recovery would not close");
  });
});

describe("a connector that is gone", () => {
  test("is replaced by its id, and the rule runs again", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await deleteBlindly(made, "old");
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({ status: "done", result: { counts: { moved: 1 } } });
    expect(JSON.parse(await made.bare("POST", "/sandbox/rules/r1/fire", { state: "active" })).outcome).toBe("succeeded");
  });

  test("cannot be restored: the plan says so beforehand", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await deleteBlindly(made, "old");
    const { plan, warnings } = await replace(made, { from: "old", to: "new", dry_run: true });
    expect([plan.reversible, plan.no_undo.join()]).toEqual(["no", expect.stringContaining('only after "old" exists again')]);
    expect(warnings.join()).not.toContain("exists again");
    const { change } = await replace(made, { from: "old", to: "new" });
    expect((await made.call("undo_change", { change })).body).toMatchObject({
      code: "connector_not_found",
      message: expect.stringContaining("would not save"),
    });
  });

  test("together with another that is gone is fixed in the same write", async () => {
    const made = await deployment();
    await makeConnector(made, "other");
    await makeRule(made, "r1", [action("old"), action("other"), action("pager", { params: { eventAction: "trigger" } })]);
    for (const id of ["old", "other"]) await deleteBlindly(made, id);
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({
      code: "connector_not_found",
      message: expect.stringContaining('the connector "other" of one of its actions is gone'),
      fix: expect.stringContaining("drop_missing: true"),
      detail: { gone: ["other"] },
    });
    expect(made.writes()).toEqual([]);
    expect((await replace(made, { from: "old", to: "new", drop_missing: true })).status).toBe("done");
    expect(await idsIn(made, "r1")).toEqual(["new", "pager"]);
  });

  test("that no rule uses is not found, with what may be meant", async () => {
    const made = await deployment();
    expect(await replace(made, { from: "pagre", remove: true })).toMatchObject({
      code: "connector_not_found",
      message: expect.stringContaining("No rule that this key can see"),
      fix: expect.stringContaining("pager"),
    });
  });

  test("of a detection rule is fixed, although other detection rules are left to the Security app", async () => {
    const made = await product({ person: accepts });
    expect(await replace(made, { from: "soc-pagerduty", remove: true, space: "security" })).toMatchObject({ status: "done" });
    const left = await replace(made, { from: "soc-slack", remove: true, space: "security" });
    expect(left).toMatchObject({
      status: "no_change",
      message: expect.stringContaining("Security app"),
    });
    expect(left.next).toBeUndefined();
    const rules = ["brute-force-over-ssh", "malware-detected"];
    expect(await replace(made, { from: "soc-slack", remove: true, space: "security", rules })).toMatchObject({
      status: "done",
      result: { counts: { removed: 2 } },
    });
  });
});

test("an id that is gone means its own rules, not those of a connector that has this id as its name", async () => {
  const made = await deployment();
  await makeConnector(made, "gone-1");
  await makeRule(made, "dangling", [action("gone-1")]);
  await deleteBlindly(made, "gone-1");
  await makeConnector(made, "other", ".slack", { name: "gone-1" });
  await makeRule(made, "unrelated", [action("other")]);
  const { status, warnings } = await replace(made, { from: "gone-1", to: "new" });
  expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("Give other for the other.")]);
  expect((await ruleOf(made, "dangling")).actions[0].id).toBe("new");
  expect((await ruleOf(made, "unrelated")).actions[0].id).toBe("other");
});

describe("an obstacle", () => {
  test("is named with what to do about it, before anybody is asked", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    for (const [args, code] of [
      [{ from: "old" }, "invalid_arguments"],
      [{ from: "old", to: "new", remove: true }, "invalid_arguments"],
      [{ from: "old", to: "old" }, "invalid_arguments"],
      [{ from: "old", to: "nwe" }, "connector_not_found"],
      [{ from: "system-connector-.cases", to: "new" }, "system_action"],
      [{ from: "old", to: "new", rules: ["nope"] }, "rule_not_found"],
      [{ from: "old", to: "new", space: "nope" }, "space_not_found"],
    ] as const)
      expect([args, (await replace(made, args)).code]).toEqual([args, code]);
    expect([made.questions, made.writes()]).toEqual([[], []]);
  });

  test("a target whose secrets are missing: Kibana would save no rule with it", async () => {
    const made = await product({ person: accepts });
    expect(await replace(made, { from: "ops-pagerduty", to: "imported-pagerduty" })).toMatchObject({ code: "secrets_needed" });
  });

  test("a protected connector or rule, on either side", async () => {
    for (const protect of ["old", "Connector new"]) {
      const made = await deployment({ settings: { protect: [protect] } });
      await makeRule(made, "r1", [action("old")]);
      expect((await replace(made, { from: "old", to: "new" })).code).toBe("protected");
    }
    for (const pattern of ["Rule r*", "r1", "tag:prod"]) {
      const made = await deployment({ settings: { protectRules: [pattern] } });
      await makeRule(made, "r1", [action("old")]);
      expect(await replace(made, { from: "old", to: "new" })).toMatchObject({
        code: "protected",
        message: expect.stringContaining("Rule r1"),
      });
    }
    const other = await deployment({ settings: { protectRules: ["tag:dev", "Rule x"] } });
    await makeRule(other, "r1", [action("old")]);
    expect((await replace(other, { from: "old", to: "new" })).status).toBe("done");
  });

  test("the limit of changes an hour counts each rule; at its end nothing is planned", async () => {
    const made = await deployment({ settings: { maxChangesPerHour: 2 } });
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, [action("old")]);
    expect((await replace(made, { from: "old", to: "new", rules: ["r1", "r2"] })).status).toBe("done");
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({ code: "limit_reached" });
  });
});

describe("a failure half way", () => {
  const put = (rule: string) => ({ method: "PUT", path: `/api/alerting/rule/${rule}`, times: 1 });

  test("stops there by default; the same call goes on", async () => {
    const made = await deployment();
    const all = Array.from({ length: 20 }, (_, n) => `r${n + 10}`);
    for (const id of all) await makeRule(made, id, [action("old")]);
    await made.fault("conflict", put("r11"));
    const first = await replace(made, { from: "old", to: "new" });
    // Those that were under way at the same time are finished; nothing more begins.
    const { moved, not_begun: waiting } = first.result.counts;
    expect([moved > 0, waiting > 0, moved + waiting]).toEqual([true, true, all.length - 1]);
    expect(first).toMatchObject({
      status: "partial",
      message: `${moved} of 20 done; one failed; ${waiting} not started.`,
      result: {
        counts: { failed: 1 },
        rules: [
          { id: "r11", outcome: "failed" },
          ...all.filter((id) => id !== "r11").map((id, at) => ({ id, outcome: at < moved ? "moved" : "not_begun" })),
        ].slice(0, first.result.rules.length),
      },
    });
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({
      status: "done",
      result: { counts: { moved: all.length - moved }, earlier: [{ change: first.change, rules: moved }] },
    });
  });

  test("is skipped if asked for, and named", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, [action("old")]);
    await made.fault("conflict", put("r2"));
    expect(await replace(made, { from: "old", to: "new", on_error: "continue" })).toMatchObject({
      status: "partial",
      message: "2 of 3 done; one failed.",
      result: { counts: { moved: 2, failed: 1 } },
    });
  });

  test("after the write is recognised: it happened", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await made.fault("cut_after", put("r1"));
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({ status: "done", result: { counts: { moved: 1 } } });
    expect(await idsIn(made, "r1")).toEqual(["new"]);
  });

  /** A rule r1 with an action of `old` that somebody saves as `edit` makes it, when it is looked at next. */
  async function editedAtTheLastMoment(edit: (rule: Awaited<ReturnType<typeof ruleOf>>) => Record<string, unknown>): Promise<Made> {
    let armed = false;
    const made: Made = await deployment({
      onRequest: async ({ method, path }) => {
        if (!armed || method !== "GET" || path !== "/api/alerting/rule/r1") return;
        armed = false;
        await made.bare("PUT", "/api/alerting/rule/r1", edit(await ruleOf(made, "r1")));
      },
    });
    await makeRule(made, "r1", [action("old")]);
    armed = true;
    return made;
  }

  test("because somebody changes the actions at the last moment: theirs stay", async () => {
    const made = await editedAtTheLastMoment(({ name, schedule, params, tags }) => ({
      ...{ name, schedule, params, tags },
      actions: [action("pager", { params: { eventAction: "trigger" } })],
    }));
    expect(await replace(made, { from: "old", to: "new" })).toMatchObject({
      code: "confirmation_invalid",
      detail: { reason: "target_changed" },
    });
    expect(await idsIn(made, "r1")).toEqual(["pager"]);
  });

  test("because somebody changes another field at the last moment: both changes stay", async () => {
    const made = await editedAtTheLastMoment(({ params, actions }) => ({
      name: "Renamed",
      schedule: { interval: "9m" },
      params,
      tags: ["x"],
      actions: actions.map(({ connector_type_id: _type, ...one }: Record<string, unknown>) => one),
    }));
    expect((await replace(made, { from: "old", to: "new" })).status).toBe("done");
    expect(await ruleOf(made, "r1")).toMatchObject({
      name: "Renamed",
      schedule: { interval: "9m" },
      tags: ["x"],
      actions: [{ id: "new" }],
    });
  });
});

describe("rules of older versions", () => {
  test("without a frequency, in the rule or its actions, are saved as they are", async () => {
    const made = await deployment();
    const { frequency: _none, ...bare } = action("old") as { frequency: unknown };
    await makeRule(made, "r1", [bare], { notify_when: null, throttle: null });
    const before = await ruleOf(made, "r1");
    expect((await replace(made, { from: "old", to: "new" })).status).toBe("done");
    expect(steady(await ruleOf(made, "r1"))).toEqual({ ...steady(before), actions: [{ ...before.actions[0], id: "new" }] });
  });

  test("with a notify setting of their own keep it", async () => {
    const made = await deployment();
    const { frequency: _none, ...bare } = action("old") as { frequency: unknown };
    await makeRule(made, "r1", [bare], { notify_when: "onThrottleInterval", throttle: "10m" });
    const before = await ruleOf(made, "r1");
    expect((await replace(made, { from: "old", to: "new" })).status).toBe("done");
    expect(steady(await ruleOf(made, "r1"))).toEqual({ ...steady(before), actions: [{ ...before.actions[0], id: "new" }] });
  });

  test("with a system action keep that too", async () => {
    const made = await product({ person: accepts });
    await makeRule(made, "r1", [
      {
        id: "system-connector-.cases",
        params: { subAction: "run", subActionParams: { timeWindow: "7d", reopenClosedCases: false, groupingBy: [], templateId: null } },
      },
      action("ops-slack"),
    ]);
    const before = await ruleOf(made, "r1");
    expect((await replace(made, { from: "ops-slack", to: "ops-slack-2", rules: ["r1"] })).status).toBe("done");
    const actions = before.actions.map((one: { id: string }) => (one.id === "ops-slack" ? { ...one, id: "ops-slack-2" } : one));
    expect(steady(await ruleOf(made, "r1"))).toEqual({ ...steady(before), actions: expect.arrayContaining(actions) });
  });
});

describe("an undo of a replacement", () => {
  test("gives every rule its actions back in one plan", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2"])
      await makeRule(made, id, [action("old", { alerts_filter: filter }), action("pager", { params: { eventAction: "trigger" } })]);
    const before = await Promise.all(["r1", "r2"].map((id) => ruleOf(made, id)));
    const { change, undo } = await replace(made, { from: "old", remove: true });
    expect(undo).toEqual({ tool: "undo_change", args: { change } });
    expect((await made.call("undo_change", { change })).body).toMatchObject({ status: "done", result: { rules_put_back: 2 } });
    expect((await Promise.all(["r1", "r2"].map((id) => ruleOf(made, id)))).map(steady)).toEqual(before.map(steady));
  });

  test("that stops half way says which rule failed, and why", async () => {
    const made = await deployment();
    const all = Array.from({ length: 20 }, (_, n) => `r${n + 10}`);
    for (const id of all) await makeRule(made, id, [action("old")]);
    const { change } = await replace(made, { from: "old", to: "new" });
    const [, next = ""] = all.reverse();
    await made.fault("conflict", { method: "PUT", path: `/api/alerting/rule/${next}` });
    const { body } = await made.call("undo_change", { change });
    // What was begun last goes back first.
    const { rules_put_back: done, not_begun: waiting } = body.result;
    expect([done > 0, waiting > 0, done + waiting]).toEqual([true, true, all.length - 1]);
    expect(body).toMatchObject({
      status: "partial",
      result: { failed: [{ id: next, error: expect.stringContaining("Somebody else changed it") }] },
    });
  });

  test("leaves alone a rule that somebody changed since, or that is gone, and says so", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, [action("old")]);
    const { change } = await replace(made, { from: "old", to: "new" });
    const rule = await ruleOf(made, "r1");
    await made.bare("PUT", "/api/alerting/rule/r1", {
      name: rule.name,
      schedule: rule.schedule,
      params: rule.params,
      actions: [action("new", { params: { message: "theirs" } })],
    });
    await made.bare("DELETE", "/api/alerting/rule/r3");
    const { body } = await made.call("undo_change", { change });
    expect(body).toMatchObject({ status: "done", result: { rules_put_back: 1 } });
    expect(body.warnings.join()).toMatch(/"Rule r1".*changed since.*1 rule is gone: r3/);
    expect([await idsIn(made, "r1"), await idsIn(made, "r2")]).toEqual([["new"], ["old"]]);
  });

  test("is possible for a single rule, and for an undo", async () => {
    const made = await deployment();
    for (const id of ["r1", "r2"]) await makeRule(made, id, [action("old")]);
    const { change } = await replace(made, { from: "old", to: "new" });
    const back = (await made.call("undo_change", { change, id: "r2" })).body;
    expect([back.status, await idsIn(made, "r1"), await idsIn(made, "r2")]).toEqual(["done", ["new"], ["old"]]);
    expect((await made.call("undo_change", { change: back.change })).body.status).toBe("done");
    expect(await idsIn(made, "r2")).toEqual(["new"]);
  });
});

test("a server with an API key says whose key the rules run with from then on", async () => {
  const made = await deployment();
  await makeRule(made, "r1", [action("old")], {});
  const kibana = made.settings.kibana;
  if (!kibana) throw new Error("no Kibana");
  const settings = { ...made.settings, kibana: { ...kibana, auth: { kind: "api_key" as const, key: seal("a-b-c-d-e-f", "API key") } } };
  const backend = createBackend(settings, {}, made.clock);
  const { call } = await connect(backend, settings, accepts);
  const { body } = await call("replace_connector", { from: "old", to: "new", dry_run: true });
  expect(body.warnings.join()).toContain("From then on the rule runs with this server's own API key and its privileges");
  await backend.close();
});

describe("what uses the connector besides rules", () => {
  const yaml = (id: string) => `name: Tell people
enabled: true
triggers:
  - type: manual
steps:
  - name: tell
    type: server-log
    connector-id: ${id}
    with:
      message: m
`;
  const others = `name: Tell people\nenabled: true\ntriggers: [{ type: manual }]\nsteps:\n  - name: tell\n    type: slack\n    connector-id: "{{ consts.chat }}"\nconsts: { chat: old }\n`;
  const warned = async (made: Made, args: Record<string, unknown> = {}) =>
    (await replace(made, { from: "old", to: "new", dry_run: true, ...args })).warnings?.join() ?? "";

  test("stays where it is: the plan names it, and how it is freed", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    expect(await warned(made)).not.toContain("stays in use");
    await made.bare("POST", "/api/workflows/workflow", { id: "tell-people", yaml: yaml("old") });
    expect(await warned(made)).toContain(
      'Not moved, to be changed in Kibana under Workflows: "Tell people" (tell-people), "step tell". It needs a connector of type .server-log, and "Connector new" is .slack.',
    );
    await made.bare("PUT", "/api/workflows/workflow/tell-people", { yaml: others });
    expect(await warned(made)).toContain('"Tell people" (tell-people), "step tell". An expression stands for it.');
    expect(await warned(made, { to: undefined, remove: true })).toContain(
      'It stays in use by 1 workflow: "Tell people". In Kibana under Workflows, name another connector in its connector-id',
    );
    // Somebody who names rules means these.
    expect(await warned(made, { rules: ["r1"] })).not.toContain("stays in use");
  });

  test("is named too where no rule is left to move", async () => {
    const made = await deployment();
    await made.bare("POST", "/api/workflows/workflow", { id: "tell-people", yaml: yaml("old") });
    expect(await warned(made)).toContain('"Tell people" (tell-people), "step tell"');
  });

  test("that cannot be looked at is said", async () => {
    const made = await deployment();
    await makeRule(made, "r1", [action("old")]);
    await made.fault("error", { method: "GET", path: "/api/workflows", times: 10 });
    expect(await warned(made)).toContain("Not looked at, so they may go on using it: workflows");
  });
});
