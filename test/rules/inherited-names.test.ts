import { expect, test } from "vitest";
import { laidOver } from "../../src/rules/params.ts";
import { differenceInWords, unmeant } from "../../src/rules/unmeant.ts";
import { rule } from "./rules.ts";

const inherited = ["constructor", "toString", "hasOwnProperty", "valueOf"];

test.each(inherited)("a field of a newer Kibana called %s is compared like any other", (name) => {
  const before = rule();
  const now = { ...before, params: { ...before.params, [name]: { a: 1 } }, [name]: "x" };
  const differ = unmeant(before, { actions: before.actions, notify_when: null, throttle: null }, now);
  expect(differ[name]).toEqual({ was: null, is: "x" });
  const words = Object.entries(differ).map(([field, one]) => differenceInWords(field, one, (_key, value) => value));
  expect(words.join("; ")).toContain(`params.${name}: none → {"a":1}`);
});

test.each(inherited)("params called %s are laid over what there is", (name) => {
  expect(laidOver({ a: 1 }, { [name]: { b: 2 } })).toEqual({ a: 1, [name]: { b: 2 } });
});
