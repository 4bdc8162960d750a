import fc from "fast-check";
import { expect, test } from "vitest";
import { gap, mayBeSame, withConstants } from "../../src/usage/templates.ts";

/** The same by trying everything. */
function tried(one: string, other: string): boolean {
  if (one === "" || other === "") return [...one, ...other].every((char) => char === gap);
  const [first = "", last = ""] = [one.slice(1), other.slice(1)];
  const isGap = one.startsWith(gap) || other.startsWith(gap);
  return isGap ? tried(first, other) || tried(one, last) : one[0] === other[0] && tried(first, last);
}

const patterns = fc.array(fc.constantFrom("a", "b", gap), { maxLength: 6 }).map((chars) => chars.join("").replace(/\uE000+/g, gap));

test("patterns may stand for the same text exactly where some filling of their gaps makes them the same", () => {
  fc.assert(
    fc.property(patterns, patterns, (one, other) => {
      expect(mayBeSame(one, other)).toBe(tried(one, other));
    }),
    { numRuns: 2000 },
  );
});

test("constants are filled in, and what would make a text of any length stays as an expression", () => {
  const consts = { id: "chat", long: "x".repeat(1500), of: { one: 7 } };
  const filled = (text: string) => withConstants(text, { consts });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the other form of an expression
  expect(filled("a-{{ consts.id }}-${{consts.of.one}}-{{ inputs.x }}")).toBe("a-chat-7-{{ inputs.x }}");
  expect(filled("{{consts.long}}").length).toBe(1500);
  expect(filled("{{consts.long}}{{consts.long}}{{consts.id}}")).toBe(`${consts.long}{{consts.long}}chat`);
  expect(filled("{{consts.long}}".repeat(10_000)).length).toBeLessThan(160_000);
});
