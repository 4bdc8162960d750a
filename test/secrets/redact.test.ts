import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hidingKnown, plainJson, plainText } from "../../src/plain-text.ts";
import { seal } from "../../src/sealed.ts";
import { createRedactor } from "../../src/secrets/redact.ts";

function knowing(...values: string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.learn({ field: seal(value, "CONNECTOR_SECRET_X") });
  return redactor;
}

/** Values as people have them: printable, eight and more, and not a part of the mark itself. */
const secret = fc
  .string({
    minLength: 8,
    maxLength: 40,
    unit: fc.oneof(fc.constantFrom(..."abcXYZ019-_+/=.:;&?%#@!'()*~ \"\\"), fc.constantFrom(..."äßé漢🎉")),
  })
  .filter((value) => !"[redacted]".includes(value) && value.trim().length >= 8);
const around = fc.string({ maxLength: 30 });

/** The forms of a value in a text, each with a way to check whether it is still there. */
const forms: Record<string, (value: string) => string> = {
  raw: (value) => value,
  "URL-encoded": encodeURIComponent,
  "URL-encoded in small letters": (value) => encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  "form-encoded": (value) => new URLSearchParams({ v: value }).toString().slice(2),
  "in a URL's query": (value) => new URL(`https://example.com/?v=${encodeURIComponent(value)}`).href,
  "JSON-escaped": (value) => JSON.stringify(value).slice(1, -1),
  "JSON in JSON": (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3),
  base64: (value) => Buffer.from(value).toString("base64"),
  "a list of bytes": (value) => `[${[...Buffer.from(value)]}]`,
  base64url: (value) => Buffer.from(value).toString("base64url"),
};

describe("a known secret is never left", () => {
  test.each(Object.entries(forms))("%s, wherever it is", (_name, form) => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const text = knowing(value).text(before + form(value) + after);
        expect(text).not.toContain(form(value));
        expect(text).toContain("[redacted]");
      }),
    );
  });

  test.each(["base64", "base64url"] as const)("within %s of a longer text, at any offset", (encoding) => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (value, before, after) => {
        const text = knowing(value).text(Buffer.from(before + value + after).toString(encoding));
        const left = text.split("[redacted]").map((part) => part.replaceAll("-", "+").replaceAll("_", "/"));
        const whole = Buffer.from(value).toString("base64").replace(/=+$/, "");
        expect(text).toContain("[redacted]");
        for (const part of left)
          expect(Buffer.from(part, "base64").toString("latin1")).not.toContain(Buffer.from(value).toString("latin1"));
        expect(text.length).toBeLessThan(
          Buffer.from(before + value + after).toString(encoding).length - whole.length + "[redacted]".length + 6,
        );
      }),
    );
  });

  test("in every string and key of JSON, several secrets at once", () => {
    fc.assert(
      fc.property(secret, secret, (one, other) => {
        const printed = JSON.stringify(
          knowing(one, other).json({ [`a ${one}`]: [other, { deep: `${other} ${one}` }], number: 5, none: null }),
        );
        for (const value of [one, other]) expect(printed).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
    );
  });

  test("as the password in a basic header", () => {
    expect(knowing("hunter2-hunter2").text(`Basic ${Buffer.from("elastic:hunter2-hunter2").toString("base64")}`)).toBe(
      "Basic ZWxhc3RpYz[redacted]=",
    );
  });

  test("line by line, where it is a PEM file", () => {
    const lines = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"];
    const redactor = knowing(["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----"].join("\n"));
    expect(redactor.text(`at ${lines[1]}: bad`)).toBe("at [redacted]: bad");
    expect(redactor.text("-----BEGIN PRIVATE KEY-----")).toBe("-----BEGIN PRIVATE KEY-----");
  });

  test("where our own clean-up cuts a text in the middle of it", () => {
    const { text } = knowing("canary-0123456789-0123456789");
    const cut = (given: string, max: number) => hidingKnown({ text, said: text }, () => plainText(given, max));
    expect(cut("the service said canary-0123456789-0123456789 and more of it", 34)).toBe("the service said [redacted] and m…");
    expect(hidingKnown({ text, said: text }, () => plainJson({ said: `said canary-0123456789-0123456789 ${"x".repeat(30)}` }, 20))).toEqual(
      {
        said: "said [redacted] xxxx… (26 more characters)",
      },
    );
  });

  test("but its beginning is no hint: guessing letters reveals nothing through a cut", () => {
    const { text } = knowing("canary-0123456789-0123456789");
    expect(text("the service said canary-0123456…")).toBe("the service said canary-0123456…");
  });

  test("where a text was cut in the middle of what the call itself was given", () => {
    const call = createRedactor().principal("ann").call();
    call.learn(seal("canary-0123456789-%%-0123456789", "secrets.x (plain text)"));
    expect(call.text("the service said canary-0123456…")).toBe("the service said [redacted]…");
    expect(call.text("said canary-0123456… (12 more characters)")).toBe("said [redacted]… (12 more characters)");
    expect(call.text("said canary-0123456789-%25%2…")).toBe("said [redacted]%2…");
  });

  test("a sealed value prints as its source", () => {
    expect(knowing().json({ field: seal("canary-0123456789", "CONNECTOR_SECRET_X") })).toEqual({ field: "<CONNECTOR_SECRET_X>" });
  });
});

describe("what is innocent stays", () => {
  test("short values do not eat words", () => {
    const redactor = knowing("info", "default", "1234567");
    expect(redactor.text("info from the default space: 1234567")).toBe("info from the default space: 1234567");
  });

  test("texts without the value are untouched", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: fc.constantFrom(..."abcdefgh .:/") }), (text) => {
        expect(knowing("KEY-0123456789").text(text)).toBe(text);
      }),
    );
  });

  test("a cut text that does not end in the value is untouched", () => {
    expect(knowing("canary-0123456789").text("a list of things, and can…")).toBe("a list of things, and can…");
  });

  test.each(["aaaaa\\ä+", "+ä\\aaaaa", "++abcd++", "\\abcdef\\", "ää\\ää+++"])("eight characters with signs at the ends: %s", (value) => {
    for (const around of [`${value}`, `is ${value}, or`, JSON.stringify({ a: value }), `${value}${value}`])
      expect(knowing(value).text(around)).not.toContain(value);
  });

  test("lists of characters are kept, unless they are its own", () => {
    const own = [..."KEY-0123456789"];
    const other = { letters: [..."abcdefghijkl"], few: own.slice(0, 7), words: ["a", "KEY-", "b", "c", "d", "e", "f", "g", "h"] };
    const redactor = knowing("KEY-0123456789");
    expect(redactor.json({ ...other, own, spread: { ...own } })).toEqual({ ...other, own: "[redacted]", spread: "[redacted]" });
    expect(redactor.text(JSON.stringify(other))).toBe(JSON.stringify(other));
    expect(redactor.text(`a, b or ${own}, and c`)).toBe("a, b or [redacted], and c");
  });

  test("lists of numbers are kept, unless they are its bytes", () => {
    const bytes = [...Buffer.from("KEY-0123456789")];
    const other = { counts: bytes.map((one) => one + 1), times: [1, 22, 333, 4444, 55, 66, 77, 88, 99], few: bytes.slice(0, 7) };
    const redactor = knowing("KEY-0123456789");
    expect(redactor.json({ ...other, bytes, buffer: Buffer.from("KEY-0123456789").toJSON(), view: { ...bytes } })).toEqual({
      ...other,
      ...{ bytes: "[redacted]", buffer: { type: "Buffer", data: "[redacted]" }, view: "[redacted]" },
    });
    expect(redactor.text(JSON.stringify(other))).toBe(JSON.stringify(other));
    expect(redactor.text(`at 10:20:30, 7, ${bytes}, 8`)).toBe("at 10:20:30, 7, [redacted], 8");
  });

  test("numbers that are not the value, booleans and null keep their type", () => {
    expect(knowing("12345678").json({ count: 1234567, yes: true, none: null, text: "12345678" })).toEqual({
      count: 1234567,
      yes: true,
      none: null,
      text: "[redacted]",
    });
  });
});

describe("a value with letters of Latin-1", () => {
  const value = "Winter-Grüße7-Zk4pQ9x";
  const bytes = (text: string) => Buffer.from(text, "latin1");
  const each = (text: string, sign: string) =>
    [...bytes(text)].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `${sign}${byte.toString(16).toUpperCase()}`)).join("");
  const forms: [what: string, write: (text: string) => string][] = [
    ["escaped for a URL", (text) => each(text, "%")],
    ["quoted-printable", (text) => each(text, "=")],
    ["in base64", (text) => bytes(text).toString("base64")],
    ["in base64 behind a user", (text) => bytes(`ann:${text}`).toString("base64")],
    ["in hexadecimal", (text) => bytes(text).toString("hex")],
    ["as a list of bytes", (text) => JSON.stringify([...bytes(text)])],
  ];
  test.each(forms)("is hidden as a program writes it that knows no other: %s; one with another letter is not", (_what, write) => {
    const redactor = createRedactor();
    redactor.learn(seal(value, "CONNECTOR_SECRET_U"));
    expect(redactor.text(`bad password <${write(value)}> end`)).toContain("[redacted]");
    expect(redactor.text(`bad password <${write(value)}> end`)).not.toContain(write(value));
    const other = `bad password <${write(value.replace("ü", "ö"))}> end`;
    expect(redactor.text(other)).toBe(other);
  });
});
