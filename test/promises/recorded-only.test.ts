import { expect, test } from "vitest";
import { act, fires, hook, login } from "../audit/deployment.ts";
import { inShort, type Planted, planted, post, starts } from "../map/planted.ts";
import { accepts } from "../support/product.ts";

type Row = Parameters<typeof inShort>[0] & { id: string; name: string };

const note = { documents: [{ rule: "{{rule.id}}" }] };
const line = { message: "m" };
const inIndex = "only recorded in an index";

async function deployment(sandbox: object = {}): Promise<Planted> {
  const made = await planted({ person: accepts, sandbox: { version: "9.5", ...sandbox } });
  for (const id of ["docs", "docs2"]) await made.connector("default", id, ".index", `Docs ${id}`, { index: "alerts" });
  await made.connector("default", "log", ".server-log", "Log");
  await made.slack("chat");
  return made;
}

/** Actions of a rule, and its verdict in the map. */
const rules: Record<string, [actions: object[], verdict: string]> = {
  index: [[act("docs", fires, note)], "nobody"],
  log: [[act("log", fires, line)], "nobody"],
  both: [[act("docs", fires, note), act("log", fires, line)], "nobody"],
  late: [[act("docs", "recovered", note)], "nobody"],
  "by a workflow": [[starts("records")], "nobody"],
  "and a chat": [[act("docs", fires, note), post("chat")], "told"],
  "and a workflow that tells": [[act("log", fires, line), starts("tells")], "told"],
  chat: [[post("chat")], "told"],
  none: [[], "nobody"],
};

async function withRules(sandbox: object = {}) {
  const made = await deployment(sandbox);
  const step = (type: string, id: string, given: object) => `  - ${JSON.stringify({ name: "do", type, "connector-id": id, with: given })}`;
  await made.workflow("records", step("index", "docs", note));
  await made.workflow("tells", `${step("index", "docs", note)}\n${step("slack", "chat", line).replace('"do"', '"tell"')}`);
  for (const [name, [actions]] of Object.entries(rules)) await made.rule("default", name.replaceAll(" ", "-"), actions, { name });
  return made;
}

test("a rule that only writes into an index or a log tells nobody, in map, connector and audit, and is no louder than one without actions", async () => {
  const made = await withRules();
  await made.on("default");
  await made.v2("new");
  await made.policy("p", "records", 'rule.name: "new"');
  const { body } = await made.call("map_notifications", { space: "default", limit: 50 });
  const shown = new Map<string, Row>(body.rules.map((row: Row) => [row.name, row]));
  const verdicts = Object.fromEntries([...shown].map(([name, { verdict }]) => [name, verdict]));
  expect(verdicts).toEqual({ ...Object.fromEntries(Object.entries(rules).map(([name, [, verdict]]) => [name, verdict])), new: "nobody" });
  const short = (name: string) => inShort(shown.get(name) as Row);
  expect(short("index")).toBe(`nobody | docs (alerts) on query matched = recorded`);
  expect(short("log")).toBe(`nobody | log (Kibana's own log) on query matched = recorded`);
  expect(short("and a chat")).toContain(`docs (alerts) on query matched = recorded | chat`);

  const { body: connector } = await made.call("get_connector", { id: "docs", include: ["rules"] });
  for (const { name, verdict, in_the_way } of connector.rules)
    expect([name, verdict, in_the_way]).toEqual([name, name === "late" ? "nobody" : "recorded", expect.arrayContaining([inIndex])]);

  const found = await made.findings({ checks: ["notifies_nobody"] });
  const untold = [...shown.values()].filter(({ verdict }) => verdict === "nobody").map(({ id }) => id);
  expect(found.map(({ rule }) => rule).sort()).toEqual(untold.sort());
  for (const { rule, severity, evidence } of found) {
    const says = rule === "none" ? /no actions/ : /^It tells nobody unless something reads what it records: .*only recorded in/;
    expect([rule, severity, evidence]).toEqual([rule, "info", expect.stringMatching(says)]);
  }
});

test.each([
  ["index", act("docs", fires, note), /"Docs docs" \(only recorded in an index/],
  ["log", act("log", fires, line), /"Log" \(only recorded in Kibana's log/],
  ["by-a-workflow", starts("records"), /"Docs docs" \(only recorded in an index/],
])("a removal, a move and an undo that leave an index or a log say that nobody is told: %s", async (id, rest, which) => {
  const made = await withRules();
  await made.rule("default", "left", [post("chat"), rest]);
  const says = new RegExp(`will notify nobody when it fires: nothing that is left tells anybody: .*${which.source}`);
  const removed = await made.call("replace_connector", { from: "chat", remove: true, rules: ["left"] });
  expect([removed.body.status, removed.body.warnings]).toEqual(["done", [expect.stringMatching(says)]]);
  expect(made.questions.at(-1)?.message).toMatch(says);
  const attached = await made.call("attach_connector", { connector: "chat", rules: [id] });
  const undone = await made.call("undo_change", { change: attached.body.change });
  expect([undone.body.status, undone.body.warnings.join("\n")]).toEqual(["done", expect.stringMatching(says)]);
});

test("the move of actions from a chat to an index says so, and one from an index to another, or to a chat, does not", async () => {
  const made = await withRules();
  const move = async (from: string, to: string, params: object) => {
    const { body } = await made.call("replace_connector", {
      from,
      to,
      params,
      rules: from === "chat" ? ["chat"] : ["index"],
      dry_run: true,
    });
    return [body.status ?? body.message, (body.warnings ?? []).join("\n")];
  };
  expect(await move("chat", "docs2", note)).toEqual(["planned", expect.stringMatching(/"chat" .*will notify nobody when it fires/)]);
  expect(await move("docs", "docs2", {})).toEqual(["planned", expect.not.stringMatching(/notify nobody/)]);
  expect(await move("docs", "chat", line)).toEqual(["planned", expect.not.stringMatching(/notify nobody/)]);
});

test("without a chat a rule is silent although it records, and without an index one that tells loses no more than that", async () => {
  const made = await withRules();
  const losing = async (connector: string) => {
    const { body } = await made.call("map_notifications", { connector, limit: 50 });
    const of = (rows: { kind: string; name: string }[] = []) => rows.filter(({ kind }) => kind === "rule").map(({ name }) => name);
    return { silent: of(body.would_be_silent).sort(), losing: of(body.would_lose_route).sort() };
  };
  expect(await losing("chat")).toEqual({ silent: ["and a chat", "and a workflow that tells", "chat"], losing: [] });
  expect(await losing("docs")).toEqual({
    silent: ["by a workflow", "index", "late"],
    losing: ["and a chat", "and a workflow that tells", "both"],
  });
});

test("a connector that fails is counted as the only way to somebody beside an index, and a failing index as nobody's", async () => {
  const made = await deployment({ deliver: true });
  await made.connector("default", "hook", ".webhook", "Hook", hook("http://localhost:1/x"), login);
  await made.rule("default", "recorded", [act("hook", fires, { body: "{}" }), act("docs", fires, note)]);
  await made.rule("default", "only", [act("docs2", fires, note)]);
  for (let n = 0; n < 3; n++) await made.execute("default", "hook", { body: "{}" });
  const [{ evidence } = { evidence: "" }] = await made.findings({ checks: ["failing"] });
  expect(evidence).toContain('1 enabled rule tells nobody else: "Rule recorded"');
  expect((await made.findings({ checks: ["notifies_nobody"] })).map(({ rule, severity }) => [rule, severity])).toEqual([["only", "info"]]);
});
