import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { stored } from "../catalog/examples.ts";
import { rewritingProxy } from "../support/config-proxy.ts";
import { freshFolder } from "../support/folder.ts";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

type Made = Awaited<ReturnType<typeof product>>;

const index = { type: ".index", config: { index: "audit", refresh: true, executionTimeField: "at" } };
const env = { CONNECTOR_SECRET_A: "first-secret-value", CONNECTOR_SECRET_B: "second-secret-value" };

/** One call that writes, and the id of its change. */
async function changed(made: Made, tool: string, args: Record<string, unknown>): Promise<string> {
  const { body } = await made.call(tool, args);
  if (body.status !== "done") throw new Error(JSON.stringify(body));
  return body.change;
}

const undo = async (made: Made, change: string, more: Record<string, unknown> = {}) =>
  (await made.call("undo_change", { change, ...more })).body;

async function empty(options: ProductOptions = {}) {
  return product({ person: accepts, env, ...options, sandbox: { empty: true, ...options.sandbox } });
}

/** A second server on the same Kibana and the same journal. */
const beside = (first: Made, more: Partial<Made["settings"]> = {}) =>
  product({ person: accepts, env, journalDir: first.journalDir, settings: { kibana: first.settings.kibana, ...more } });

/** A rule that uses a connector, made behind the server's back. */
const ruleUsing = (made: Made, id: string) =>
  made.bare("POST", "/api/alerting/rule/uses-it", {
    name: "Uses it",
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "1m" },
    actions: [
      {
        id,
        group: "query matched",
        params: { documents: [{ a: 1 }] },
        frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
      },
    ],
  });

async function rulesOf(made: Made, id: string): Promise<number> {
  const reference = encodeURIComponent(JSON.stringify({ type: "action", id }));
  return JSON.parse(await made.bare("GET", `/api/alerting/rules/_find?has_reference=${reference}`)).total;
}

describe("each kind of change, undone, restores what was stored", () => {
  test("a create: the connector is gone again, and the person saw what would be deleted", async () => {
    const made = await empty();
    const before = await made.state();
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    expect(await made.state()).not.toBe(before);
    expect(await undo(made, change)).toMatchObject({ status: "done", result: { deleted: ["trail"] } });
    expect(made.questions[0]?.message).toContain(`Undo ${change}: Delete connector "Trail" (.index, id trail)`);
    expect(await made.state()).toBe(before);
  });

  test("an update: name and config are as they were", async () => {
    const made = await empty();
    const before = await seedConnector(made, index);
    const change = await changed(made, "update_connector", {
      id: "stored",
      name: "Other",
      config: { index: "b", refresh: null, executionTimeField: null },
    });
    expect((await documentOf(made, "stored"))?.config).toEqual({ index: "b", refresh: false, executionTimeField: null });
    expect(await undo(made, change)).toMatchObject({ status: "done", result: { connector: { id: "stored", name: "Stored one" } } });
    expect(await documentOf(made, "stored")).toEqual(before);
  });

  test("a delete: the connector exists again under its id", async () => {
    const made = await empty();
    const before = await seedConnector(made, index);
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    expect(await documentOf(made, "stored")).toBeUndefined();
    expect(await undo(made, change)).toMatchObject({ status: "done", result: { connector: { id: "stored" } } });
    expect(await documentOf(made, "stored")).toEqual(before);
  });

  test("an undo of an undo brings back the change", async () => {
    const made = await empty();
    await seedConnector(made, index);
    const first = await changed(made, "update_connector", { id: "stored", name: "Other" });
    const after = await documentOf(made, "stored");
    const second = (await undo(made, first)).change;
    expect(await undo(made, second)).toMatchObject({ status: "done" });
    expect(await documentOf(made, "stored")).toEqual(after);
  });

  test("nothing is written when the person declines, or when only the plan is wanted", async () => {
    const folder = `${await freshFolder()}/journal`;
    const made = await empty({ person: declines, journalDir: folder });
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    const state = await made.state();
    expect((await undo(made, change)).status).toBe("declined");
    expect((await undo(made, change, { dry_run: true })).status).toBe("planned");
    expect([await made.state(), made.writes().length]).toEqual([state, 1]);
  });

  test("an execute has no undo, and says so beforehand and afterwards", async () => {
    const made = await empty();
    await seedConnector(made, { type: ".server-log" });
    const args = { id: "stored", params: { message: "hello" } };
    expect((await made.call("execute_connector", { ...args, dry_run: true })).body.plan.reversible).toBe("no");
    const change = await changed(made, "execute_connector", args);
    expect(await undo(made, change)).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining("cannot be taken back by this server"),
    });
    const [row] = (await made.call("list_changes")).body.changes;
    expect(row).toMatchObject({ change, outcome: "done", no_undo: expect.any(String) });
  });
});

/** Three representative ones: two secrets, a method with optional ones, a URL that is a secret. */
const withSecrets = stored.filter(
  ({ type, way }) => [".tines", ".slack", ".pagerduty"].includes(type) || (type === ".webhook" && way === "basic"),
);

describe.each(withSecrets.map((one) => [`${one.type}, ${one.way}`, one] as const))("secrets of %s", (_name, one) => {
  test("a delete is undone only with the secrets given again; then the document is as it was, secrets too", async () => {
    const { args, env: values } = references(one.secrets);
    const made = await empty({ env: values });
    const before = await seedConnector(made, one);
    const planned = (await made.call("safe_delete_connector", { ids: ["stored"], dry_run: true })).body;
    expect(planned.plan.reversible).toBe("needs_secrets");
    const { body } = await made.call("safe_delete_connector", { ids: ["stored"] });
    expect(body.undo).toMatchObject({ tool: "undo_change", args: { change: body.change }, note: expect.stringContaining("secrets") });
    const without = await undo(made, body.change);
    expect(without).toMatchObject({ code: "secrets_needed", detail: { required: one.required } });
    expect((await undo(made, body.change, { secrets: args, assert_no_other_secrets: true })).status).toBe("done");
    expect(await documentOf(made, "stored")).toEqual(before);
  });

  test("an update is undone only with the secrets given again", async () => {
    const { args, env: values } = references(one.secrets);
    const made = await empty({ env: values });
    const before = await seedConnector(made, one);
    const change = await changed(made, "update_connector", {
      id: "stored",
      name: "Other",
      secrets: args,
      assert_no_other_secrets: true,
    });
    expect((await undo(made, change)).code).toBe("secrets_needed");
    expect((await undo(made, change, { secrets: args, assert_no_other_secrets: true })).status).toBe("done");
    expect(await documentOf(made, "stored")).toEqual(before);
  });
});

describe("rules", () => {
  test("that used a deleted connector work again: they find it under its id", async () => {
    const made = await empty();
    await seedConnector(made, index);
    // A rule starts to use it once the delete is decided, as when two people work at the same time.
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    await seedConnector(made, index);
    await ruleUsing(made, "stored");
    await made.bare("DELETE", "/api/actions/connector/stored");
    await expect(ruleUsing(made, "stored").catch((error: Error) => Promise.reject(error.message))).rejects.toMatch(/40\d/);
    expect((await undo(made, change)).status).toBe("done");
    expect(await rulesOf(made, "stored")).toBe(1);
    expect((await made.call("get_connector", { id: "stored", include: ["rules"] })).body.rules).toMatchObject([{ name: "Uses it" }]);
    // Kibana saves the rule with this action again.
    const rule = JSON.parse(await made.bare("GET", "/api/alerting/rule/uses-it"));
    const { name, schedule, params, tags, actions } = rule;
    const bare = actions.map(({ connector_type_id: _type, ...action }: Record<string, unknown>) => action);
    await made.bare("PUT", "/api/alerting/rule/uses-it", { name, schedule, params, tags, actions: bare });
  });

  test("that use a created connector meanwhile keep it: the undo is refused and names them", async () => {
    const made = await empty();
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    await ruleUsing(made, "trail");
    const state = await made.state();
    const body = await undo(made, change);
    expect(body).toMatchObject({ code: "in_use", message: expect.stringContaining("Uses it") });
    expect([await made.state(), made.writes().length]).toEqual([state, 1]);
  });
});

describe("what somebody else changed since", () => {
  type Doc = { name: string; config: Record<string, unknown> };
  const put = (made: Made, id: string, { name, config }: Doc) =>
    made.bare("PUT", `/api/actions/connector/${id}`, { name, config, secrets: {} });
  const created = { index: "audit", refresh: false, executionTimeField: null };

  test.each<[string, Doc, string[]]>([
    ["the name", { name: "Theirs", config: created }, ["name"]],
    ["a key that was given", { name: "Trail", config: { ...created, index: "theirs" } }, ["config.index"]],
    ["a key that had its default", { name: "Trail", config: { ...created, refresh: true } }, ["config.refresh"]],
    [
      "several",
      { name: "Theirs", config: { ...created, index: "theirs", executionTimeField: "at" } },
      ["name", "config.index", "config.executionTimeField"],
    ],
  ])("a created connector, %s: it stays, with the difference in the answer", async (_what, theirs, differs) => {
    const made = await empty();
    const change = await changed(made, "create_connector", { name: "Trail", type: ".index", config: { index: "audit" } });
    await put(made, "trail", theirs);
    const state = await made.state();
    expect(await undo(made, change)).toMatchObject({ status: "plan_changed", result: { id: "trail", differs } });
    expect([await made.state(), made.questions]).toEqual([state, []]);
  });

  test.each<[string, Doc, string[]]>([
    ["the name", { name: "Theirs", config: { ...created, index: "b" } }, ["name"]],
    ["the key that was changed", { name: "Other", config: { ...created, index: "theirs" } }, ["config.index"]],
    ["both, and another key", { name: "Theirs", config: { ...created, index: "c", refresh: true } }, ["name", "config.index"]],
  ])("an updated connector, %s: nothing is put back over it", async (_what, theirs, differs) => {
    const made = await empty();
    await seedConnector(made, { type: ".index", config: created });
    const change = await changed(made, "update_connector", { id: "stored", name: "Other", config: { index: "b" } });
    await put(made, "stored", theirs);
    const state = await made.state();
    expect(await undo(made, change)).toMatchObject({ status: "plan_changed", result: { id: "stored", differs } });
    expect(await made.state()).toBe(state);
  });

  test.each<[string, Doc]>([
    ["the name", { name: "Theirs", config: { ...created, index: "b" } }],
    ["another key", { name: "Stored one", config: { ...created, index: "b", refresh: true } }],
  ])("beside what an update wrote, %s: that stays, and the rest is put back", async (_what, theirs) => {
    const made = await empty();
    await seedConnector(made, { type: ".index", config: created });
    const change = await changed(made, "update_connector", { id: "stored", config: { index: "b" } });
    await put(made, "stored", theirs);
    const [row] = (await made.call("list_changes")).body.changes;
    expect(row.undo.args).toEqual({ change, id: "stored" });
    const body = await undo(made, change);
    expect(body).toMatchObject({ status: "done", warnings: [expect.stringMatching(/stays as it is now: (name|config\.refresh)\.$/)] });
    expect(made.questions.at(-1)?.message).toContain("stays as it is now");
    expect(await documentOf(made, "stored")).toMatchObject({ name: theirs.name, config: { ...theirs.config, index: created.index } });
    // And the undo itself can be undone.
    expect((await undo(made, body.change)).status).toBe("done");
    expect(await documentOf(made, "stored")).toMatchObject(theirs);
  });

  test("an updated connector, a key that it did not have: it is not lost", async () => {
    const made = await empty();
    const bedrock = { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" };
    const secrets = { accessKey: "a", secret: "b" };
    const given = { accessKey: { $env: "CONNECTOR_SECRET_A" }, secret: { $env: "CONNECTOR_SECRET_B" } };
    await seedConnector(made, { type: ".bedrock", config: bedrock, secrets });
    const change = await changed(made, "update_connector", { id: "stored", name: "Other", secrets: given });
    const { config } = (await documentOf(made, "stored")) ?? { config: {} };
    await made.bare("PUT", "/api/actions/connector/stored", { name: "Other", config: { ...config, contextWindowLength: 5 }, secrets });
    expect(await undo(made, change, { secrets: given })).toMatchObject({ status: "done" });
    expect(await documentOf(made, "stored")).toMatchObject({ name: "Stored one", config: { contextWindowLength: 5 } });
  });

  test("while the person was deciding: nothing is written", async () => {
    const hook: { act?: () => Promise<unknown> } = {};
    const made: Made = await empty({
      person: async (question, signal) => {
        await hook.act?.();
        return accepts(question, signal);
      },
    });
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    hook.act = () => put(made, "trail", { name: "Theirs", config: index.config });
    expect(await undo(made, change)).toMatchObject({ status: "plan_changed" });
    expect((await documentOf(made, "trail"))?.name).toBe("Theirs");
  });

  test("a deleted one whose id somebody took: theirs stays", async () => {
    const made = await empty();
    await seedConnector(made, index);
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    await seedConnector(made, { ...index, name: "Theirs" });
    expect(await undo(made, change)).toMatchObject({
      status: "plan_changed",
      message: expect.stringContaining('now belongs to another connector, "Theirs"'),
    });
    expect((await documentOf(made, "stored"))?.name).toBe("Theirs");
  });

  test("a created one that is now another type: theirs stays", async () => {
    const made = await empty();
    const change = await changed(made, "create_connector", { name: "Trail", type: ".server-log" });
    await made.bare("DELETE", "/api/actions/connector/trail");
    await seedConnector(made, {
      id: "trail",
      name: "Trail",
      type: ".slack",
      secrets: { webhookUrl: "https://hooks.slack.com/services/a/b/c" },
    });
    expect(await undo(made, change)).toMatchObject({ status: "plan_changed", result: { differs: ["type"] } });
    expect((await documentOf(made, "trail"))?.type).toBe(".slack");
  });

  test("one whose id is taken in another space: id_taken, and nothing is lost", async () => {
    const made = await empty({ sandbox: { spaces: ["ops"] } });
    await seedConnector(made, index);
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    await seedConnector(made, { ...index, space: "ops" });
    expect((await undo(made, change)).code).toBe("id_taken");
  });
});

describe("an undo asked for twice", () => {
  test("of a create: there is nothing left to undo", async () => {
    const made = await empty();
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    await undo(made, change);
    expect(await undo(made, change)).toMatchObject({ status: "no_change", message: expect.stringContaining("nothing to undo") });
    expect(made.writes()).toHaveLength(2);
  });

  test("of an update: it is as before the change", async () => {
    const made = await empty();
    await seedConnector(made, index);
    const change = await changed(made, "update_connector", { id: "stored", name: "Other" });
    await undo(made, change);
    expect(await undo(made, change)).toMatchObject({
      status: "no_change",
      message: "It is again as it was before that change. Nothing was written.",
    });
    expect(made.writes()).toHaveLength(2);
  });

  test("of a delete: it already exists again", async () => {
    const made = await empty();
    await seedConnector(made, index);
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    await undo(made, change);
    expect(await undo(made, change)).toMatchObject({
      status: "no_change",
      message: "It is again as it was before that change. Nothing was written.",
    });
    expect(made.writes()).toHaveLength(2);
  });
});

describe("which change is meant", () => {
  test.each<[string, ((id: string) => Record<string, unknown>)[]]>([
    ["all at once", [() => ({})]],
    ["one by one", [(id) => ({ id: id === "stored" ? "kibana-log" : "stored" }), (id) => ({ id })]],
  ])("several in one are undone %s", async (_how, calls) => {
    const made = await product({ person: accepts });
    const before = await made.state();
    await made.bare("PUT", "/api/actions/connector/kibana-log", { name: "Kibana log", config: {}, secrets: {} });
    await seedConnector(made, index);
    const both = await made.state();
    const change = await changed(made, "safe_delete_connector", { ids: ["kibana-log", "stored"] });
    for (const args of calls) expect((await undo(made, change, args("stored"))).status).toBe("done");
    expect(await made.state()).toBe(both);
    expect(both).not.toBe(before);
  });

  test.each([
    ["a change that was never made", "2026-01-01-0123456789", {}, "has no change"],
    ["a connector that the change did not have", undefined, { id: "other" }, "has no connector"],
  ])("%s", async (_what, named, more, words) => {
    const made = await empty();
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    const body = await undo(made, named ?? change, more);
    expect(body).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining(words),
      fix: expect.stringContaining("list_changes"),
    });
    if ("id" in more) expect(body.fix).toContain('It has "Trail" (trail). ');
  });

  test("one of a deleted connector is found by its name, one of no such name says what the last has", async () => {
    const made = await empty();
    await seedConnector(made, index);
    await changed(made, "create_connector", { name: "Later", ...index, config: { index: "later" } });
    const change = await changed(made, "safe_delete_connector", { ids: ["stored"] });
    expect(await undo(made, "last", { id: "nonsense" })).toMatchObject({
      message: 'No change of yours has a connector or rule "nonsense".',
      fix: `The last one, ${change}, has "Stored one" (stored). Call list_changes to see what can be undone.`,
    });
    expect(await undo(made, change, { id: "Stored one", dry_run: true })).toMatchObject({ status: "planned" });
    expect(await undo(made, "last", { id: "Stored one" })).toMatchObject({ status: "done" });
  });

  test("a name of two of them is not taken for both", async () => {
    const made = await empty();
    for (const id of ["one", "two"]) await seedConnector(made, { ...index, id, name: "Twin" });
    const change = await changed(made, "safe_delete_connector", { ids: ["one", "two"] });
    expect(await undo(made, change, { id: "Twin" })).toMatchObject({
      code: "ambiguous_connector",
      detail: { candidates: [{ id: expect.any(String) }, { id: expect.any(String) }] },
    });
    expect(await undo(made, change, { id: "two" })).toMatchObject({ status: "done" });
  });

  test("one that did not happen has nothing to undo", async () => {
    const made = await empty();
    await made.fault("conflict", { method: "POST" });
    await made.call("create_connector", { name: "Trail", ...index });
    const [row] = (await made.call("list_changes")).body.changes;
    expect(row).toMatchObject({ outcome: "not_done" });
    expect(row.undo).toBeUndefined();
    expect((await undo(made, row.change)).message).toContain("It did not happen");
  });

  test("one whose outcome is unknown is not said to have not happened", async () => {
    const made = await empty({ settings: { timeout: 250 } });
    await made.fault("timeout_before", { method: "POST" });
    await made.call("create_connector", { name: "Trail", ...index });
    const [row] = (await made.call("list_changes")).body.changes;
    expect(row.outcome).toBe("unknown");
    const { message } = await undo(made, row.change);
    expect(message).toContain("Whether it happened is unknown");
  });

  test("one of another deployment does not belong to this one", async () => {
    const folder = `${await freshFolder()}/journal`;
    const one = await empty({ journalDir: folder });
    const other = await empty({ journalDir: folder });
    const change = await changed(one, "create_connector", { name: "Trail", ...index });
    expect((await undo(other, change)).message).toContain("has no change");
  });

  test("nor does one in a space that this server may not use", async () => {
    const first = await empty({ sandbox: { spaces: ["ops"] } });
    const change = await changed(first, "create_connector", { name: "Trail", space: "ops", ...index });
    const second = await beside(first, { spaces: ["default"] });
    expect((await undo(second, change)).message).toContain("has no change");
    expect(first.writes()).toHaveLength(1);
  });
});

describe("policy also applies to an undo", () => {
  test.each([
    ["the name that it has", { name: "Other" }, "Other"],
    ["the name that would come back", { name: "Other" }, "Stored*"],
    ["its id", { name: "Other" }, "stored"],
  ])("a connector that is protected by %s stays", async (_what, update, pattern) => {
    const first = await empty();
    await seedConnector(first, index);
    const change = await changed(first, "update_connector", { id: "stored", ...update });
    const second = await beside(first, { protect: [pattern] });
    const state = await first.state();
    expect((await undo(second, change)).code).toBe("protected");
    expect([await first.state(), second.questions]).toEqual([state, []]);
  });

  test("more changes than are allowed in an hour are refused", async () => {
    const made = await empty({ settings: { maxChangesPerHour: 1 } });
    const change = await changed(made, "create_connector", { name: "Trail", ...index });
    expect((await undo(made, change)).code).toBe("limit_reached");
  });

  test("without full access there is no undo", async () => {
    const made = await empty({ settings: { access: "change" } });
    const { tools } = await made.client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain("undo_change");
  });
});

describe("ids", () => {
  test("that newer Kibana refuses: the plan of the delete and the undo say so", async () => {
    const made = await product({ person: accepts, sandbox: { empty: true, version: "9.3" } });
    await seedConnector(made, { id: "Old_Style", ...index });
    const planned = (await made.call("safe_delete_connector", { ids: ["Old_Style"], dry_run: true })).body;
    expect(planned.plan.reversible).toBe("yes");
    const change = await changed(made, "safe_delete_connector", { ids: ["Old_Style"] });
    expect((await undo(made, change)).status).toBe("done");
  });

  test("on 9.4 and later such a connector cannot be created again: the plan said so, and the undo says why", async () => {
    // One Kibana that is upgraded while the server runs.
    const between = await rewritingProxy({});
    const made = await product({
      person: accepts,
      sandbox: { empty: true, version: "9.3" },
      settings: { kibana: kibanaSettings({ url: between.url }) },
    });
    between.target = made.sandboxUrl;
    for (const id of ["Old_Style", "Other_Style"]) await seedConnector(made, { id, ...index });
    const change = await changed(made, "safe_delete_connector", { ids: ["Old_Style"] });
    const upgraded = await startSandbox({ empty: true });
    onTestFinished(() => upgraded.close());
    between.target = upgraded.url;
    made.clock.advance(3_600_000);
    const later = await product({
      person: accepts,
      journalDir: made.journalDir,
      settings: { kibana: kibanaSettings({ url: between.url }) },
    });
    expect(await undo(later, change)).toMatchObject({ code: "id_invalid", message: expect.stringContaining("Old_Style") });
    expect(JSON.parse(await (await fetch(`${upgraded.url}/api/actions/connectors`)).text())).toEqual([]);
  });
});

test("a second server on the same machine undoes what the first one did", async () => {
  const folder = `${await freshFolder()}/journal`;
  const first = await empty({ journalDir: folder });
  await seedConnector(first, index);
  const before = await first.state();
  const change = await changed(first, "update_connector", { id: "stored", name: "Other" });
  const second = await beside(first);
  expect((await second.call("list_changes")).body.changes).toMatchObject([{ change, undo: { tool: "undo_change" } }]);
  expect((await undo(second, change)).status).toBe("done");
  expect(await first.state()).toBe(before);
  expect((await first.call("list_changes")).body.changes.map(({ tool }: { tool: string }) => tool)).toEqual([
    "undo_change",
    "update_connector",
  ]);
});

describe('"last" is the newest change', () => {
  test("failures, undos and runs that only read are skipped, and the question names the change", async () => {
    const made = await empty();
    const first = await changed(made, "create_connector", { name: "Trail", ...index });
    made.clock.advance(1000);
    const second = await changed(made, "create_connector", { name: "Other", ...index });
    made.clock.advance(1000);
    await made.call("test_connector", { id: "other" });
    await made.fault("conflict", { method: "POST" });
    await made.call("create_connector", { name: "Third", ...index });
    made.clock.advance(1000);
    expect(await undo(made, "last")).toMatchObject({ status: "done", result: { deleted: ["other"] } });
    expect(made.questions.at(-1)?.message).toContain(`Undo ${second}: Delete connector "Other"`);
    made.clock.advance(1000);
    expect(await undo(made, "last")).toMatchObject({ status: "no_change", message: expect.stringContaining("nothing to undo") });
    expect(await undo(made, "last", { id: "trail" })).toMatchObject({ status: "done", result: { deleted: ["trail"] } });
    expect(made.questions.at(-1)?.message).toContain(`Undo ${first}:`);
  });

  test("there is none if nothing was changed", async () => {
    const made = await empty();
    expect(await undo(made, "last")).toMatchObject({
      code: "invalid_arguments",
      message: "There is no change of yours to undo.",
    });
  });
});

describe("the undo of a rotation", () => {
  const pager = { type: ".pagerduty", config: { apiUrl: null }, secrets: { routingKey: "the-old-routing-key" } };
  const first = { routingKey: { $env: "CONNECTOR_SECRET_A" } };

  test("needs the old value: the reference that the change itself used is refused, and nothing is written", async () => {
    const made = await empty();
    await seedConnector(made, pager);
    const change = await changed(made, "update_connector", { id: "stored", secrets: first });
    const before = await made.state();
    expect((await undo(made, change)).code).toBe("secrets_needed");
    expect(await undo(made, change, { secrets: first })).toMatchObject({
      code: "secret_refused",
      message: expect.stringContaining("CONNECTOR_SECRET_A is what this change itself stored"),
      fix: expect.stringContaining("OLD value"),
    });
    expect(await made.state()).toBe(before);
    expect(await made.journal()).not.toContain(env.CONNECTOR_SECRET_A);
  });

  test("says that Kibana has forgotten the old value, and takes another reference", async () => {
    const made = await empty();
    await seedConnector(made, pager);
    const change = await changed(made, "update_connector", { id: "stored", secrets: first });
    const body = await undo(made, change, { secrets: { routingKey: { $env: "CONNECTOR_SECRET_B" } } });
    expect(body).toMatchObject({ status: "done", warnings: [expect.stringMatching(/forgotten.*routingKey.*OLD value/)] });
    expect(made.questions.at(-1)?.message).toContain("it must be the OLD value");
  });

  test("of another change may send the same reference again: the secret stayed as it was", async () => {
    const made = await empty();
    await seedConnector(made, pager);
    const change = await changed(made, "update_connector", { id: "stored", name: "Other", secrets: first });
    expect((await undo(made, change, { secrets: first })).status).toBe("done");
  });
});
