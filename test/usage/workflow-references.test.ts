import { describe, expect, test } from "vitest";
import { mayBeSame, patternOf } from "../../src/usage/templates.ts";
import { referencesOf, seenFrom } from "../../src/usage/workflow-references.ts";

/** Which connectors it names, without where and how. */
const seenIn = (definition: object) => {
  const { named: all, undecided } = referencesOf({ ...definition });
  return { named: all.map(({ text, byName, how }) => ({ text, byName, how })), undecided };
};
const step = (more: object) => ({ name: "notify", type: "slack", ...more });
const named = (text: string, how = "step notify") => ({ text, byName: true, how });

describe("a connector is found wherever it stands", () => {
  const uses = step({ "connector-id": "ops-slack", with: { message: "{{ event.alerts }}" } });
  test.each<[string, object]>([
    ["a step", { steps: [uses] }],
    ["the way out of the workflow's failures", { settings: { "on-failure": { fallback: [uses] } } }],
    ["a step's way out", { steps: [{ name: "a", type: "http", "on-failure": { fallback: [uses] } }] }],
    ["a loop", { steps: [{ name: "a", type: "foreach", foreach: "{{ x }}", steps: [uses] }] }],
    ["an iteration's way out", { steps: [{ name: "a", type: "while", "iteration-on-failure": { fallback: [uses] } }] }],
    ["if", { steps: [{ name: "a", type: "if", condition: "x", steps: [uses] }] }],
    ["else", { steps: [{ name: "a", type: "if", condition: "x", steps: [], else: [uses] }] }],
    ["a case of a switch", { steps: [{ name: "a", type: "switch", cases: [{ match: 1, steps: [uses] }] }] }],
    ["its default", { steps: [{ name: "a", type: "switch", cases: [], default: [uses] }] }],
    ["a parallel branch", { steps: [{ name: "a", type: "parallel", branches: [{ name: "b", steps: [uses] }] }] }],
    ["a merge", { steps: [{ name: "a", type: "merge", steps: [uses] }] }],
    ["what a later version nests in its own way", { steps: [{ name: "a", type: "new", arms: { left: { thus: [[uses]] } } }] }],
  ])("in %s", (_what, definition) => {
    expect(seenIn(definition)).toEqual({ named: [named("ops-slack")], undecided: [] });
  });

  test.each<[string, object, object]>([
    ["under inference-id", { steps: [step({ type: "ai.agent", "inference-id": "gpt" })] }, named("gpt")],
    ["in a trigger", { triggers: [{ type: "slack.message", "connector-id": "ops-slack" }] }, named("ops-slack", "trigger slack.message")],
    [
      "in a channel of a waiting step",
      { steps: [step({ type: "waitForApproval", with: { channels: { slack: { "connector-id": "Ops Slack" } } } })] },
      named("Ops Slack"),
    ],
    [
      "in the path of a request to Kibana",
      { steps: [step({ type: "kibana.request", with: { path: "/s/web/api/actions/connector/ops%2Dslack/_execute" } })] },
      { text: "ops-slack", byName: false, how: "step notify" },
    ],
    [
      "in the actions of a rule that a step makes",
      { steps: [step({ type: "kibana.request", with: { body: { actions: [{ id: "ops-slack", group: "default" }] } } })] },
      { text: "ops-slack", byName: false, how: "step notify" },
    ],
    [
      "in a body that is a text",
      { steps: [step({ type: "kibana.request", with: { body: '{"actions":[{"id":"ops-slack"}]}' } })] },
      { text: "ops-slack", byName: false, how: "step notify" },
    ],
    [
      "in a case",
      { steps: [step({ type: "cases.createCase", with: { connector: { id: "soc-jira", name: "Jira", type: ".jira" } } })] },
      { text: "soc-jira", byName: false, how: "step notify" },
    ],
    ["as a constant", { consts: { chat: "ops-slack" }, steps: [step({ "connector-id": "{{ consts.chat }}" })] }, named("ops-slack")],
    [
      "as a nested constant",
      { consts: { a: { b: "x" } }, steps: [step({ "connector-id": ["$", "{{consts.a.b}}"].join("") })] },
      named("x"),
    ],
  ])("%s", (_what, definition, reference) => {
    expect(seenIn(definition)).toEqual({ named: [reference], undecided: [] });
  });
});

test.each([
  ["{{ a }}", "anything", true],
  ["ops-{{ a }}", "ops-oncall", true],
  ["ops-{{ a }}", "web-oncall", false],
  ["{{ a }}-ops", "x-ops", true],
  ["{{ a }}-ops", "x-ops-2", false],
  ["a{{ x }}b{{ y }}c", "a1b2c", true],
  ["a{{ x }}b{{ y }}c", "a1c", false],
  ["aa{{ x }}aa", "aaa", false],
  ["{% if a %}x{% endif %}", "y", true],
  ["ops{% if a %}x{% endif %}-y", "ops-y", true],
  ["ops{%- if a -%} x {%- endif -%}-y", "web-y", false],
  [["$", "{{ a }}"].join(""), "zq", true],
  [["ops-$", "{{ a }}"].join(""), "ops-zq", true],
  ["zq {{- a -}} x", "zq7x", true],
  ["zq {{ a }}", "zq7", false],
  ["{{ a | remove: '{' }}", "zq", true],
  ["{{ a | append: '}}' }}-x", "a-x", true],
  ["{{ a | append: '}}' }}-x", "a-y", false],
  [String.raw`{{ a | append: 'b\' }}' }}-x`, "a-x", true],
  ["{{ a", "zq", true],
  ["ops-{{ a | append: 'b }}-y", "ops-z", true],
  ["ops-{% if a", "web", false],
  ["x\uE000y", "xzy", true],
  ["{{ a }}".repeat(5_000), "zq", true],
])("%s may become %s: %s", (expression, text, may) => {
  expect(mayBeSame(patternOf(expression), text)).toBe(may);
});

describe("what a run decides is undecided", () => {
  test.each<[string, object, string | undefined]>([
    ["an input, of the step's type", { steps: [step({ type: "slack_api.postMessage", "connector-id": "{{ inputs.to }}" })] }, ".slack_api"],
    ["a filtered constant", { consts: { c: "x" }, steps: [step({ "connector-id": "{{ consts.c | upcase }}" })] }, ".slack"],
    ["a constant that is not there", { steps: [step({ "connector-id": "{{ consts.c }}" })] }, ".slack"],
    ["a path", { steps: [step({ type: "kibana.request", with: { path: "/api/actions/connector/{{ inputs.id }}/_execute" } })] }, undefined],
    [
      "a part of a path",
      { steps: [step({ type: "kibana.request", with: { path: "/api/actions/connector/zq{{ inputs.id }}/_execute" } })] },
      undefined,
    ],
    ["a model", { steps: [step({ type: "ai.prompt", "connector-id": "{{ inputs.model }}" })] }, undefined],
    ["a trigger's", { triggers: [{ type: "slack.message", "connector-id": "{{ inputs.x }}" }] }, undefined],
  ])("%s", (_what, definition, type) => {
    const { named: none, undecided } = seenIn(definition);
    expect([none, undecided]).toMatchObject([[], [{ type }]]);
  });
});

test("a request to another space names nothing of this one, and still tells somebody", () => {
  const path = "/s/web/api/actions/connector/late/_execute";
  const references = referencesOf({ steps: [step({ type: "kibana.request", with: { method: "POST", path } })] });
  expect(seenFrom("default", references)).toMatchObject({
    named: [],
    undecided: [],
    others: [{ how: "step notify", type: "kibana.request" }],
  });
  expect(seenFrom("web", references)).toMatchObject({ named: [{ text: "late" }], undecided: [], others: [] });
});

test("ids of other things, and texts that merely hold one, are no reference", () => {
  const definition = {
    name: "ops-slack",
    tags: ["ops-slack"],
    steps: [
      step({ with: { message: "ops-slack is down", id: "ops-slack" } }),
      { name: "rule", type: "kibana.request", with: { path: "/api/alerting/rule/ops-slack", body: { id: "ops-slack", name: "x" } } },
      { name: "none", type: "cases.createCase", with: { connector: { id: "none" } } },
      { name: "deep", type: "kibana.request", with: { body: "[".repeat(100_000) } },
    ],
  };
  expect(seenIn(definition)).toEqual({ named: [], undecided: [] });
});

describe("whether a run comes to a step is known", () => {
  const uses = step({ "connector-id": "chat" });
  test.each<[string, object, string]>([
    ["one of the workflow", { steps: [uses] }, "always"],
    ["in a parallel branch", { steps: [{ name: "a", type: "parallel", branches: [{ name: "b", steps: [uses] }] }] }, "always"],
    ["in a condition", { steps: [{ name: "a", type: "if", condition: "x", steps: [uses] }] }, "perhaps"],
    ["in a loop over what may be empty", { steps: [{ name: "a", type: "foreach", foreach: "x", steps: [uses] }] }, "perhaps"],
    ["with a condition of its own", { steps: [{ ...uses, if: "x: y" }] }, "perhaps"],
    ["in a case of a switch", { steps: [{ name: "a", type: "switch", cases: [{ match: 1, steps: [uses] }] }] }, "perhaps"],
    ["after a failure", { steps: [{ name: "a", type: "http", "on-failure": { fallback: [uses] } }] }, "perhaps"],
    ["a trigger, which tells nobody", { triggers: [{ type: "slack.message", "connector-id": "chat" }] }, "never"],
  ])("%s", (_what, definition, reached) => {
    expect(referencesOf({ ...definition }).named).toMatchObject([{ text: "chat", reached }]);
  });

  test("steps that tell somebody by themselves, or start another workflow, are named", () => {
    const steps = [
      { name: "a", type: "http", with: { url: "https://example.org" } },
      { name: "b", type: "workflow.execute", with: { "workflow-id": "{{ consts.next }}" } },
      { name: "c", type: "console", with: { message: "m" } },
    ];
    expect(referencesOf({ consts: { next: "w2" }, steps }).others).toMatchObject([
      { how: "step a", type: "http", reached: "always", starts: undefined },
      { how: "step b", type: "workflow.execute", reached: "always", starts: "w2" },
    ]);
  });

  test("what a step sends names no connector of the workflow's, and stays", () => {
    const sends = step({ "connector-id": "chat", with: { message: "m", steps: [{ "connector-id": "chat" }] } });
    expect(referencesOf({ steps: [sends] }).named).toMatchObject([
      { text: "chat", reached: "always" },
      { text: "chat", reached: "never", stuck: "It is in what the step sends." },
    ]);
  });

  test("what a step hands to its connector goes with it, as params of the type", () => {
    const posts = step({ type: "slack_api.postMessage", "connector-id": "bot", with: { channels: ["#a"] } });
    const params = { subAction: "postMessage", subActionParams: { channels: ["#a"] } };
    expect(referencesOf({ steps: [posts] }).named).toMatchObject([{ params }]);
  });
});
