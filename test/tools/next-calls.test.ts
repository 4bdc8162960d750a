import { describe, expect, test } from "vitest";
import { planted, post, starts } from "../map/planted.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { action, deleteBlindly, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
interface Next {
  tool: string;
  args: Record<string, unknown>;
}

const log = { type: ".server-log" };
const index = { type: ".index", config: { index: "trail" } };
const hook = { url: "https://hooks.example.com/in", method: "post", hasAuth: false, authType: null };
const page = { name: "Pager", type: ".pagerduty", secrets: { routingKey: { $env: "CONNECTOR_SECRET_PD" } } };
const test1 = (id: string) => ({ tool: "test_connector", args: { id, space: "default" } });

const nextOf = ({ next, detail }: { next?: Next[]; detail?: { next?: Next[] } }) =>
  (next ?? detail?.next ?? []).map(({ tool, args }) => ({ tool, args }));

/** Ways to get an answer, and the calls that each proposes. */
const table: [string, (made: Made) => Promise<{ body: object }>, Next[]][] = [
  ["a create with a safe test", ({ call }) => call("create_connector", { name: "Trail", ...log }), [test1("trail")]],
  ["a create without one", ({ call }) => call("create_connector", page), []],
  [
    "one that existed already",
    async ({ call }) => {
      await call("create_connector", page);
      return call("create_connector", { ...page, if_exists: "use" });
    },
    [],
  ],
  ["a rename", ({ call }) => call("update_connector", { id: "kibana-log", name: "Log" }), []],
  ["another config without a safe test", ({ call }) => call("update_connector", { id: "alert-audit-index", config: { index: "b" } }), []],
  ["an update to what it is", ({ call }) => call("update_connector", { id: "kibana-log", name: "Kibana log" }), []],
  ["a delete", ({ call }) => call("safe_delete_connector", { ids: ["kibana-log"] }), []],
  ["a delete of what is in use", ({ call }) => call("safe_delete_connector", { ids: ["ops-pagerduty"] }), []],
  [
    "a delete of one with the same target as another",
    async (made) => {
      for (const id of ["old", "new"]) await makeConnector(made, id, ".webhook", { config: hook });
      await makeRule(made, "r", [action("old", { params: { body: "{}" } })]);
      return made.call("safe_delete_connector", { ids: ["old"] });
    },
    [{ tool: "replace_connector", args: { from: "old", to: "new", space: "default" } }],
  ],
  [
    "an undo of a rename",
    async ({ call }) => {
      await call("update_connector", { id: "kibana-log", name: "Log" });
      return call("undo_change", { change: "last" });
    },
    [],
  ],
  [
    "an undo of what somebody changed since",
    async (made) => {
      await made.call("update_connector", { id: "kibana-log", name: "Log" });
      await made.bare("PUT", "/api/actions/connector/kibana-log", { name: "Theirs", config: {}, secrets: {} });
      return made.call("undo_change", { change: "last" });
    },
    [{ tool: "list_changes", args: { id: "kibana-log", space: "default", detail: true } }],
  ],
  [
    "an undo of a delete",
    async ({ call }) => {
      await call("safe_delete_connector", { ids: ["kibana-log"] });
      return call("undo_change", { change: "last" });
    },
    [test1("kibana-log")],
  ],
  [
    "attached to a rule, without a recent run",
    async ({ call }) => {
      await call("create_connector", { name: "Trail", ...log });
      return call("attach_connector", { connector: "trail", rules: ["deploy-watch"], params: { message: "m" } });
    },
    [test1("trail")],
  ],
  ["attached already", ({ call }) => call("attach_connector", { connector: "ops-slack", rules: ["checkout-errors"] }), []],
  [
    "rules with dead actions whose connector was not deleted here",
    async (made) => {
      await makeConnector(made, "old");
      await makeRule(made, "r", [action("old")]);
      await deleteBlindly(made, "old");
      return made.call("attach_connector", { connector: "ops-slack", rules: ["r"] });
    },
    [],
  ],
  [
    "replaced by one that works",
    async (made) => {
      await makeConnector(made, "old");
      await makeRule(made, "r", [action("old")]);
      return made.call("replace_connector", { from: "old", to: "ops-slack" });
    },
    [],
  ],
  ["removed from rules", ({ call }) => call("replace_connector", { from: "ops-slack", remove: true }), []],
  ["nothing to replace", ({ call }) => call("replace_connector", { from: "kibana-log", remove: true }), []],
  ["a safe test", ({ call }) => call("test_connector", { id: "kibana-log" }), []],
  ["no safe test", ({ call }) => call("test_connector", { id: "ops-slack" }), []],
  ["a run that opens an incident", ({ call }) => call("execute_connector", { id: "ops-pagerduty", params: opens }), []],
];
const opens = { eventAction: "trigger", dedupKey: "k", summary: "s" };

const options: ProductOptions = { person: accepts, env: { CONNECTOR_SECRET_PD: "k".repeat(32) }, sandbox: { deliver: true } };

describe("what is proposed next", () => {
  test.each(table)("after %s", async (_what, act, next) => {
    const { body } = await act(await product(options));
    expect(nextOf(body)).toEqual(next);
  });
});

describe("a protected connector", () => {
  test("is not proposed when a delete is refused, nor listed as a candidate", async () => {
    const made = await product({ ...options, settings: { protect: ["new"] } });
    for (const id of ["old", "new"]) await makeConnector(made, id, ".webhook", { config: hook });
    await makeRule(made, "r", [action("old", { params: { body: "{}" } })]);
    const { code, detail } = (await made.call("safe_delete_connector", { ids: ["old"] })).body;
    expect([code, detail.next, JSON.stringify(detail)]).toEqual(["in_use", undefined, expect.not.stringContaining('"new"')]);
  });

  test("is in no call that an audit proposes, and a protected rule neither", async () => {
    const all = (await (await product(options)).call("audit_connectors", { detail: true, limit: 50 })).body;
    const calls = all.findings.flatMap((one: { next?: Next }) => (one.next ? [one.next] : []));
    const touching = (found: Next[], text: string) =>
      found.filter(({ tool, args }) => tool !== "get_connector" && JSON.stringify(args).includes(`"${text}"`));
    expect([touching(calls, "imported-pagerduty").length, touching(calls, "disk-almost-full").length]).toEqual([2, 2]);
    const settings = { protect: ["imported-*"], protectRules: ["Disk almost full"] };
    const kept = (await (await product({ ...options, settings })).call("audit_connectors", { detail: true, limit: 50 })).body;
    const left = kept.findings.flatMap((one: { next?: Next }) => (one.next ? [one.next] : []));
    expect([touching(left, "imported-pagerduty"), touching(left, "disk-almost-full")]).toEqual([[], []]);
    expect(kept.total).toBe(all.total);
  });
});

async function dangling(made: Awaited<ReturnType<typeof planted>>): Promise<void> {
  await made.slack("gone");
  await made.rule("default", "dangling", [post("gone")]);
  await made.remove("default", "gone");
}

describe("an audit", () => {
  test.each([
    ["acknowledges", { eventAction: "acknowledge", dedupKey: "k-{{alert.id}}" }],
    ["opens another", { eventAction: "trigger", dedupKey: "k-{{alert.id}}", summary: "over" }],
    ["is not there", undefined],
  ])("puts what closes in the place of what does not, by one call: an action on recovery that %s", async (_what, params) => {
    const made = await product({ person: accepts, sandbox: { empty: true } });
    await makeConnector(made, "pager", ".pagerduty");
    const opens = { params: { eventAction: "trigger", dedupKey: "k-{{alert.id}}", summary: "s" } };
    const over = params ? [action("pager", { group: "recovered", params })] : [];
    await makeRule(made, "r1", [action("pager", opens), ...over]);
    const audit = async () => (await made.call("audit_connectors", { checks: ["no_recovery_action"], detail: true })).body.findings;
    const [{ next }] = await audit();
    expect((await made.call(next.tool, next.args)).body.status).toBe("done");
    const { actions } = await ruleOf(made, "r1");
    expect(actions.map((one: { params: object }) => one.params)).toEqual([
      opens.params,
      expect.objectContaining({ eventAction: "resolve", dedupKey: "k-{{alert.id}}" }),
    ]);
    expect(await audit()).toEqual([]);
  });

  test("names the tool that does it where a person has to choose first, and none where no tool can", async () => {
    const made = await planted({ person: accepts });
    await made.slack("chat");
    await made.on("default");
    await made.workflow("off", "  - { name: tell, type: slack, connector-id: chat, with: { message: m } }");
    await made.rule("default", "starts-nothing", [starts("no-such-workflow")]);
    await dangling(made);
    await made.rule("default", "empty", []);
    const v2 = await made.v2("by-policy");
    const { findings } = (await made.call("audit_connectors", { detail: true, limit: 50 })).body;
    const of = (check: string, rule: string) =>
      findings
        .filter((one: { check: string; rule?: { id: string } }) => one.check === check && one.rule?.id === rule)
        .map(({ fix, tool, next }: { fix?: string; tool?: string; next?: Next }) => (next ? [next.tool, next.args] : [typeof fix, tool]));
    // It shows what could be chosen.
    expect(of("dangling_reference", "dangling")).toEqual([["list_connectors", { space: "default", type: ".slack" }]]);
    expect(of("dangling_reference", "starts-nothing")).toEqual([["string", undefined]]);
    expect(of("notifies_nobody", "empty")).toEqual([["string", "attach_connector"]]);
    expect(of("notifies_nobody", v2.id)).toEqual([["string", undefined]]);
    expect((await made.call("replace_connector", { from: "gone", to: "chat" })).body.status).toBe("done");
  });

  test("names no tool for what the operator protects", async () => {
    const settings = { protect: ["gone"], protectRules: ["Rule empty", "empty"] };
    const made = await planted({ settings });
    await dangling(made);
    await made.rule("default", "empty", []);
    const { findings } = (await made.call("audit_connectors", { detail: true, limit: 50 })).body;
    expect(findings.map(({ check, tool }: { check: string; tool?: string }) => [check, tool])).toEqual(
      expect.arrayContaining([
        ["dangling_reference", undefined],
        ["notifies_nobody", undefined],
      ]),
    );
  });

  test("proposes to remove no action, and to delete only what nothing uses, each with its call", async () => {
    const made = await product(options);
    await made.bare("POST", "/api/actions/connector/left", {
      name: "test of tuesday",
      connector_type_id: ".index",
      config: index.config,
      secrets: {},
    });
    const { findings } = (await made.call("audit_connectors", { detail: true, limit: 50 })).body;
    const calls = findings.flatMap((one: { next?: Next; check: string }) => (one.next ? [{ check: one.check, ...one.next }] : []));
    expect(calls.filter(({ args }: Next) => args.remove !== undefined)).toEqual([]);
    const deletions = calls.filter(({ tool }: Next) => tool === "safe_delete_connector");
    expect(deletions).toContainEqual(expect.objectContaining({ check: "left_over_test", args: { ids: ["left"], space: "default" } }));
    const unused = findings.filter(({ check }: { check: string }) => check === "unused");
    expect(unused.length).toBeGreaterThan(1);
    const free = ({ evidence }: { evidence: string }) => !evidence.includes("it ran within");
    expect(deletions.filter(({ check }: { check: string }) => check === "unused").map(({ args }: Next) => args)).toEqual(
      unused.filter(free).map(({ connector, space }: { connector: { id: string }; space: string }) => ({ ids: [connector.id], space })),
    );
    expect(deletions.every(({ check }: { check: string }) => ["left_over_test", "unused"].includes(check))).toBe(true);
    const [{ tool, args }] = deletions;
    expect((await made.call(tool, { ...args, dry_run: true })).body.plan.needs_a_person).toEqual(["it changes or removes something"]);
    // If there is no call, the fix says what a person does.
    for (const { next, fix } of findings) expect([next === undefined, fix !== undefined]).toEqual([next === undefined, next === undefined]);
  });
});

describe("a map", () => {
  const mapped = async (made: Awaited<ReturnType<typeof planted>>, args: object = {}) =>
    (await made.call("map_notifications", { verdict: "nobody", ...args })).body.next ?? [];

  test("names those who tell nobody in the call that shows what they can be attached to", async () => {
    const made = await planted({ person: accepts });
    await made.slack("chat");
    for (const id of ["empty-1", "empty-2"]) await made.rule("default", id, []);
    await made.rule("default", "told", [post("chat")]);
    expect(await mapped(made)).toEqual([
      {
        tool: "list_connectors",
        args: { space: "default" },
        why: 'Choose one that works: attach_connector with rules ["empty-1","empty-2"] makes them tell somebody.',
      },
    ]);
    const params = { message: "m" };
    expect((await made.call("attach_connector", { connector: "chat", rules: ["empty-1", "empty-2"], params })).body.status).toBe("done");
    expect(await mapped(made)).toEqual([]);
  });

  test("attaches the connector that hears only of the end, by one call", async () => {
    const made = await planted({ person: accepts });
    await made.slack("chat");
    await made.rule("default", "end-only", [post("chat", "recovered")]);
    const [{ tool, args }] = await mapped(made);
    expect([tool, args]).toEqual(["attach_connector", { connector: "chat", rules: ["end-only"], space: "default" }]);
    expect((await made.call(tool, args)).body.status).toBe("done");
    expect((await made.call("map_notifications", { text: "end-only" })).body.rules[0].verdict).toBe("told");
  });

  test("proposes it for no rule that is off, of the new alerting, protected, or broken by its connector", async () => {
    const made = await planted({ settings: { protectRules: ["guarded"] } });
    await made.slack("chat");
    await made.on("default");
    await made.rule("default", "off", [], { enabled: false });
    await made.rule("default", "guarded", []);
    await dangling(made);
    await made.v2("by-policy");
    expect((await made.call("map_notifications", { verdict: "nobody" })).body.total).toBe(4);
    expect(await mapped(made)).toEqual([]);
  });
});
