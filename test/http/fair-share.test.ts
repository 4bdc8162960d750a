import fc from "fast-check";
import { expect, test } from "vitest";
import { createCounts, fits } from "../../src/mcp/fair-share.ts";

const asks = fc.array(fc.record({ who: fc.nat(4), wanted: fc.integer({ min: -3, max: 4 }) }), { maxLength: 300 });

test("whatever the others do, each holder gets its part, and all together never more than there is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5 }), asks, (most, holders, all) => {
      const taken = createCounts();
      const part = Math.max(Math.floor(most / (2 * holders)), most >= holders ? 1 : 0);
      for (const { who, wanted } of all) {
        const name = `holder ${who % holders}`;
        const has = taken.get(name) ?? 0;
        const change = wanted < 0 ? -Math.min(has, -wanted) : wanted;
        if (change <= 0) taken.add(name, change);
        else if (fits({ most, holders, taken }, name, change)) taken.add(name, change);
        else expect(has + change).toBeGreaterThan(part);
        expect([...taken.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test("one holder alone gets all", () => {
  expect(fits({ most: 500, holders: 1, taken: new Map([["local", 499]]) }, "local", 1)).toBe(true);
  expect(fits({ most: 500, holders: 1, taken: new Map([["local", 500]]) }, "local", 1)).toBe(false);
});
