import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

/** A delete that must not happen. */
async function refused(args: Record<string, unknown>) {
  const made = await product({ person: accepts });
  const before = await made.state();
  const { body, isError } = await made.call("safe_delete_connector", args);
  expect([isError, await made.state(), made.writes(), made.questions]).toEqual([true, before, [], []]);
  return body;
}

const rule = (id: string, name: string, enabled: boolean, ...groups: string[]) => ({ id, name, space: "default", enabled, groups });

describe("what is in use", () => {
  test("is not deleted; the rules are named with space, state and action groups", async () => {
    expect(await refused({ ids: ["ops-pagerduty"] })).toEqual({
      code: "in_use",
      message:
        '"Ops PagerDuty" (ops-pagerduty) is used by 3 rules: "Disk almost full", "High CPU on web hosts", "Login failures" and 1 workflow: "Page on-call". Without it they fail silently, their other actions too.',
      fix: "The user decides where these rules and workflows go: replace_connector moves them to another connector (`to`), or removes its actions from the rules (`remove`). `remove` leaves the workflows as they are: they need another connector of its type. This space has no other one of its type that could be named in them: create it first, or edit the workflows in Kibana. Then repeat the call.",
      detail: {
        users: expect.arrayContaining([
          expect.objectContaining({ kind: "workflow", id: "page-on-call", name: "Page on-call", enabled: true, how: "step page" }),
        ]),
        users_total: expect.any(Number),
        rules: [
          rule("disk-almost-full", "Disk almost full", true, "metrics.threshold.fired"),
          rule("high-cpu-on-web-hosts", "High CPU on web hosts", true, "metrics.threshold.fired", "recovered"),
          rule("login-failures", "Login failures", true, "threshold met", "recovered"),
        ],
        rules_total: 3,
        note: "Kibana counts 4 references, 1 more than the 3 rules found: cases, runs that are still queued, or rules that this key may not read. Workflows are never among them.",
        space: "default",
      },
    });
  });

  test("by a disabled rule counts, and the rule is shown as disabled", async () => {
    expect(await refused({ ids: ["Batch Jira"] })).toMatchObject({
      code: "in_use",
      message:
        '"Batch Jira" (batch-jira) is used by 1 rule: "Nightly batch is late" (disabled). Without it they fail silently, their other actions too.',
      detail: { rules: [rule("nightly-batch-is-late", "Nightly batch is late", false, "query matched")] },
    });
  });

  test("in another space is found there", async () => {
    expect(await refused({ ids: ["soc-slack"], space: "security" })).toMatchObject({
      code: "in_use",
      detail: { space: "security", rules_total: 2 },
    });
  });

  test("by detection rules: the fix names them, and the call that it describes changes them", async () => {
    const { fix, detail } = await refused({ ids: ["soc-slack"], space: "security" });
    expect(fix).toContain('Of detection rules it changes only those that `rules` names: ["brute-force-over-ssh","malware-detected"]');
    expect(detail.rules.map(({ detection }: { detection?: boolean }) => detection)).toEqual([true, true]);
    const { call } = await product({ person: accepts });
    const rules = ["brute-force-over-ssh", "malware-detected"];
    const removed = await call("replace_connector", { from: "soc-slack", remove: true, space: "security", rules });
    expect(removed.body).toMatchObject({ status: "done", result: { counts: { removed: 2 } } });
    expect((await call("safe_delete_connector", { ids: ["soc-slack"], space: "security" })).body.status).toBe("done");
  });

  test("by rules and a workflow: the fix says what `remove` leaves, and whether another one could be named", async () => {
    const { fix } = await refused({ ids: ["payments-pagerduty"], space: "team-payments" });
    expect(fix).toContain("`remove` leaves the workflows as they are: they need another connector of its type.");
    expect(fix).toContain("This space has no other one of its type");
    const made = await product({ person: accepts });
    const other = { name: "Other", connector_type_id: ".pagerduty", config: {}, secrets: { routingKey: "r" } };
    await made.bare("POST", "/s/team-payments/api/actions/connector/other", other);
    const { body } = await made.call("safe_delete_connector", { ids: ["payments-pagerduty"], space: "team-payments" });
    expect(body.fix).not.toContain("This space has no other one of its type");
    expect(body.detail.same_type).toMatchObject([{ id: "other" }]);
  });

  test("by a case is not deleted; the case is named", async () => {
    expect(await refused({ ids: ["servicenow-itsm"] })).toMatchObject({
      code: "in_use",
      message: expect.stringContaining('"ServiceNow ITSM" (servicenow-itsm) is used by 1 case: "case disk incident 77"'),
      fix: expect.stringContaining("In Kibana, choose another connector in the case"),
      detail: { users: [{ kind: "case", id: "case-disk-incident-77", enabled: true }] },
    });
  });

  test("cannot be forced", async () => {
    for (const more of [{ force: true }, { ignore_references: true }])
      expect(await refused({ ids: ["ops-pagerduty"], ...more })).toMatchObject({ code: "invalid_arguments" });
  });

  test("is an error and not an empty list if the rules cannot be read for another reason", async () => {
    const made = await product({ person: accepts });
    await made.fault("error", { path: "/api/alerting/rules/_find", times: 10 });
    const before = await made.state();
    expect((await made.call("safe_delete_connector", { ids: ["kibana-log"] })).body).toMatchObject({ code: "kibana_error" });
    expect(await made.state()).toBe(before);
  });
});

describe("what may not be deleted", () => {
  test("a preconfigured connector", async () => {
    expect(await refused({ ids: ["ops-mail-preconfigured"] })).toEqual({
      code: "preconfigured",
      message: '"Ops mail" (ops-mail-preconfigured) is defined in kibana.yml and cannot be deleted through the API.',
      fix: "An operator removes it from xpack.actions.preconfigured in kibana.yml and restarts Kibana; check its rules first with get_connector.",
    });
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["a system connector", { ids: ["system-connector-.cases"] }, { code: "system_action" }],
    [
      "one that does not exist",
      { ids: ["kibana-lgo"] },
      { code: "connector_not_found", fix: 'Did you mean "Kibana log" (id kibana-log)?' },
    ],
    ["one of another space", { ids: ["soc-slack"] }, { code: "connector_not_found" }],
    [
      "a name that two have",
      { ids: ["Ops Slack"] },
      {
        code: "ambiguous_connector",
        message: '2 connectors in the space "default" have that name.',
        detail: { candidates: [{ id: "ops-slack" }, { id: "ops-slack-2" }] },
      },
    ],
    ["nothing", { ids: [] }, { code: "invalid_arguments" }],
    ["too many", { ids: Array.from({ length: 21 }, (_, n) => `c${n}`) }, { code: "invalid_arguments" }],
    [
      "a single id instead of a list",
      { id: "kibana-log" },
      { code: "invalid_arguments", message: expect.stringContaining('id: is `ids` here: ["kibana-log"]') },
    ],
  ])("%s", async (_what, args, expected) => {
    expect(await refused(args)).toMatchObject(expected);
  });
});

describe("several at once", () => {
  test("are not deleted if one of them may not be deleted; each reason is given", async () => {
    const body = await refused({ ids: ["kibana-log", "ops-pagerduty", "nope"] });
    expect(body).toMatchObject({
      code: "in_use",
      message: expect.stringMatching(/^Nothing was deleted: 2 of 3 may not be deleted\. .*ops-pagerduty.*There is no connector "nope"/),
      fix: "Repeat the call without them, or free them first.",
      detail: {
        refused: [
          { id: "ops-pagerduty", code: "in_use", rules_total: 3 },
          { id: "nope", code: "connector_not_found" },
        ],
      },
    });
  });

  test("named twice, by id and by name, are deleted once", async () => {
    const { call, writes } = await product({ person: accepts });
    expect((await call("safe_delete_connector", { ids: ["kibana-log", "Kibana log"] })).body).toMatchObject({
      status: "done",
      result: { deleted: ["kibana-log"] },
    });
    expect(writes()).toHaveLength(1);
  });
});

describe("what is free", () => {
  test("is deleted after the question, and its undo restores it under the same id", async () => {
    const { call, bare } = await product({ person: accepts });
    await bare("POST", "/api/actions/connector/old-hook", {
      name: "Old hook",
      connector_type_id: ".webhook",
      config: {
        url: "https://old.example.net/x",
        method: "post",
        hasAuth: false,
        authType: null,
        headers: { "X-Team": "ops", Authorization: "Bearer abcdefgh123" },
      },
    });
    const { body, text } = await call("safe_delete_connector", { ids: ["Old hook"] });
    expect(body).toMatchObject({ status: "done", result: { deleted: ["old-hook"] } });
    expect(text).not.toContain("abcdefgh123");
    const { tool, args } = body.undo;
    expect(tool).toBe("undo_change");
    const undone = await call(tool, { ...args, assert_no_other_secrets: true });
    expect(undone.body).toMatchObject({ status: "done", result: { connector: { id: "old-hook" } } });
    expect(undone.text).not.toContain("abcdefgh123");
    const again = JSON.parse(await bare("GET", "/api/actions/connector/old-hook"));
    expect(again.config.headers).toEqual({ "X-Team": "ops", Authorization: "Bearer abcdefgh123" });
  });

  test("can be given by its exact name, if only one has it", async () => {
    const { call } = await product({ person: accepts });
    expect((await call("safe_delete_connector", { ids: ["PagerDuty (imported)"] })).body).toMatchObject({
      result: { deleted: ["imported-pagerduty"] },
    });
  });
});
