import fc from "fast-check";

/** Texts that have broken programs before: paths, prototypes, marks, markup, encodings, sizes. */
const awkwardTexts = [
  "",
  " ",
  ".",
  "..",
  "../../api/status",
  "%2e%2e%2f",
  "a/b",
  "a?b=c#d",
  "__proto__",
  "constructor",
  "toString",
  "[redacted]",
  "{{rule.name}}",
  "{{#context}}",
  "<script>alert(1)</script>",
  '"; DROP TABLE',
  "\u0000",
  "\u202eexe.txt",
  "\ud800",
  "\r\nx-injected: 1",
  "null",
  "9".repeat(400),
  "x".repeat(30_000),
  "https://user:word-1234@example.com/?token=abcdefgh",
  "http://[::1]:0/",
  "2026-13-45T99:99:99Z",
];

export const awkwardText = fc.oneof(fc.constantFrom(...awkwardTexts), fc.string({ maxLength: 40, unit: "binary" }), fc.string());

const awkwardNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324, Number.MAX_SAFE_INTEGER),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function nested(depth: number, kind: "list" | "object"): unknown {
  let value: unknown = "deep";
  for (let level = 0; level < depth; level++) value = kind === "list" ? [value] : { a: value };
  return value;
}

/** Any JSON, awkward kinds more often than by chance. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: awkwardText },
  { weight: 2, arbitrary: awkwardNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(awkwardText, awkwardText, { maxKeys: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      JSON.parse('{"__proto__":{"polluted":true}}'),
      JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(20, 300), fc.constantFrom("list", "object")).map(([depth, kind]) => nested(depth, kind)),
  },
);

/** One change to a piece of JSON; `at` picks the place, counted through the whole. */
interface Mutation {
  at: number;
  kind: "remove" | "replace" | "wrap" | "twice" | "rename" | "add";
  with: unknown;
  key: string;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 100_000 }),
  kind: fc.constantFrom("remove", "replace", "wrap", "twice", "rename", "add"),
  with: junk,
  key: awkwardText,
});

/** The JSON with the changes made one after the other; what was given stays as it is. */
export function mutate(value: unknown, mutations: readonly Mutation[]): unknown {
  return mutations.reduce((result, one) => changed(result, one.at % Math.max(1, size(result)), one), value);
}

function size(value: unknown): number {
  if (value === null || typeof value !== "object") return 1;
  return 1 + Object.values(value).reduce((sum: number, item) => sum + size(item), 0);
}

/** `at` counts down through the tree; 0 is the node itself. */
function changed(value: unknown, at: number, one: Mutation): unknown {
  if (at === 0) return one.kind === "wrap" ? [value] : one.with;
  if (value === null || typeof value !== "object") return value;
  let left = at - 1;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const own = size(item);
    if (left === 0) entries.push(...here(key, item, one));
    else entries.push([key, left > 0 && left < own ? changed(item, left, one) : item]);
    left -= own;
  }
  return Array.isArray(value) ? entries.map(([, item]) => item) : withKeys(entries);
}

function here(key: string, item: unknown, one: Mutation): [string, unknown][] {
  if (one.kind === "remove") return [];
  if (one.kind === "wrap") return [[key, [item]]];
  if (one.kind === "rename") return [[one.key, item]];
  if (one.kind === "twice" || one.kind === "add") {
    return [
      [key, item],
      [one.key, one.kind === "add" ? one.with : item],
    ];
  }
  return [[key, one.with]];
}

/** With own keys whatever their names, as JSON.parse makes them. */
function withKeys(entries: [string, unknown][]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
  return result;
}
