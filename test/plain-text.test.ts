import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginning, plainJson, plainText, quoted } from "../src/plain-text.ts";

describe("text of others, made plain", () => {
  test.each([
    ["two\nlines\tand\u0000a bell\u0007", "two lines and a bell"],
    ["  around  ", "around"],
    ["right\u202eto\u2066left\u2069", "righttoleft"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["tag\u{e0041}s", "tags"],
    ["line\u2028separator", "line separator"],
    ["lone \ud800 surrogate", "lone surrogate"],
    ["Größe 漢字 🎉", "Größe 漢字 🎉"],
    ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ])("%j → %j", (given, plain) => {
    expect(plainText(given)).toBe(plain);
  });

  test("is at most so long, counted in characters and not in halves of them", () => {
    expect(plainText("abcdef", 4)).toBe("abc…");
    expect(plainText("🎉🎉🎉🎉🎉", 4)).toBe("🎉🎉🎉…");
    expect(plainText("abcd", 4)).toBe("abcd");
  });

  test("whatever is given, one line without control or direction characters comes out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.integer({ min: 1, max: 100 }), (given, max) => {
        const plain = plainText(given, max);
        expect([...plain].length).toBeLessThanOrEqual(max);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("JSON of others, made plain", () => {
  test("keeps line breaks in values, since a config may need them, and cleans keys", () => {
    expect(plainJson({ "ke\u202ey": ["a\n\tb\u0000\u200b", 1, true, null, { deep: "\u2066x" }] })).toEqual({
      key: ["a\n\tb", 1, true, null, { deep: "x" }],
    });
  });

  test("says how much of a long text is left out", () => {
    expect(plainJson({ text: `abcd${"e".repeat(30)}` }, 4)).toEqual({ text: "abcd… (30 more characters)" });
    // The mark would take more room than what it stands for.
    expect(plainJson({ text: "abcdef" }, 4)).toEqual({ text: "abcdef" });
    expect([beginning("x".repeat(407), 400), quoted("x".repeat(90), 80)]).toEqual(["x".repeat(407), `"${"x".repeat(90)}"`]);
    expect(beginning("x".repeat(500), 400)).toBe(`${"x".repeat(400)}… (400 of 500 characters)`);
    expect(quoted("x".repeat(100), 80)).toBe(`"${"x".repeat(79)}…" (100 characters)`);
    expect(plainJson("x".repeat(3000))).toBe(`${"x".repeat(2000)}… (1000 more characters)`);
  });
});
