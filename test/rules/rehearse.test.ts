import { expect, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import type { Rule, RuleType } from "../../src/kibana/rules.ts";
import { rehearse } from "../../src/rules/rehearse.ts";
import { templateParser, templateRenderer } from "../../src/rules/template-parser.ts";
import { action, rule, ruleType } from "./rules.ts";

const [parse, render] = await Promise.all([templateParser(), templateRenderer()]);
const active = "query matched";

/** Problems and notes of a rule's actions through one connector. */
async function found(
  type: string,
  actions: [group: string, params: Record<string, unknown>, frequency?: object][],
  { of = {}, with: more = {} }: { of?: Partial<RuleType>; with?: Partial<Rule> } = {},
) {
  const listed = actions.map(([group, params, frequency]) => ({
    ...action("c", type, group, params),
    ...(frequency && { frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null, ...frequency } }),
  }));
  const rehearsed = rehearse({
    ...{ rule: rule({ ...more, actions: listed }), type: ruleType(of), space: "default", kibanaUrl: "http://k" },
    ...{ connector: { id: "c" }, entry: await connectorType(type), parse, render },
  });
  return {
    sent: rehearsed.map(({ params }) => params),
    problems: rehearsed.flatMap((one) => one.problems.map(({ path, problem }) => `${path} ${problem}`)),
    notes: rehearsed.flatMap((one) => one.notes),
    notRehearsed: rehearsed.flatMap((one) => one.notRehearsed),
  };
}

const context = (names: string) => ({ variables: { context: names.split(" "), state: [], params: [] } });
const server = (message: string) => found(".server-log", [[active, { message }]], { of: context("title usage value") });
const grouped = { params: { groupBy: "top", termField: "host.name" } };
const page = (dedupKey: string): [string, Record<string, unknown>] => [active, { eventAction: "trigger", dedupKey, summary: "x" }];
const resolve = (dedupKey: string): [string, Record<string, unknown>] => ["recovered", { eventAction: "resolve", dedupKey }];

test("a key from a context value is the same when the alert recovers", async () => {
  const of = context("monitorId title");
  const pair = (key: string) => found(".pagerduty", [page(key), resolve(key)], { of, with: grouped });
  expect((await pair("{{context.monitorId}}")).problems).toEqual([]);
  expect((await pair("{{context.title}}")).problems).toEqual([expect.stringContaining("closes nothing")]);
});

test.each([
  ["clamp(context.value, 0, 10)", "clamp is not computed here"],
  ["ifelse(gt(context.value, 1), 1, 2)", "gt is not computed here"],
  ["context.value > 1", "comparisons are not computed here"],
  ["context.usage * 100", "context.usage is not a number"],
])("a sum that only Kibana can do is no mistake: %s", async (sum, why) => {
  const { problems, notes, sent } = await server(`{{#EvalMath}}${sum}{{/EvalMath}}`);
  expect(problems).toEqual([]);
  expect(notes).toEqual([expect.stringContaining(why)]);
  expect(sent).toEqual([{ message: "42" }]);
});

test.each([
  "{{#EvalMath}}context.value % 2{{/EvalMath}}",
  "{{#EvalMath}}context.value ^ 2{{/EvalMath}}",
  "{{#EvalMath}}sign(context.value){{/EvalMath}}",
  "{{#EvalMath}}context.title * 2{{/EvalMath}}",
  "{{#FormatNumber}}{{context.title}};;{{/FormatNumber}}",
])("what Kibana cannot read stays a problem: %s", async (message) => {
  expect((await server(message)).problems).toHaveLength(1);
});

test.each([
  "{{#EvalMath}}max(1, context.value,){{/EvalMath}}",
  "{{#FormatNumber}}{{context.usage}};en-US;style: percent{{/FormatNumber}}",
  "{{#FormatDate}}{{context.usage}};UTC;HH:mm{{/FormatDate}}",
])("what Kibana can read is none: %s", async (message) => {
  expect((await server(message)).problems).toEqual([]);
});

test("a fixed key is a problem where the rule has several alerts, and else a note", async () => {
  const pair = (more: Partial<Rule>) => found(".pagerduty", [page("disk"), resolve("disk")], { with: more });
  expect(await pair(grouped)).toMatchObject({ problems: [expect.stringContaining("is fixed")], notes: [] });
  expect(await pair({})).toMatchObject({ problems: [], notes: [expect.stringMatching(/^params\.dedupKey: is fixed/)] });
});

test("a summary runs whatever its frequency is called", async () => {
  const { problems } = await found(".server-log", [[active, { message: "x" }, { summary: true }]]);
  expect(problems).toEqual([]);
});

const manyItems = { params: { list: Array(20_000).fill("x") } };

test.each<[string, string, Partial<Rule>]>([
  ["longer than is filled in", `{{{context.title}}${"x".repeat(20_000)}`, {}],
  ["of nothing but braces", "{{".repeat(200_000), {}],
  ["with its own tags", `{{=| |=}}${"x".repeat(5_000)}`, {}],
  ["with sections in sections", `${"{{#rule}}".repeat(60)}x${"{{/rule}}".repeat(60)}`, {}],
  ["of which a list makes a hundred megabytes", `{{#params.list}}${"y".repeat(5_000)}{{/params.list}}`, manyItems],
  ["that repeats a large object", "{{{rule.params}}}".repeat(1_000), manyItems],
  ["that repeats the items of a list", "{{params.l}}".repeat(1_600), { params: { l: Array(200_000).fill("x") } }],
  ["that repeats a large list", "{{{params.list.asJSON}}}".repeat(1_000), manyItems],
  [
    "of which a function gets too much",
    `{{#EncodeURI}}${"{{{params.text}}}".repeat(30)}{{/EncodeURI}}`,
    { params: { text: "x".repeat(1_000) } },
  ],
])("a text is not judged, and is a note: one %s", async (_what, text, more) => {
  const { problems, notes, notRehearsed } = await found(".webhook", [[active, { body: text }]], { with: more });
  expect({ problems, notRehearsed }).toEqual({ problems: [], notRehearsed: ["params.body"] });
  expect(notes).toEqual([expect.stringMatching(/^params\.body: not rehearsed: /)]);
});

test.each<[string, string, Partial<Rule>]>([
  ["a template", `x {{context.hits.0._source${".a".repeat(9_000)}}} {{kibana${".a".repeat(900)}}}`, {}],
  ["the rule's params", "x {{rule.params}}", { params: { [`a${".a".repeat(20_000)}`]: 1 } }],
])("a name of thousands of parts ends no rehearsal: in %s", async (_what, message, more) => {
  const { sent } = await found(".server-log", [[active, { message }]], {
    of: { ...context("title hits"), id: "metrics.alert.threshold" },
    with: more,
  });
  expect(sent).toEqual([{ message: expect.stringMatching(/^x /) }]);
});
