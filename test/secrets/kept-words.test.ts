import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { findWords, outside } from "../../src/secrets/kept-words.ts";
import { createRedactor } from "../../src/secrets/redact.ts";

const few = (most: number) => fc.string({ maxLength: most, unit: fc.constantFrom(..."ab\ud83d") });

test("behind each place the longest word that ends there is found", () => {
  fc.assert(
    fc.property(fc.array(few(5), { maxLength: 8 }), few(30), (words, text) => {
      const expected = [...text].length === 0 ? [] : Array.from({ length: text.length }, (_none, at) => at + 1);
      const longest = (end: number) =>
        Math.max(0, ...words.filter((word) => text.slice(0, end).endsWith(word)).map(({ length }) => length));
      expect(findWords(words)(text)).toEqual(expected.flatMap((end) => (longest(end) > 0 ? [[end - longest(end), end]] : [])));
    }),
  );
});

test("a span is outside unless one of those that stay holds all of it", () => {
  const span = fc.tuple(fc.nat(20), fc.nat(20)).map(([from, length]): [number, number] => [from, from + length + 1]);
  fc.assert(
    fc.property(fc.array(span), span, (kept, [from, to]) => {
      expect(outside(kept)([from, to])).toBe(!kept.some(([begin, end]) => begin <= from && end >= to));
    }),
  );
});

describe("a value in a text with words that stay", () => {
  const redactor = createRedactor();
  redactor.learn(seal("hunter2-hunter2", "X"));

  test.each<[string, string, string[], string]>([
    ["stays within one of them", "to hunter2-hunter2@a.example", ["hunter2-hunter2@a.example"], "to hunter2-hunter2@a.example"],
    ["goes beside it", "hunter2-hunter2@a and hunter2-hunter2", ["hunter2-hunter2@a"], "hunter2-hunter2@a and [redacted]"],
    ["goes where only two of them together hold it", "a hunter2-hunter2 b", ["a hunter2-", "2-hunter2 b"], "a [redacted] b"],
  ])("%s", (_what, text, kept, shown) => {
    expect(redactor.text(text, kept)).toBe(shown);
  });
});
