import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import { mergeConfig } from "../../src/tools/plans/merge-config.ts";

type Config = Record<string, unknown>;

describe("a merge patch on a config", () => {
  test.each<[string, string | undefined, Config, Config, Config]>([
    ["changes what is named, and nothing else", ".index", { index: "a", refresh: true }, { index: "b" }, { index: "b", refresh: true }],
    ["adds a key", ".index", { index: "a" }, { refresh: true }, { index: "a", refresh: true }],
    ["removes a key by null", ".index", { index: "a", refresh: true }, { refresh: null }, { index: "a" }],
    [
      "sets null if the type has null as a value",
      ".index",
      { index: "a", executionTimeField: "at" },
      { executionTimeField: null },
      { index: "a", executionTimeField: null },
    ],
    ["removes by null in a type without an entry", undefined, { a: 1, b: 2 }, { b: null }, { a: 1 }],
    ["removes with null a key that does not exist", undefined, { a: 1 }, { b: null }, { a: 1 }],
    ["merges objects in each other", undefined, { a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 3 } } }, { a: { b: { c: 3, d: 2 } } }],
    ["removes a nested key by null", undefined, { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    ["makes an object of what was none, without its nulls", undefined, { a: null }, { a: { b: 1, c: null } }, { a: { b: 1 } }],
    ["replaces a list as a whole", undefined, { a: [1, 2], b: [{ c: 1, d: 2 }] }, { a: [3], b: [{ c: 2 }] }, { a: [3], b: [{ c: 2 }] }],
    ["replaces an object by a text", undefined, { a: { b: 1 } }, { a: "x" }, { a: "x" }],
    [
      "takes header names without regard to case",
      ".webhook",
      { headers: { Authorization: "a", "X-Team": "ops" } },
      { headers: { authorization: "b" } },
      { headers: { authorization: "b", "X-Team": "ops" } },
    ],
    [
      "removes a header by null in any case",
      ".webhook",
      { headers: { Authorization: "a", "X-Team": "ops" } },
      { headers: { AUTHORIZATION: null } },
      { headers: { "X-Team": "ops" } },
    ],
    [
      "leaves one header of a name that was there in two cases",
      ".webhook",
      { headers: { "X-Team": "ops", "x-team": "dev" } },
      { headers: { "X-Team": "new" } },
      { headers: { "X-Team": "new" } },
    ],
    [
      "removes all headers with null, if null means none for the type",
      ".webhook",
      { headers: { "X-Team": "ops" } },
      { headers: null },
      { headers: null },
    ],
    ["sets headers if there were none", ".webhook", { headers: null }, { headers: { "X-Team": "ops" } }, { headers: { "X-Team": "ops" } }],
    ["tells keys by case that are no headers", undefined, { params: { a: 1 } }, { params: { A: 2 } }, { params: { a: 1, A: 2 } }],
  ])("%s", async (_what, type, current, patch, expected) => {
    const before = structuredClone(current);
    expect(mergeConfig(type === undefined ? undefined : await connectorType(type), current, patch)).toEqual(expected);
    expect(current).toEqual(before);
  });

  const json = fc.dictionary(
    fc.constantFrom("a", "b", "c", "url"),
    fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer()), fc.dictionary(fc.constantFrom("x", "y"), fc.string())),
  );

  test("with the present values changes nothing, and applied twice changes nothing more", () => {
    fc.assert(
      fc.property(json, json, (current, patch) => {
        expect(mergeConfig(undefined, current, current)).toEqual(current);
        const once = mergeConfig(undefined, current, patch);
        expect(mergeConfig(undefined, once, patch)).toEqual(once);
        for (const key of Object.keys(current)) if (!Object.hasOwn(patch, key)) expect(once[key]).toEqual(current[key]);
      }),
    );
  });
});
