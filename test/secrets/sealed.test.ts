import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { examine, mapSealed, seal, unseal } from "../../src/sealed.ts";

const canary = "canary-0123456789";
const key = Buffer.from("a key");
const sealed = seal(canary, "CONNECTOR_SECRET_PD");

describe("a sealed value", () => {
  test.each<[string, () => unknown]>([
    ["String", () => String(sealed)],
    ["a template", () => `${sealed}`],
    ["concatenation", () => `${sealed}${sealed}`],
    ["JSON", () => JSON.stringify({ sealed, list: [sealed] })],
    ["util.inspect", () => inspect(sealed, { showHidden: true, depth: 9, getters: true })],
    ["util.inspect without the custom way", () => inspect(sealed, { showHidden: true, depth: 9, getters: true, customInspect: false })],
    ["util.format", () => format("%s %o %O %j", sealed, sealed, sealed, sealed)],
    ["spread", () => JSON.stringify({ ...sealed })],
    ["keys and values", () => JSON.stringify([Object.keys(sealed), Object.values(sealed), Object.entries(sealed)])],
    ["all own properties", () => JSON.stringify(Reflect.ownKeys(sealed).map((key) => String(Reflect.get(sealed, key))))],
    ["a structured clone", () => JSON.stringify(structuredClone(sealed))],
    ["an error's message", () => new Error(`bad value ${sealed}`).message],
    ["its fingerprint", () => sealed.fingerprint(key)],
  ])("%s does not show it", (_way, print) => {
    expect(String(print())).not.toContain("canary");
  });

  test("prints as its source", () => {
    expect([`${sealed}`, JSON.stringify(sealed), inspect({ sealed })]).toEqual([
      "<CONNECTOR_SECRET_PD>",
      '"<CONNECTOR_SECRET_PD>"',
      "{ sealed: <CONNECTOR_SECRET_PD> }",
    ]);
  });

  test("has the same fingerprint for the same value, and another for another", () => {
    expect(seal(canary, "elsewhere").fingerprint(key)).toBe(sealed.fingerprint(key));
    expect(sealed.fingerprint(Buffer.from("another"))).not.toBe(sealed.fingerprint(key));
    expect(seal(`${canary}x`, "CONNECTOR_SECRET_PD").fingerprint(key)).not.toBe(sealed.fingerprint(key));
  });

  test.each([
    ["https://hooks.slack.com/services/x", "hooks.slack.com"],
    ["https://user:word@Example.com:8443/x", "example.com:8443"],
    ["just-a-key", undefined],
    ["mailto:a@example.com", undefined],
  ])("%s goes to %s", (value, host) => {
    expect(seal(value, "X").host).toBe(host);
  });
});

test("a tree is opened leaf by leaf, and keeps its shape", () => {
  const tree = { a: sealed, b: [sealed, 1, null], c: { d: sealed, e: "text" } };
  expect(unseal(tree)).toEqual({ a: canary, b: [canary, 1, null], c: { d: canary, e: "text" } });
  const paths: string[] = [];
  mapSealed(tree, (_leaf, path) => paths.push(path.join(".")));
  expect(paths).toEqual(["a", "b.0", "c.d"]);
});

test("a check sees plain values, and only its findings get out", () => {
  const problems = examine({ key: sealed }, (plain) => [
    { path: "key", problem: plain !== null && typeof plain === "object" ? "seen" : "not seen" },
  ]);
  expect(problems).toEqual([{ path: "key", problem: "seen" }]);
});
