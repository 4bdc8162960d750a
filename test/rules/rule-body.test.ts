import { describe, expect, test } from "vitest";
import { Rule } from "../../src/kibana/rule-shape.ts";
import { fieldInWords, refusedField, ruleBody, without } from "../../src/rules/rule-body.ts";
import { ruleState } from "../../src/rules/rule-state.ts";
import { differenceInWords, unmeant } from "../../src/rules/unmeant.ts";

const asItIs = (_key: string, value: unknown) => value;

const frequency = { summary: false, notify_when: "onActiveAlert", throttle: null };
const rule = (more: object = {}) =>
  Rule.parse({
    id: "r",
    name: "Rule",
    schedule: { interval: "1m" },
    actions: [
      { id: "a", group: "g", params: {}, frequency, connector_type_id: ".x" },
      { id: "b", group: "g", params: {}, frequency },
    ],
    ...more,
  });
const bodyOf = (more: object) => ruleBody(rule(more), ruleState(rule(more)));

describe("the body of a save", () => {
  test("contains what was read, if it is writable or unknown, and nothing that is read-only", () => {
    const { body, unknown } = bodyOf({ future: 1, revision: 4, next_run: "x", flapping: null, alert_delay: { active: 1, later: true } });
    expect(body).toMatchObject({ future: 1, flapping: null, alert_delay: { active: 1, later: true } });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(["revision"]));
    expect(body).not.toHaveProperty("next_run");
    expect(body.actions).toEqual([
      { id: "a", group: "g", params: {}, frequency },
      { id: "b", group: "g", params: {}, frequency },
    ]);
    expect(unknown.map(fieldInWords).sort()).toEqual(["alert_delay.later", "future"]);
  });

  test("a field named like an object's own property is a field", () => {
    expect(bodyOf({ constructor: 1, toString: 2 }).unknown.map(fieldInWords)).toEqual(["constructor", "toString"]);
  });

  test.each([
    ["[request body.future]: definition for this key is missing", "future"],
    ["[request body.future]: Additional properties are not allowed ('future' was unexpected)", "future"],
    ["[request body]: Additional properties are not allowed ('future' was unexpected)", "future"],
    ['[request body]: Unrecognized key: "future"', "future"],
    ["[request body.actions.1]: Unrecognized key(s) in object: 'later'", "actions.later"],
    ["[request body.actions.1.later]: definition for this key is missing", "actions.later"],
    ["[request body.a.b]: definition for this key is missing", "a.b"],
    ["[request body.futur]: definition for this key is missing", undefined],
    ["[request body.tags]: definition for this key is missing", undefined],
    ["[request body.future]: expected value of type [string] but got [number]", undefined],
    ["definition for this key is missing: future", undefined],
    ["undefined", undefined],
  ])("of Kibana's %s is %s what it refuses", (message, field) => {
    const actions = rule().actions.map((one) => ({ ...one, later: 1 }));
    const found = refusedField(message, bodyOf({ future: 1, "a.b": 1, actions }));
    expect(found && fieldInWords(found)).toBe(field);
  });

  test("without a field of an action, no action has it", () => {
    const whole = bodyOf({ future: 1, actions: rule().actions.map((one) => ({ ...one, later: 1 })) });
    const rest = without(whole, ["actions", 1, "later"]);
    expect(JSON.stringify(rest.body)).not.toContain("later");
    expect(rest.body.future).toBe(1);
    expect(rest.unknown).toEqual([["future"]]);
  });
});

describe("what a save was not meant to change", () => {
  const found = (before: object, now: object) => Object.keys(unmeant(rule(before), ruleState(rule(before)), rule(now)));

  test.each<[string, object, object]>([
    [
      "time, revision, owner and runs",
      { revision: 1, updated_at: "a" },
      { revision: 2, updated_at: "b", api_key_owner: "x", last_run: {} },
    ],
    ["nothing for null", { flapping: null }, {}],
    ["empty artifacts for none", {}, { artifacts: { dashboards: [], investigation_guide: { blob: "" }, rules: [] } }],
    ["a filter's dsl", {}, { actions: rule().actions.map((one) => ({ ...one, uuid: "u", connector_type_id: ".y" })) }],
  ])("is not %s", (_what, before, now) => expect(found(before, now)).toEqual([]));

  test.each<[string, object, object]>([
    ["artifacts", { artifacts: { dashboards: [{ id: "d" }] } }, { artifacts: { dashboards: [] } }],
    ["artifacts", {}, { artifacts: { dashboards: [{ id: "d" }] } }],
    ["tags", { tags: ["a"] }, {}],
    ["enabled", { enabled: true }, { enabled: false }],
    ["mute_all", { mute_all: true }, { mute_all: false }],
    ["future", { future: 1 }, {}],
    ["actions", {}, { actions: rule().actions.slice(1) }],
    ["throttle", {}, { throttle: "1m" }],
    ["params", { params: { a: 1 } }, { params: { a: 1, b: 2 } }],
  ])("is %s", (field, before, now) => expect(found(before, now)).toEqual([field]));

  test("is described by only what differs", () => {
    expect(differenceInWords("params", { was: { a: 1, b: { c: 2 } }, is: { a: 1, b: { c: 3 } } }, asItIs)).toBe("params.b.c: 2 → 3");
    const added = { was: [{ id: "a", group: "g" }], is: [{ id: "a", group: "h", uuid: "u" }] };
    expect(differenceInWords("actions", added, asItIs)).toBe('actions.group: "g" → "h"');
    expect(differenceInWords("tags", { was: ["x"], is: null }, asItIs)).toBe('tags: ["x"] → none');
    expect(differenceInWords("guide", { was: "x".repeat(200), is: "" }, asItIs).length).toBeLessThan(110);
  });
});
