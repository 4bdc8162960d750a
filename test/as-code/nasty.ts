import fc from "fast-check";

/** Names that try to be more than data. */
export const nastyNames = [
  '"; rm -rf /',
  "'; rm -rf / #",
  "\u0024{jndi}",
  "\u0024{jndi:ldap://x}",
  "\u0024{a:b}",
  "$\u0024{x}",
  "$$\u0024{x}",
  "%{ if true }",
  "%%{x}",
  "a$",
  "$(touch pwned)",
  "`touch pwned`",
  "first\nsecond",
  "first\r\nsecond",
  "JSON\nJSON\n",
  "EOF",
  "\u202egnp.exe\u202c",
  "\u200b\u2028\u2029\ufeff\u00a0",
  "\u{e0041}tag",
  "\u0001\u001b[31m\u007f\u0085",
  "\\n \\u202e \\",
  "{{mustache}} {{{raw}}}",
  "!!history !x",
  "# comment",
  "*/ // --",
  "- item",
  "key: value",
  "yes",
  "null",
  "0x1F",
  "1e3",
  "~",
  "@file",
  " lead and trail ",
  "emoji 👩‍👩‍👧‍👦 é ß 漢",
  "[brackets]",
  "%s %d \\0",
] as const;

/** Text made of what breaks quoting, and any other text. Without lone surrogates, which no JSON from Kibana contains. */
export const nastyText = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(..."$%{}\"'\\\n\r\t`!#:@~*&|<>()[];,= \u202e\u200b\u0000\u0001\u2028\u{e0041}é漢😀ax1_".split(/(?:)/u)),
      },
      { weight: 1, arbitrary: fc.constantFrom("\u0024{", "$\u0024{", "%{", "\u0024{x}", "\u0024{a:b}", "$(", "\\u", "\\", ...nastyNames) },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** A config with such keys, three levels deep. */
export function nastyJson(keys: fc.Arbitrary<string>): fc.Arbitrary<Record<string, unknown>> {
  const leaf = fc.oneof(
    nastyText,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.integer(),
  );
  const object = (value: fc.Arbitrary<unknown>) => fc.array(fc.tuple(keys, value), { maxLength: 3 }).map(Object.fromEntries);
  const inner = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), object(leaf));
  return object(fc.oneof(inner, fc.array(inner, { maxLength: 3 }), object(inner)));
}
