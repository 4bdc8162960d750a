import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digest, planDigest } from "../../src/change/digest.ts";
import { seal } from "../../src/sealed.ts";
import { connector, createOp, deleteOp, executeOp, plan } from "../support/plan.ts";

/** The same JSON with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe("a digest", () => {
  test("does not depend on the order of keys", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => digest(reversed(value)) === digest(value)));
  });

  test("differs where the JSON differs", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other)));
        return digest(one) !== digest(other);
      }),
    );
  });

  test("an undefined key counts as absent", () => {
    expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }));
    expect(digest({ a: 1, b: null })).not.toBe(digest({ a: 1 }));
  });

  test.each([
    [
      ["a", "b"],
      ["b", "a"],
    ],
    [["ab"], ["a", "b"]],
    [{ a: "1" }, { a: 1 }],
    [{ a: { b: 1 } }, { a: '{"b":1}' }],
  ])("%j is not %j", (one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  test("a secret counts by value and name, and is not in it", () => {
    const of = (value: string, source: string) => digest({ secret: seal(value, source) });
    expect(of("one-value-12345", "A")).toBe(of("one-value-12345", "A"));
    expect(of("one-value-12345", "A")).not.toBe(of("other-value-12345", "A"));
    expect(of("one-value-12345", "A")).not.toBe(of("one-value-12345", "B"));
  });
});

/** JSON numbers: -0 is 0. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

describe("the digest of a plan", () => {
  const base = plan({ ops: [deleteOp()] });

  test.each<[string, Partial<typeof base>]>([
    ["another target", { ops: [deleteOp({ id: "other" })] }],
    ["another config of the target", { ops: [deleteOp({ before: connector({ config: { a: 1 } }) })] }],
    ["one op more", { ops: [deleteOp(), deleteOp({ id: "other" })] }],
    ["other facts", { facts: { version: "9.5.0" } }],
    ["another consequence", { consequence: "person" }],
    ["another way of a secret", { flows: [{ field: "secrets.a", source: "A", hosts: ["x.example"] }] }],
    ["another effect outside", { outsideWorld: "sends" }],
  ])("changes with %s", (_what, change) => {
    expect(planDigest(plan({ ...base, ...change }))).not.toBe(planDigest(base));
  });

  test.each<[string, Partial<typeof base>]>([
    ["the wording", { summary: "Said otherwise." }],
    ["warnings", { warnings: ["Mind the gap."] }],
    ["hosts that others agreed to", { knownHosts: ["x.example"] }],
  ])("does not change with %s", (_what, change) => {
    expect(planDigest(plan({ ...base, ...change }))).toBe(planDigest(base));
  });

  test("of a test changes with the unique words in its params: what is sent is what was shown", () => {
    const of = (unique: string, to: string) =>
      planDigest(plan({ ops: [executeOp({ params: { message: `probe ${unique}`, to }, template: { message: "probe {unique}", to } })] }));
    expect(of("one", "me@example.com")).toBe(of("one", "me@example.com"));
    expect(of("one", "me@example.com")).not.toBe(of("two", "me@example.com"));
    expect(of("one", "me@example.com")).not.toBe(of("one", "you@example.com"));
  });

  test("changes with the value of a secret", () => {
    const of = (value: string) => planDigest(plan({ ops: [createOp({ secrets: { key: seal(value, "A") } })] }));
    expect(of("one-value-12345")).not.toBe(of("other-value-12345"));
  });
});
