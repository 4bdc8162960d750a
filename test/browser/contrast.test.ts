import { describe, expect, test } from "vitest";
import { style } from "../../src/web/style.ts";

const [light = "", dark = ""] = [...style.matchAll(/:root\{([^}]*)\}/g)].map(([, body]) => body);

function variables(body: string): Record<string, string> {
  return Object.fromEntries([...body.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map(([, name, value]) => [name, value]));
}

function luminance(hex: string): number {
  const full = hex.length === 4 ? [...hex.slice(1)].map((one) => one + one).join("") : hex.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Texts on what they stand on, with the ratio they need; borders of fields need 3. */
const pairs: [string, string, number][] = [
  ["ink", "bg", 4.5],
  ["ink", "card", 4.5],
  ["ink", "code", 4.5],
  ["soft", "bg", 4.5],
  ["soft", "card", 4.5],
  ["bad", "bad-bg", 4.5],
  ["bad", "bg", 4.5],
  ["warn", "warn-bg", 4.5],
  ["accent-ink", "accent", 4.5],
  ["accent", "bg", 4.5],
  ["soft", "bg", 3],
];

describe.each([
  ["light", light],
  ["dark", dark],
])("the colours of the %s scheme", (_name, body) => {
  test.each(pairs)("%s on %s has a contrast of at least %d", (text, behind, least) => {
    const colours = variables(body);
    const [one, other] = [luminance(colours[text] ?? ""), luminance(colours[behind] ?? "")];
    expect((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)).toBeGreaterThanOrEqual(least);
  });
});
