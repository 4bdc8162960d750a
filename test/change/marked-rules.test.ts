import fc from "fast-check";
import { expect, test } from "vitest";
import { digestsOfMarked, isMarked, revealed } from "../../src/change/marked-rules.ts";
import type { RuleState } from "../../src/rules/rule-state.ts";

const key = Buffer.alloc(32, 1);
const secret = "s3cret";

type Params = Record<string, unknown>;

const stateOf = (all: readonly Params[]): RuleState => ({
  actions: all.map((params, n) => ({ id: `c${n}`, group: "default", params })),
  notify_when: null,
  throttle: null,
});

/** As the journal has it. */
const marked = (state: RuleState): RuleState => JSON.parse(JSON.stringify(state).replaceAll(secret, "[redacted]"));

const digestsOf = (state: RuleState) => digestsOfMarked(marked(state).actions, state.actions, key);

/** Few words, so that texts often fit each other's marks. */
const word = fc.constantFrom("a", " ", secret, "[redacted]");
const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(""));
const params = fc.oneof(
  fc.record({ message: text }),
  fc.record({ message: text, to: fc.array(text, { maxLength: 2 }) }),
  fc.record({ of: fc.dictionary(text, text, { maxKeys: 2 }) }),
);
const state = fc.array(params, { maxLength: 3 }).map(stateOf);

test("what is revealed is the very text that was recorded, whatever the rule has now", () => {
  fc.assert(
    fc.property(state, state, (then, now) => {
      const shown = revealed(marked(then), digestsOf(then), now, key);
      for (const [at, action] of shown.actions.entries()) expect([then.actions[at], marked(then).actions[at]]).toContainEqual(action);
    }),
    { numRuns: 2000 },
  );
});

test("a rule that nobody changed is revealed whole, in any order of its actions and keys", () => {
  fc.assert(
    fc.property(state, (then) => {
      const actions = then.actions
        .toReversed()
        .map((action) => ({ ...action, params: Object.fromEntries(Object.entries(action.params ?? {}).reverse()) }));
      expect(revealed(marked(then), digestsOf(then), { ...then, actions }, key)).toEqual(then);
    }),
  );
});

test.each<[string, Buffer | undefined]>([
  ["another key", Buffer.alloc(32, 2)],
  ["no key", undefined],
])("with %s nothing is revealed", (_which, other) => {
  const then = stateOf([{ message: `a ${secret}` }]);
  const shown = revealed(marked(then), digestsOf(then), then, other);
  expect([shown, isMarked(shown)]).toEqual([marked(then), true]);
});

test("a digest says nothing of its text without the key, and is of one field", () => {
  const of = (value: string, by = key) =>
    digestsOfMarked([{ id: "c", params: { message: "[redacted]" } }], [{ id: "c", params: { message: value } }], by);
  expect(of(secret)).toEqual(of(secret));
  expect(of(secret)).not.toEqual(of(secret, Buffer.alloc(32, 2)));
  expect(of(secret)).not.toEqual(of("other"));
  const [twice = {}] = digestsOfMarked([{ id: "c", one: "[redacted]", two: "[redacted]" }], [{ id: "c", one: secret, two: secret }], key);
  expect(new Set(Object.values(twice)).size).toBe(2);
});
