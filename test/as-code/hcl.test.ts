import fc from "fast-check";
import { expect, test } from "vitest";
import { Pieces } from "../../src/as-code/code.ts";
import { hclString, hclValue } from "../../src/as-code/hcl.ts";
import { nastyJson, nastyNames, nastyText } from "./nasty.ts";
import { hclExpression } from "./terraform-values.ts";

const keys = nastyText.filter((key) => key !== "__proto__");
const none = () => "";
/** HCL keeps text in this form. */
const normal = <T>(value: T): T => JSON.parse(JSON.stringify(value).normalize("NFC"));

test.each(nastyNames)("%j comes out of an HCL string as it went in", async (name) => {
  expect(await hclExpression(hclString(name))).toBe(name.normalize("NFC"));
});

test("any text comes out of an HCL string as it went in", async () => {
  await fc.assert(
    fc.asyncProperty(nastyText, async (text) => {
      expect(await hclExpression(hclString(text))).toBe(text.normalize("NFC"));
    }),
    { numRuns: 100 },
  );
});

test("any JSON comes out of an HCL value as it went in", async () => {
  await fc.assert(
    fc.asyncProperty(nastyJson(keys), async (value) => {
      expect(await hclExpression(hclValue(value as never, none))).toEqual(normal(value));
    }),
    { numRuns: 100 },
  );
});

test("no character of a string is hidden, and none ends its line", () => {
  fc.assert(fc.property(nastyText, (text) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(hclString(text))));
});

const placeholder = { path: "config.x", variable: "V", is: "the whole value", required: true, map: false };

// The parser prints this like a literal, so it is compared as text. Terraform reads a$VAL.
test("a dollar sign before a placeholder stays a dollar sign", () => {
  expect(hclValue(new Pieces(["a$", placeholder]), () => "var.v")).toBe('"a\\u0024\u0024{var.v}"');
  expect(hclValue(new Pieces(["a%", placeholder]), () => "var.v")).toBe('"a\\u0025\u0024{var.v}"');
});

test("text around a placeholder never joins it", async () => {
  await fc.assert(
    fc.asyncProperty(
      nastyText.filter((text) => !/[$%]$/.test(text)),
      nastyText,
      nastyText,
      async (before, secret, after) => {
        const code = hclValue(new Pieces([before, placeholder, after].filter((piece) => piece !== "")), () => "var.v");
        expect(await hclExpression(code, { v: secret })).toBe(`${before.normalize("NFC")}${secret}${after.normalize("NFC")}`);
      },
    ),
    { numRuns: 100 },
  );
});

test("keys that are HCL keywords, or not identifiers, are quoted", () => {
  expect(hclValue({ for: 1, "a.b": 2, ok_1: 3, "X-Key": 4, "1a": 5, null: 6 }, none)).toBe(
    ["{", '  "for"  = 1', '  "a.b"  = 2', "  ok_1   = 3", "  X-Key  = 4", '  "1a"   = 5', '  "null" = 6', "}"].join("\n"),
  );
});
