import { describe, expect, test } from "vitest";
import { templateFunctions } from "../../src/catalog/template-functions/index.ts";

const variables = { context: { value: 10, text: "ten" } };
const compute = (name: string, text: string) => templateFunctions[name]?.(text, variables);

describe("Kibana's functions for templates", () => {
  test.each([
    ["EvalMath", "1 + 2 * 3", "7"],
    ["EvalMath", "round(context.value / 3, 2) * -2 + (1)", "-5.66"],
    ["EvalMath", "max(1, pow(2, 3), abs(-4),) - 5", "3"],
    ["FormatDate", "2026-11-29T12:13:14.005Z", "2026-11-29 12:13pm"],
    ["FormatDate", "2026-11-29T12:13:14.005Z; Europe/Berlin", "2026-11-29 01:13pm"],
    [
      "FormatDate",
      "2026-11-01T23:03:14.005Z; Asia/Tokyo; dddd, MMM Do YYYY HH:mm:ss.SSS Z [at] A",
      "Monday, Nov 2nd 2026 08:03:14.005 +09:00 at AM",
    ],
    ["FormatNumber", "1234.5;de-DE;style: currency, currency: EUR", "1.234,50\u00a0€"],
    ["FormatNumber", "0.256;; style: percent, maximumFractionDigits: 1", "25.6%"],
    [
      "ParseHjson",
      "{ a: 1, 'b': [1,2,], # note\n c: hello world\n d: '''\n  x\n''' e: {x: true,}, }",
      '{"a":1,"b":[1,2],"c":"hello world","d":"  x","e":{"x":true}}',
    ],
    ["ParseHjson", "a: 1\nb: two words", '{"a":1,"b":"two words"}'],
    ["EncodeURIComponent", "a b&c", "a%20b%26c"],
  ])("%s of %s", (name, text, expected) => {
    expect(compute(name, text)).toBe(expected);
  });

  test.each([
    ["EvalMath", "1 +"],
    ["EvalMath", "context.nothing + 1"],
    ["EvalMath", "context.text + 1"],
    ["EvalMath", "launch(1)"],
    ["EvalMath", "(1"],
    ["EvalMath", "(".repeat(500)],
    ["EvalMath", "1 1"],
    ["EvalMath", "7 % 5"],
    ["EvalMath", "7 ^ 5"],
    ["EvalMath", "max(,)"],
    ["EvalMath", "max(1 2)"],
    ["FormatDate", ""],
    ["FormatDate", "yesterday"],
    ["FormatDate", "2026-11-29T12:13:14Z; Europe/Berlinn"],
    ["FormatNumber", "1234"],
    ["FormatNumber", "many;;"],
    ["FormatNumber", "1;;style"],
    ["FormatNumber", "1;;style: currency"],
    ["ParseHjson", '{"a": 1'],
    ["ParseHjson", '{"a" 1}'],
    ["ParseHjson", "[".repeat(500)],
    ["ParseHjson", '{"a": "b\n"}'],
  ])("%s cannot read %j", (name, text) => {
    expect(() => compute(name, text)).toThrow();
  });
});
