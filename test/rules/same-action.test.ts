import { expect, test } from "vitest";
import type { RuleAction } from "../../src/kibana/rules.ts";
import { actionKey, paired, uuidOf } from "../../src/rules/same-action.ts";

const action = (more: Partial<RuleAction> = {}): RuleAction => ({ id: "chat", group: "fired", params: { message: "m" }, ...more });

test.each<[string, RuleAction, RuleAction]>([
  [
    "the order of keys",
    action({ params: { a: 1, b: { c: 1, d: 2 } } }),
    { params: { b: { d: 2, c: 1 }, a: 1 }, group: "fired", id: "chat" },
  ],
  ["the uuid", action({ uuid: "1" }), action({ uuid: "2" })],
  ["what Kibana derives: the type", action({ connector_type_id: ".slack" }), action()],
  [
    "what Kibana derives: the filter as Elasticsearch reads it",
    action({ alerts_filter: { query: { kql: "a: b", filters: [], dsl: "{}" } } }),
    action({ alerts_filter: { query: { kql: "a: b", filters: [] } } }),
  ],
  ["a field that is undefined", action({ frequency: undefined }), action()],
  ["a field that is null, where that says nothing", action({ alerts_filter: null }), action()],
  ["params that are missing or empty", action({ params: {} }), action({ params: undefined })],
  ["minus zero, which JSON does not know", action({ params: { n: -0 } }), action({ params: { n: 0 } })],
])("%s does not make another action", (_what, one, other) => {
  expect(actionKey(one)).toBe(actionKey(other));
});

test.each<[string, Partial<RuleAction>]>([
  ["the connector", { id: "mail" }],
  ["the group", { group: "recovered" }],
  ["a text", { params: { message: "n" } }],
  ["null in params, which a service may read", { params: { message: "m", comments: null } }],
  ["a text in place of a number", { params: { message: "m", n: "1" } }],
  ["the order of a list", { params: { message: "m", to: ["b", "a"] } }],
  ["the frequency", { frequency: { summary: false, notify_when: "onActiveAlert", throttle: null } }],
  ["a condition", { alerts_filter: { timeframe: { days: [1] } } }],
  ["a field of a later Kibana", { later: true }],
])("%s makes another action", (_what, more) => {
  const base = { message: "m", n: 1, to: ["a", "b"] };
  const one = "params" in more ? action({ params: base }) : action();
  expect(actionKey({ ...one, ...more })).not.toBe(actionKey(one));
});

test("one of two equal actions that is missing is gone, and one that is there twice is new", () => {
  const [one, other] = [action({ uuid: "1" }), action({ uuid: "2" })];
  expect(paired([one, other], [other], actionKey)).toEqual({ pairs: [[one, other]], gone: [other], fresh: [] });
  expect(paired([one], [one, other], actionKey)).toEqual({ pairs: [[one, one]], gone: [], fresh: [other] });
  expect(paired([one, other], [other], uuidOf, actionKey).gone).toEqual([one]);
});

test("a later key pairs what earlier ones left, in the order of what was", () => {
  const [a, b, c] = [action({ uuid: "1" }), action({ params: { message: "b" } }), action({ params: { message: "c" } })];
  const changed = action({ uuid: "1", params: { message: "new" } });
  const group = ({ uuid, group: of }: RuleAction) => (uuid ? undefined : (of ?? ""));
  expect(paired([b, a], [changed, c], uuidOf, actionKey, group)).toEqual({
    pairs: [
      [b, c],
      [a, changed],
    ],
    gone: [],
    fresh: [],
  });
});
