import { countTokens } from "gpt-tokenizer";
import { describe, expect, test } from "vitest";
import { approve } from "../pages/form.ts";
import { accepts, type Person, type ProductOptions, product } from "../support/product.ts";
import { action, deleteBlindly, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;

/** A deployment with two pagers and a chat, and a person who remembers what was asked. */
async function deployment(options: ProductOptions = {}): Promise<Made & { asked: string[] }> {
  const asked: string[] = [];
  const person: Person = (question, signal) => {
    asked.push(question.message);
    return (options.person ?? accepts)(question, signal);
  };
  const settings = { maxChangesPerHour: 5_000, ...options.settings };
  const made = await product({ ...options, person, settings, sandbox: { empty: true, ...options.sandbox } });
  for (const id of ["pager", "pager-2"]) await makeConnector(made, id, ".pagerduty");
  await makeConnector(made, "chat");
  return { ...made, asked };
}

async function many(made: Made, count: number, id: (n: number) => string, actions: object[], more: object = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, (_none, n) => id(n));
  for (let at = 0; at < count; at += 20)
    await Promise.all(ids.slice(at, at + 20).map((one) => makeRule(made, one, actions as never, more as never)));
  return ids;
}

const tokens = (body: unknown) => countTokens(JSON.stringify(body));
const number = (n: number) => String(n).padStart(3, "0");
const uses = async (made: Made, rule: string, connector: string) =>
  (await ruleOf(made, rule)).actions.filter(({ id }: { id: string }) => id === connector).length;
const puts = (made: Made) => made.calls.filter(({ method }) => method === "PUT").map(({ path }) => path.split("/").at(-1) ?? "");

test("300 rules get an action in one call with one question; those that Kibana refuses are said, the others done", {
  timeout: 120_000,
}, async () => {
  const made = await deployment();
  const ids = await many(made, 300, (n) => `r${number(n)}`, [], { tags: ["payments", "prod"] });
  await many(made, 5, (n) => `other-${n}`, [], { tags: ["search"] });
  const refused = ids.filter((_id, n) => n % 25 === 7);
  for (const id of refused) await made.fault("conflict", { method: "PUT", path: `/api/alerting/rule/${id}` });

  const args = { connector: "pager", filter: { tags: ["payments"] } };
  const { body, text } = await made.call("attach_connector", args);
  expect(body.status, text).toBe("partial");
  expect(body.result.counts).toEqual({ attached: 288, failed: 12 });
  expect(body.result.not_attached.map(({ id }: { id: string }) => id)).toEqual(refused);
  expect(made.asked.length).toBe(1);
  expect(made.asked[0]).toContain('Rules (300) like {"tags":["payments"]}: "Rule r000", ');
  expect(made.asked[0]).toContain(" and 280 more");
  expect(tokens(body)).toBeLessThanOrEqual(1200);
  for (const id of [...refused, "other-1"]) expect(await uses(made, id, "pager"), id).toBe(0);
  for (const id of ["r000", "r150", "r299"]) expect(await uses(made, id, "pager"), id).toBe(2);

  made.calls.length = 0;
  const again = await made.call("attach_connector", args);
  expect(again.body.status, again.text).toBe("done");
  expect(again.body.result.counts).toMatchObject({ attached: 12, unchanged: 288 });
  expect(puts(made).sort()).toEqual(refused);
  expect(tokens(again.body)).toBeLessThanOrEqual(1200);

  const waiting = await made.call("undo_change", { change: body.change });
  expect([waiting.body.status, tokens(waiting.body) <= 1600], waiting.text).toEqual(["confirmation_needed", true]);
  await approve(waiting.body.confirm.url);
  const undone = await made.call("undo_change", { change: body.change, confirm: waiting.body.confirm.id });
  expect([undone.body.status, tokens(undone.body) <= 1200], undone.text).toEqual(["done", true]);
  expect(await uses(made, "r000", "pager")).toBe(0);
  expect(await uses(made, refused[0] ?? "", "pager")).toBe(2);
});

describe("what a filter means", () => {
  test.each<[string, object, string[]]>([
    ["tags, any of them", { tags: ["red", "blue"] }, ["blue", "red"]],
    ["a part of the name or the id, in any case", { text: "RULE RE" }, ["red"]],
    ["the type", { type: ".index-threshold" }, ["threshold"]],
    ["the consumer", { consumer: "alerts" }, ["logs"]],
    ["disabled ones", { enabled: false }, ["off"]],
    ["whom they tell, by id", { notified_by: "chat" }, ["talks"]],
    ["whom they tell, by name", { notified_by: "Connector chat" }, ["talks"]],
    ["those without actions, with a tag", { without_actions: true, tags: ["red", "loud"] }, ["red"]],
    ["all of it together", { tags: ["red", "blue"], text: "e", enabled: true, type: ".es-query" }, ["blue", "red"]],
  ])("%s", async (_what, filter, expected) => {
    const made = await deployment();
    await makeRule(made, "red", [], { tags: ["red"] });
    await makeRule(made, "blue", [], { tags: ["blue", "dark"] });
    await makeRule(made, "threshold", [], { rule_type_id: ".index-threshold", tags: [] });
    await makeRule(made, "logs", [], { consumer: "alerts", tags: [] });
    await makeRule(made, "off", [], { enabled: false, tags: [] });
    await makeRule(made, "talks", [action("chat")], { tags: ["loud"] });
    const { body, text } = await made.call("attach_connector", { connector: "pager", filter });
    expect(body.status, text).toBe("done");
    expect(puts(made).sort()).toEqual(expected);
    const mapped = (await made.call("map_notifications", filter as Record<string, unknown>)).body.rules ?? [];
    // The map shows them as they are now.
    if (!("without_actions" in filter)) expect(mapped.map(({ id }: { id: string }) => id).sort()).toEqual(expected);
  });

  test("only those of the space", async () => {
    const made = await deployment();
    await made.bare("POST", "/api/spaces/space", { id: "b", name: "B" });
    await makeRule(made, "here", []);
    await makeRule(made, "there", [], {}, "b");
    await made.call("attach_connector", { connector: "pager", filter: { enabled: true } });
    expect(puts(made)).toEqual(["here"]);
  });

  test.each<[string, unknown, string]>([
    ["no rule is like that", { tags: ["nowhere"] }, "rule_not_found"],
    ["the new alerting has no actions", { type: "v2" }, "rule_not_found"],
    ["an empty one would be all", {}, "invalid_arguments"],
    ["an empty part of one", { tags: [] }, "invalid_arguments"],
    ["a part that there is not", { name: "x" }, "invalid_arguments"],
    ["a part of another kind", { enabled: "yes" }, "invalid_arguments"],
    ["no filter", 7, "invalid_arguments"],
  ])("is refused if %s", async (_why, filter, code) => {
    const made = await deployment();
    await makeRule(made, "r", []);
    for (const call of [
      made.call("attach_connector", { connector: "pager", filter }),
      ...(code === "invalid_arguments" ? [made.call("replace_connector", { from: "pager", to: "pager-2", filter })] : []),
    ]) {
      const { body } = await call;
      expect(body).toMatchObject({ code, fix: expect.stringMatching(/./) });
    }
    expect(made.writes()).toEqual([]);
  });

  test("and a list are not given together, nor none of both", async () => {
    const made = await deployment();
    await makeRule(made, "r", []);
    for (const more of [{ rules: ["r"], filter: { tags: ["prod"] } }, {}])
      expect((await made.call("attach_connector", { connector: "pager", ...more })).body).toMatchObject({ code: "invalid_arguments" });
    expect(made.writes()).toEqual([]);
  });

  test.each([
    ["in place of the list", { rules: { tags: ["prod"] } }],
    ["as the JSON text that some clients send", { filter: '{"tags": "[\\"prod\\"]"}' }],
    ["both", { rules: '{"tags": ["prod"]}' }],
  ])("is read %s", async (_how, more) => {
    const made = await deployment();
    await makeRule(made, "r", []);
    const { body, text } = await made.call("attach_connector", { connector: "pager", ...more });
    expect(body.status, text).toBe("done");
  });
});

test.each([
  ["becomes like the filter", "r2", ["prod"]],
  ["is like it no more", "r1", ["dev"]],
])("a rule that %s while a person decides is not changed, nor is any other", async (_what, id, tags) => {
  const made = await deployment({
    async person() {
      const { actions: _none, ...rule } = await ruleOf(made, id);
      const { name, params, schedule } = rule;
      await made.bare("PUT", `/api/alerting/rule/${id}`, { name, params, schedule, tags, actions: [] });
      return { action: "accept", content: { confirm: true } };
    },
  });
  await makeRule(made, "r1", [], { tags: ["prod"] });
  await makeRule(made, "r2", [], { tags: ["dev"] });
  const { body, text } = await made.call("attach_connector", { connector: "pager", filter: { tags: ["prod"] } });
  expect(["plan_changed", "rule_not_found"], text).toContain(body.status ?? body.code);
  expect(puts(made)).toEqual([]);
});

test("what cannot be changed stays out of it, with why; named, it stops the call", async () => {
  const made = await deployment({ settings: { protectRules: ["tag:frozen"] } });
  await makeConnector(made, "gone");
  await makeRule(made, "good", []);
  await makeRule(made, "frozen", [], { tags: ["prod", "frozen"] });
  await makeRule(made, "detects", [], { rule_type_id: "siem.queryRule", consumer: "siem" });
  await makeRule(made, "broken", [action("gone")]);
  await deleteBlindly(made, "gone");
  const { body, text } = await made.call("attach_connector", { connector: "pager", filter: { tags: ["prod"] } });
  expect(body.status, text).toBe("done");
  expect(puts(made)).toEqual(["good"]);
  expect(body.result.counts).toMatchObject({ attached: 1, left_out: 3 });
  expect(new Map(body.result.left_out.map(({ id, why }: { id: string; why: string }) => [id, why]))).toEqual(
    new Map([
      ["broken", 'Kibana would not save it: the connector "gone" of one of its actions is gone.'],
      ["detects", expect.stringContaining("Elastic Security")],
      ["frozen", "The operator protects it."],
    ]),
  );
  expect(made.asked[0]).toContain('1 rule stays as it is ("Rule broken"): Kibana would not save it');
  made.calls.length = 0;
  for (const id of ["broken", "frozen"])
    expect((await made.call("attach_connector", { connector: "pager", rules: [id] })).isError).toBe(true);
  expect(made.writes()).toEqual([]);
});

describe.each([
  ["attach_connector", { connector: "pager", filter: { tags: ["prod"] } }, "pager"],
  ["replace_connector", { from: "chat", to: "pager", params: { summary: "x" }, filter: { tags: ["prod"] } }, "pager"],
  ["replace_connector", { from: "chat", to: "pager", params: { summary: "x" } }, "pager"],
] as const)("%s %j", (tool, args, connector) => {
  test("with a limit changes the first so many, says what is left, and goes on at the next call", async () => {
    const made = await deployment();
    const ids = await many(made, 10, (n) => `r${n}`, [action("chat")], { tags: ["prod"] });
    for (const [begin, end] of [
      [0, 4],
      [4, 8],
      [8, 10],
    ] as const) {
      made.calls.length = 0;
      const { body, text } = await made.call(tool, { ...args, limit: 4 });
      expect(body.status, text).toBe("done");
      expect(puts(made).sort()).toEqual(ids.slice(begin, end));
      expect(made.asked.at(-1)?.includes("come later")).toBe(end < 10);
      if (end < 10)
        expect(body).toMatchObject({ message: expect.stringContaining("the same call again"), result: { counts: { later: 10 - end } } });
      else expect([body.message, body.result.counts?.later]).toEqual([undefined, undefined]);
    }
    for (const id of ids) expect(await uses(made, id, connector), id).toBeGreaterThan(0);
  });

  test("says before it is agreed to how far the changes of this hour go, and goes on in the next", async () => {
    const made = await deployment({ settings: { maxChangesPerHour: 6 } });
    const ids = await many(made, 10, (n) => `r${n}`, [action("chat")], { tags: ["prod"] });
    const dry = await made.call(tool, { ...args, dry_run: true });
    const note = "This server makes at most 6 changes an hour: the first 6 of these 10 are made now.";
    expect(dry.body.warnings.join()).toContain(note);
    made.calls.length = 0;
    const { body, text } = await made.call(tool, args);
    expect(made.asked[0]).toContain(note);
    expect([body.status, body.message], text).toEqual([
      "partial",
      "6 of 10 done; 4 not started, because the changes that this server may make in an hour are used up.",
    ]);
    expect(body.fix).toMatch(/^Repeat the call once the hour has room, from \d{4}-\d\d-\d\dT\d\d:\d\dZ on: it goes on/);
    expect(puts(made).sort()).toEqual(ids.slice(0, 6));
    const fix = expect.stringMatching(/\(0 are left now\), wait until \S+Z, when there is room again, or ask the operator/);
    expect((await made.call(tool, args)).body).toMatchObject({ code: "limit_reached", fix });
    made.clock.advance(3_700_000);
    made.calls.length = 0;
    expect((await made.call(tool, args)).body.status).toBe("done");
    expect(puts(made).sort()).toEqual(ids.slice(6));
  });
});

test("an undo goes as far as the changes of this hour do, too", async () => {
  const made = await deployment({ settings: { maxChangesPerHour: 6 } });
  const ids = await many(made, 5, (n) => `r${n}`, []);
  const { change } = (await made.call("attach_connector", { connector: "pager", filter: { tags: ["prod"] } })).body;
  const left = async () => (await Promise.all(ids.map((id) => uses(made, id, "pager")))).filter((count) => count > 0).length;
  const undo = () => made.call("undo_change", { change });
  expect((await undo()).body).toMatchObject({ status: "partial", message: expect.stringContaining("1 of 5 done; 4 not started") });
  expect(made.asked.at(-1)).toContain("the first 1 of these 5 are made now");
  expect(await left()).toBe(4);
  made.clock.advance(3_700_000);
  const second = await undo();
  expect([second.body.status, await left()], second.text).toEqual(["done", 0]);
});

test("workflows are moved with the last of the rules", async () => {
  const made = await deployment();
  await many(made, 3, (n) => `r${n}`, [action("chat")]);
  await makeConnector(made, "chat-2");
  const yaml =
    "name: Tells\ntriggers: [{ type: manual }]\nsteps:\n  - { name: tell, type: slack, connector-id: chat, with: { message: m } }\n";
  await made.bare("POST", "/api/workflows/workflow", { id: "tells", yaml });
  const moved = async () => JSON.parse(await made.bare("GET", "/api/workflows/workflow/tells")).yaml.includes("chat-2");
  await made.call("replace_connector", { from: "chat", to: "chat-2", limit: 2 });
  expect(await moved()).toBe(false);
  const { body } = await made.call("replace_connector", { from: "chat", to: "chat-2", limit: 2 });
  expect([await moved(), body.result.still_used_by]).toEqual([true, 0]);
});
