import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDifference } from "../../src/web/line-difference.ts";

const text = fc
  .array(fc.constantFrom("{", "}", '"a": 1', '"a": 1,', '"a": 2', '"b": true', '"c,"', ""), { maxLength: 30 })
  .map((lines) => lines.join("\n"));
/** A comma at the end of a line says that something follows, and nothing of the line. */
const said = (text: string) => text.replace(/,$/gm, "");
const side = (before: string, after: string, gone: "-" | "+") =>
  lineDifference(before, after)
    .filter(({ sign }) => sign !== gone)
    .map(({ text }) => text)
    .join("\n");

test("both texts can be read from the difference, whole and in order", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(said(side(before, after, "+"))).toBe(said(before));
      expect(side(before, after, "-")).toBe(after);
    }),
  );
});

test("what is in both is a line without a sign", () => {
  const [before, after] = [
    { name: "Ops", url: "https://a", method: "post" },
    { name: "Ops", url: "https://b", method: "post" },
  ].map((one) => JSON.stringify(one, null, 2));
  expect(lineDifference(before ?? "", after ?? "").map(({ sign, text }) => `${sign} ${text}`)).toEqual([
    "  {",
    '    "name": "Ops",',
    '-   "url": "https://a",',
    '+   "url": "https://b",',
    '    "method": "post"',
    "  }",
  ]);
});

test("what gets a neighbour in its list, or loses one, is not told as changed", () => {
  const [one, two] = [{ actions: ["PagerDuty, once"] }, { actions: ["PagerDuty, once", "Slack,"], added: true }].map((each) =>
    JSON.stringify(each, null, 2),
  );
  expect(lineDifference(one ?? "", two ?? "").map(({ sign, text }) => `${sign} ${text}`)).toEqual([
    "  {",
    '    "actions": [',
    '      "PagerDuty, once",',
    '+     "Slack,"',
    "    ],",
    '+   "added": true',
    "  }",
  ]);
  const gone = lineDifference(two ?? "", one ?? "").filter(({ sign }) => sign !== " ");
  expect(gone.map(({ sign, text }) => `${sign} ${text.trim()}`)).toEqual(['- "Slack,"', '- "added": true']);
});

test("long texts with nothing in common do not take long", () => {
  const long = (word: string) => Array.from({ length: 20_000 }, (_none, n) => `${word}${n}`).join("\n");
  const began = performance.now();
  expect(lineDifference(long("a"), long("b"))).toHaveLength(40_000);
  expect(performance.now() - began).toBeLessThan(1000);
});
