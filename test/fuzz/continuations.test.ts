import fc from "fast-check";
import { expect, test } from "vitest";
import { createContinuations } from "../../src/change/consent/continuation.ts";
import { digest } from "../../src/change/digest.ts";
import { ToolError } from "../../src/errors.ts";
import { fakeClock } from "../support/clock.ts";
import { awkwardText, junk } from "./json.ts";
import { runs } from "./runs.ts";

const [tool, plan] = ["safe_delete_connector", digest("the plan")];
const args = { ids: ["a"], space: "default" };

/** Damaged or forged ids. */
const change: fc.Arbitrary<(id: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), awkwardText).map(
    ([at, text]) =>
      (id: string) =>
        id.slice(0, at % id.length) + text + id.slice(at % id.length),
  ),
  fc.tuple(fc.nat(), fc.nat({ max: 12 })).map(
    ([at, length]) =>
      (id: string) =>
        id.slice(0, at % id.length) + id.slice((at % id.length) + length),
  ),
  fc.tuple(fc.nat({ max: 4 }), awkwardText).map(
    ([at, text]) =>
      (id: string) =>
        id
          .split(".")
          .map((part, index) => (index === at ? text : part))
          .join("."),
  ),
  fc.shuffledSubarray([0, 1, 2, 3, 4]).map((order) => (id: string) => order.map((at) => id.split(".")[at]).join(".")),
  fc
    .nat({ max: 40 })
    .map(
      (later) => (id: string) => [(Number.parseInt(id.split(".")[0] ?? "", 36) + later).toString(36), ...id.split(".").slice(1)].join("."),
    ),
  awkwardText.map((text) => () => text),
);

test("an id that was changed, or comes with other arguments or another plan, is refused with its reason; the untouched one works once", () => {
  const continuations = createContinuations(fakeClock());
  const outcome = (id: string, given: unknown, planDigest: string) => {
    try {
      continuations.redeem(id, tool, given, planDigest);
      return "taken";
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== "confirmation_invalid") throw error;
      return String(error.detail?.reason);
    }
  };
  /** Two spellings of the last character of base64 are the same bytes. */
  const same = (a: string, b: string) => {
    const parts = (id: string) => [
      id.slice(0, id.lastIndexOf(".")),
      Buffer.from(id.slice(id.lastIndexOf(".") + 1), "base64url").toString("hex"),
    ];
    return JSON.stringify(parts(a)) === JSON.stringify(parts(b));
  };
  fc.assert(
    fc.property(change, junk, fc.string(), (by, otherArgs, otherPlan) => {
      const { id } = continuations.issue({ tool, args, fresh: { word: "0a1b2c3d", at: 0 } }, plan);
      const changed = by(id);
      if (!same(id, changed)) expect(outcome(changed, args, plan)).toBe("foreign");
      if (digest([tool, otherArgs]) !== digest([tool, args])) expect(outcome(id, otherArgs, plan)).toBe("other_change");
      expect(outcome(id, args, digest(otherPlan))).toBe(otherPlan === "the plan" ? "taken" : "target_changed");
      expect(outcome(id, args, plan)).toBe("taken");
      expect(outcome(id, args, plan)).toBe("used");
    }),
    runs("continuations", 3_000),
  );
});
