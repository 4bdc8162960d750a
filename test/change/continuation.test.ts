import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createContinuations } from "../../src/change/consent/continuation.ts";
import { digest } from "../../src/change/digest.ts";
import { ToolError } from "../../src/errors.ts";
import { fakeClock } from "../support/clock.ts";

const plan = digest("the plan");
const fresh = { word: "0a1b2c3d", at: 1_700_000_000_000 };
const args = { ids: ["a"], space: "default" };

function made() {
  const clock = fakeClock();
  const continuations = createContinuations(clock);
  const issue = () => continuations.issue({ tool: "safe_delete_connector", args, fresh }, plan);
  return { clock, continuations, issue };
}

function reason(work: () => unknown): unknown {
  try {
    work();
    return "taken";
  } catch (error) {
    return error instanceof ToolError ? (error.detail?.reason ?? error.code) : error;
  }
}

describe("a continuation", () => {
  test("works for its call, and once", () => {
    const { continuations, issue } = made();
    const { id } = issue();
    expect(reason(() => continuations.check(id, "safe_delete_connector", args, plan))).toBe("taken");
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("taken");
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("used");
    expect(reason(() => continuations.check(id, "safe_delete_connector", args, plan))).toBe("used");
  });

  test("looking does not spend it", () => {
    const { continuations, issue } = made();
    const { id } = issue();
    for (let n = 0; n < 5; n++) continuations.check(id, "safe_delete_connector", args, plan);
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("taken");
  });

  test.each<[string, string, unknown, string, string]>([
    ["another tool", "test_connector", args, plan, "other_change"],
    ["other arguments", "safe_delete_connector", { ids: ["b"], space: "default" }, plan, "other_change"],
    ["fewer arguments", "safe_delete_connector", { ids: ["a"] }, plan, "other_change"],
    ["another plan", "safe_delete_connector", args, digest("another plan"), "target_changed"],
  ])("%s: refused, and still works for its own call", (_what, tool, given, planDigest, expected) => {
    const { continuations, issue } = made();
    const { id } = issue();
    expect(reason(() => continuations.redeem(id, tool, given, planDigest))).toBe(expected);
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("taken");
  });

  test("the same arguments in another order are the same", () => {
    const { continuations, issue } = made();
    expect(reason(() => continuations.redeem(issue().id, "safe_delete_connector", { space: "default", ids: ["a"] }, plan))).toBe("taken");
  });

  test("expires after ten minutes, to the millisecond", () => {
    const { clock, continuations, issue } = made();
    const { id, expiresAt } = issue();
    expect(expiresAt - clock.now()).toBe(600_000);
    clock.advance(599_999);
    expect(reason(() => continuations.check(id, "safe_delete_connector", args, plan))).toBe("taken");
    clock.advance(1);
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("expired");
  });

  test("a used one is reported as used and later as expired: it never works again", () => {
    const { clock, continuations, issue } = made();
    const { id } = issue();
    continuations.redeem(id, "safe_delete_connector", args, plan);
    clock.advance(600_000);
    expect(reason(() => continuations.redeem(id, "safe_delete_connector", args, plan))).toBe("expired");
  });

  test("of another process is foreign", () => {
    const { continuations } = made();
    expect(reason(() => continuations.redeem(made().issue().id, "safe_delete_connector", args, plan))).toBe("foreign");
  });

  test("with any one character changed is foreign", () => {
    const { continuations, issue } = made();
    const { id } = issue();
    fc.assert(
      fc.property(fc.nat({ max: id.length - 1 }), fc.constantFrom(..."abcXYZ019-_."), (at, character) => {
        fc.pre(id[at] !== character);
        const forged = id.slice(0, at) + character + id.slice(at + 1);
        // The last character of base64 has bits that belong to no byte: another spelling of the same MAC is the same.
        fc.pre(
          Buffer.from(forged.slice(forged.lastIndexOf(".") + 1), "base64url").compare(
            Buffer.from(id.slice(id.lastIndexOf(".") + 1), "base64url"),
          ) !== 0 || at < id.lastIndexOf("."),
        );
        return reason(() => continuations.check(forged, "safe_delete_connector", args, plan)) === "foreign";
      }),
    );
  });

  test("whatever text is given, it is refused and nothing breaks", () => {
    const { continuations } = made();
    fc.assert(
      fc.property(fc.string(), (text) => reason(() => continuations.check(text, "safe_delete_connector", args, plan)) === "foreign"),
    );
  });
});
