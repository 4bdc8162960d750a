import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const key = "{{rule.id}}-{{alert.id}}";
const page = (more: Dict = {}) => ({ eventAction: "trigger", summary: "s", dedupKey: key, ...more });
const says = (id: string, message: string, more: Dict = {}) => action(id, { params: { message }, ...more });
const recovered = { group: "recovered" };

async function deployment(...kinds: string[]): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const kind of kinds)
    for (const id of [kind, `${kind}2`])
      await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[kind] });
  return made;
}

const call = async (made: Made, tool: string, args: Dict) => (await made.call(tool, args)).body;
const linesOf = async (made: Made, id: string) =>
  (await ruleOf(made, id)).actions.map((one: { id: string; group: string; params: Dict }) => [
    one.id,
    one.group,
    Object.values(one.params)[0],
  ]);

describe("a move to a connector that a rule has already", () => {
  test("says before it how the rule notifies once, and that does", async () => {
    const made = await deployment("slack");
    await makeRule(made, "both", [says("slack", "a"), says("slack2", "b"), says("slack2", "over", recovered)]);
    await makeRule(made, "one", [says("slack", "a")]);
    const asked = await call(made, "replace_connector", { from: "slack", to: "slack2", dry_run: true });
    expect(asked.warnings.join()).toContain(
      'To notify once there, first call replace_connector with from slack, remove: true and rules ["both"]',
    );
    expect(await call(made, "replace_connector", { from: "slack", remove: true, rules: ["both"] })).toMatchObject({ status: "done" });
    const moved = await call(made, "replace_connector", { from: "slack", to: "slack2" });
    expect([moved.status, (moved.warnings ?? []).join()]).toEqual(["done", expect.not.stringContaining("twice")]);
    expect(await linesOf(made, "both")).toEqual([
      ["slack2", "query matched", "b"],
      ["slack2", "recovered", "over"],
    ]);
    expect(await linesOf(made, "one")).toEqual([["slack2", "query matched", "a"]]);
  });

  test("where it has a part of them, one call afterwards makes them one", async () => {
    const made = await deployment("slack");
    await makeRule(made, "r1", [says("slack", "a"), says("slack", "over", recovered), says("slack2", "b")]);
    const { warnings } = await call(made, "replace_connector", { from: "slack", to: "slack2" });
    expect(made.questions[0]?.message).toContain('To notify once there, call attach_connector after the move with rules ["r1"]');
    expect(warnings.join()).toContain('twice on "query matched"');
    const args = { groups: ["query matched"], replace: true, params: { message: "c" }, frequency: { notify_when: "onActionGroupChange" } };
    await call(made, "attach_connector", { connector: "slack2", rules: ["r1"], ...args });
    expect(await linesOf(made, "r1")).toEqual(
      expect.arrayContaining([
        ["slack2", "query matched", "c"],
        ["slack2", "recovered", "over"],
      ]),
    );
    expect(await linesOf(made, "r1")).toHaveLength(2);
  });

  test("is no more than a move where none is there twice", async () => {
    const made = await deployment("slack");
    await makeRule(made, "r1", [says("slack", "a"), says("slack2", "over", recovered)]);
    const { warnings = [] } = await call(made, "replace_connector", { from: "slack", to: "slack2", dry_run: true });
    expect(warnings.join()).not.toContain("once");
  });
});

describe("an attachment beside one that is there", () => {
  test("is asked about with the way to have one, and the answer after it shows what the rule has", async () => {
    const made = await deployment("pager");
    await makeRule(made, "r1", [
      action("pager", { params: page({ severity: "warning" }) }),
      action("pager", { params: { eventAction: "resolve", dedupKey: key }, ...recovered }),
    ]);
    const critical = { connector: "pager", rules: ["r1"], params: { severity: "critical" } };
    const twice = await call(made, "attach_connector", critical);
    expect(made.questions[0]?.message).toContain("both are sent. Repeat the call with replace: true");
    const line = "Connector pager: query matched (onActionGroupChange)";
    expect(twice.result.rules[0].has_now).toEqual([line, "Connector pager: recovered (onActionGroupChange)", line]);
    const once = await call(made, "attach_connector", { ...critical, replace: true });
    const [row] = once.result.rules;
    expect(row.actions).toBeUndefined();
    expect(row.groups.sort()).toEqual(["query matched", "recovered"]);
    expect(row.has_now.sort()).toEqual([line, "Connector pager: recovered (onActionGroupChange)"]);
  });

  test("a first one has nothing else to show", async () => {
    const made = await deployment("slack");
    await makeRule(made, "r1", []);
    const { result } = await call(made, "attach_connector", { connector: "slack", rules: ["r1"] });
    expect(result.rules[0]).toMatchObject({ groups: ["query matched"], actions: [{}] });
    expect(result.rules[0].has_now).toBeUndefined();
  });
});

test("incidents are closed by the connector that opens them: the audit says where another of the type closes only its own, and the call mends it", async () => {
  const made = await deployment("pager");
  const closing = { params: { eventAction: "resolve", dedupKey: key }, ...recovered };
  await makeRule(made, "r1", [action("pager", { params: page({ dedupKey: undefined }) })]);
  const found = async () => (await call(made, "audit_connectors", { checks: ["no_recovery_action"], detail: true })).findings;
  const [alone] = await found();
  await call(made, "attach_connector", { connector: "pager2", rules: ["r1"] });
  const [still, ...more] = await found();
  expect([still.id, more]).toEqual([alone.id, []]);
  await call(made, still.next.tool, still.next.args);
  expect(await found()).toEqual([]);
  await makeRule(made, "r2", [action("pager", { params: page() }), action("pager2", closing)]);
  expect(await found()).toEqual([]);
});
