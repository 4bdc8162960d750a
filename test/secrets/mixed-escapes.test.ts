import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { createRedactor } from "../../src/secrets/redact.ts";

/** How one character may be written. */
const escapes: ((character: string) => string)[] = [
  (c) => c,
  (c) => units(c, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  (c) => units(c, (code) => `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`),
  (c) => JSON.stringify(c).slice(1, -1),
  (c) => (c === "/" ? "\\/" : c),
  (c) => percent(c),
  (c) => percent(c).toLowerCase(),
  (c) => percent(c).replaceAll("%", "%25"),
  (c) => percent(c).replaceAll("%", "%2525").toLowerCase(),
  (c) => (c === " " ? "+" : percent(c)),
  (c) => [...Buffer.from(c)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  (c) => fullWidth(c),
  (c) => `&#${c.codePointAt(0)};`,
  (c) => `&#000${c.codePointAt(0)};`,
  (c) => `&#x${c.codePointAt(0)?.toString(16)};`,
  (c) => `&#X00${c.codePointAt(0)?.toString(16).toUpperCase()};`,
  (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "/": "&sol;", "%": "&percnt;", é: "&eacute;" })[c] ?? c,
  (c) => ({ "&": "&amp;amp;", "<": "&amp;lt;", '"': "&#38;quot;" })[c] ?? c,
  (c) => percent(`&#${c.codePointAt(0)};`),
  (c) => `\\u0026#${c.codePointAt(0)};`,
  (c) => bytes(c, (byte) => `\\x${byte}`),
  (c) => bytes(c, (byte) => `\\x${byte.toUpperCase()}`),
  (c) => (c.charCodeAt(0) <= 0xff ? `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}` : c),
  (c) => bytes(c, (byte) => `\\u00${byte}`),
  (c) => bytes(c, (byte) => `%u00${byte}`),
  (c) => bytes(c, (byte) => `&#x${byte};`),
  (c) => percent(Buffer.from(c).toString("latin1")),
  (c) => units(c, (code) => `%u${code.toString(16).padStart(4, "0")}`),
  (c) => `\\x{${c.codePointAt(0)?.toString(16)}}`,
  (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`,
  (c) => `\\U${c.codePointAt(0)?.toString(16).padStart(8, "0")}`,
  (c) => percent(fullWidth(c)),
];

const units = (text: string, write: (code: number) => string) =>
  Array.from({ length: text.length }, (_none, at) => write(text.charCodeAt(at))).join("");
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

const bytes = (text: string, write: (byte: string) => string) =>
  [...Buffer.from(text)].map((byte) => write(byte.toString(16).padStart(2, "0"))).join("");
const fullWidth = (c: string) => (/^[!-~]$/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c);

/** Without a backslash: a raw one would escape what follows. */
const character = fc.oneof(
  fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
  fc.constantFrom(..."-_+/=.:;?#@!'()*~ \"<>,$^|{}[]`"),
  fc.constantFrom(..."&%"),
  fc.constantFrom(..."äßé漢🎉"),
);
const secret = fc
  .array(character, { minLength: 10, maxLength: 40 })
  .filter((all) => !all.join("").includes("&#") && /^[^ +](?=.*\w{4}).*[^ +]$/u.test(all.join("")));
const around = fc.oneof(
  fc.constantFrom("", " ", '"', "=", "?key=", '{"a":"', "line\\n", "&x=", "%20", "\\\\"),
  fc.string({ maxLength: 12 }),
);

function knowing(value: string) {
  const redactor = createRedactor();
  redactor.learn(seal(value, "CONNECTOR_SECRET_X"));
  return redactor;
}

describe("a secret whose characters are each escaped in a different way", () => {
  test("is hidden, wherever it is", () => {
    fc.assert(
      fc.property(
        secret.chain((all) =>
          fc.tuple(fc.constant(all), fc.array(fc.nat(escapes.length - 1), { minLength: all.length, maxLength: all.length })),
        ),
        around,
        around,
        ([all, how], before, after) => {
          const pieces = all.map((one, at) => escapes[how[at] ?? 0]?.(one) ?? one);
          const written = pieces.join("");
          const text = knowing(all.join("")).text(before + written + after);
          expect(text).toContain("[redacted]");
          // Where the surroundings read as an escape together with its first or last characters, up to three of those may be left.
          const three = Math.max(...pieces.map((one) => one.length)) * 3;
          expect(text.length).toBeLessThanOrEqual(before.length + after.length + "[redacted]".length + three);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 1200) },
    );
  });
});

test("a secret of which the surroundings swallow both ends is hidden", () => {
  const value = "nest-of-hunter2&90%";
  const shown = knowing(value).text("see \\\\nest-of-hunter2%2690%00 there");
  expect(shown).toMatch(/^see? ?\[redacted\] ?t?here$/);
});

describe("a secret under two layers of encoding, each at any offset", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const layers: Record<string, (text: string) => string> = {
    base64,
    base64url: (text) => Buffer.from(text).toString("base64url"),
    "base64 after one byte": (text) => base64(`:${text}`),
    "base64 after two bytes": (text) => base64(`a:${text};`),
    "base64 in lines": (text) => base64(text).replace(/.{20}/g, "$&\r\n"),
    "a URL": encodeURIComponent,
    "a URL in small letters": (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
    "a URL, each byte": (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    JSON: (text) => JSON.stringify({ a: text }),
    "JSON with escaped slashes": (text) => JSON.stringify(text).replaceAll("/", "\\/"),
    "JSON, all escaped": (text) => units(text, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
    "HTML by names": (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
    "HTML by numbers": (text) => [...text].map((one) => `&#${one.codePointAt(0)};`).join(""),
  };
  const pairs = Object.keys(layers).flatMap((inner) => Object.keys(layers).map((outer) => [inner, outer] as const));

  const values = ["canary01", "canary-0123456789-zq9x7c5v", `pa55/w&rd<"it's">%41=ä🎉 ~zq9x7c5v3b1n`];
  const knowers = values.map((value) => [value, knowing(value)] as const);

  test.each(pairs)("%s in %s", (inner, outer) => {
    for (const [value, redactor] of knowers) {
      const written = layers[outer]?.(layers[inner]?.(value) ?? "") ?? "";
      for (const around of [
        ["", ""],
        ["said ", " there"],
        ["x", ""],
        ['{"a":"', '"}'],
      ] as const) {
        const shown = redactor.text(around.join(written));
        expect(shown, `${value} as ${written}`).toContain("[redacted]");
        // Beside the mark only the ends of the surrounding layers are left.
        expect(shown.length - around.join("").length).toBeLessThan("[redacted]".length + 60);
        expect(JSON.stringify(redactor.json({ text: around.join(written) }))).toContain("[redacted]");
      }
    }
  });

  test("what only looks like base64 stays", () => {
    const text = "/api/actions/connector/ops-slack-2 550e8400-e29b-41d4-a716-446655440000 QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=";
    expect(knowing("canary-0123456789").text(text)).toBe(text);
  });
});

describe("in a mail or a dump of bytes", () => {
  const value = 'Zebra/Quilt&9"Mango=3DFig+Kiwi';
  const hex = [...Buffer.from(value)].map((byte) => byte.toString(16).padStart(2, "0"));
  const printable = hex.map((byte) => `=${byte.toUpperCase()}`).join("");
  test.each<[string, string]>([
    ["quoted-printable", printable],
    ["quoted-printable in small letters", printable.toLowerCase()],
    ["quoted-printable of what needs it", value.replace(/=/g, "=3D")],
    ["quoted-printable in short lines", printable.replace(/.{30}/g, "$&=\r\n")],
    ["the same, as JSON", JSON.stringify(printable.replace(/.{30}/g, "$&=\r\n"))],
    ["quoted-printable, URL-encoded", encodeURIComponent(printable)],
    ["bytes in hexadecimal with colons", hex.join(":")],
    ["the same in capitals", hex.join(":").toUpperCase()],
    ["octal", [...Buffer.from(value)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")],
    ["\\x", hex.map((byte) => `\\x${byte}`).join("")],
  ])("%s", (_what, text) => {
    const redactor = knowing(value);
    expect(redactor.text(`before ${text} after`)).toMatch(/^before "?\[redacted\](=\\r\\n|=\r\n)?"? after$/);
    expect(JSON.stringify(redactor.json({ a: text }))).toContain("[redacted]");
  });

  test("base64 behind a sign of equality is still found, whatever it begins with", () => {
    for (const start of ["i", "m", "r", "v", "\u00e9", "}"]) {
      const secret = `${start}hunter2-hunter2`;
      expect(knowing(secret).text(`key=${Buffer.from(secret).toString("base64")}`)).toMatch(/^key=\[redacted\]=*$/);
    }
  });
});
