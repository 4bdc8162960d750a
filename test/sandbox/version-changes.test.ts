import { expect, test } from "vitest";
import { has } from "../../src/sandbox/version-changes.ts";

test.each([
  ["8.18.0", false],
  ["8.19.0", true],
  ["9.0.3", false],
  ["9.1.0", true],
  ["9.10.0", true],
])("a backport holds for its own major: artifacts of rules in %s: %s", (version, known) => {
  expect(has(version, "artifacts of rules")).toBe(known);
});

test.each([
  ["8.13.4", false],
  ["8.14.0", true],
  ["9.0.0", true],
])("a change of 8.14 is in %s: %s", (version, known) => {
  expect(has(version, "keys in brackets in kibana.yml")).toBe(known);
});
