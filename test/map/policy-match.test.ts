import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActionPolicy, V2Rule } from "../../src/kibana/alerting-v2.ts";
import { parseKql } from "../../src/map/kql.ts";
import { type Match, matcherOf, traitsOf } from "../../src/map/policy-match.ts";

const rule: V2Rule = {
  ...{ id: "r-1", name: "Checkout latency", kind: "alert", enabled: true, owner: "", every: "1m" },
  ...{ tags: ["checkout", "Web"], routingTags: ["cart"] },
};
const policy = (expression: string, tags: string[] = []): ActionPolicy => ({
  ...{ id: "p", name: "P", enabled: true, workflows: [], snoozedUntil: undefined, interval: undefined },
  matcher: { tags, expression },
});

describe("a matcher of 9.5", () => {
  test.each<[expression: string, match: Match]>([
    ["", "all"],
    ['rule.id: "r-1"', "all"],
    ["rule.tags: checkout", "all"],
    ['rule.name: "Checkout latency"', "all"],
    ['rule.name: "Checkout"', "none"],
    ["rule.tags: billing", "none"],
    ["rule.tags: (billing or checkout)", "all"],
    ["rule.tags: (billing and checkout)", "none"],
    ['rule.tags: checkout and not rule.id: "r-2"', "all"],
    ["not rule.tags: checkout", "none"],
    ["rule.tags: billing or (rule.tags: checkout and rule.tags: Web)", "all"],
    // What only an alert tells.
    ["severity: critical", "perhaps"],
    ["rule.tags: checkout and severity: critical", "perhaps"],
    ["rule.tags: billing and severity: critical", "none"],
    ["rule.tags: checkout or severity: critical", "all"],
    ["not severity: critical", "perhaps"],
    // What Kibana may compare in another way.
    ["rule.tags: check*", "perhaps"],
    ["rule.tags: web", "perhaps"],
    ["rule.tags: *", "perhaps"],
    ["rule.name: Checkout latency", "perhaps"],
    ['rule.name: "now-1d"', "perhaps"],
    // What is not read here.
    ["rule.tags: checkout and", "perhaps"],
    ["rule: { tags: checkout }", "perhaps"],
    ["data.count > 5", "perhaps"],
    ["checkout", "perhaps"],
    ['rule.tags: "checkout', "perhaps"],
    ["(".repeat(1000), "perhaps"],
    ["not ".repeat(1000), "perhaps"],
  ])("%j", (expression, match) => {
    expect(matcherOf(policy(expression), false).match(rule)).toBe(match);
  });
});

describe("a matcher of 9.6", () => {
  test.each<[string[], string, V2Rule["routingTags"], Match]>([
    [[], "", ["cart"], "all"],
    [["cart", "x"], "", ["cart"], "all"],
    [["checkout"], "", ["cart"], "none"],
    [["cart"], "severity: critical", ["cart"], "perhaps"],
    [["x"], "severity: critical", ["cart"], "none"],
    // It does not see the rule.
    [[], "rule.tags: checkout", ["cart"], "perhaps"],
    [["cart"], "", [], "none"],
    [["cart"], "", undefined, "perhaps"],
  ])("%j %j", (tags, expression, routingTags, match) => {
    expect(matcherOf(policy(expression, tags), true).match({ ...rule, routingTags })).toBe(match);
  });
});

test("no text makes the parser throw, or take long", () => {
  const signs = fc.constantFrom("(", ")", ":", '"', "\\", "and", "or", "not", "rule.tags", "x", " ", "*", "{", ">");
  fc.assert(
    fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
      parseKql(parts.join(" "));
      parseKql(parts.join(""));
    }),
  );
});

test("a rule that fits has what the matcher needs", () => {
  const texts = fc.constantFrom("r-1", "R-1", "checkout", "Web", "web", "billing", "now", "*", "Checkout latency");
  const field = fc.constantFrom("rule.id", "rule.name", "rule.tags", "severity");
  const is = fc.tuple(field, texts).map(([of, text]) => `${of}: "${text}"`);
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 4 },
      is,
      fc.tuple(tie("query"), fc.constantFrom("and", "or"), tie("query")).map(([one, word, other]) => `(${one} ${word} ${other})`),
      tie("query").map((one) => `not (${one})`),
    ),
  }));
  const tags = fc.subarray(["cart", "checkout", "Web"]);
  fc.assert(
    fc.property(query, tags, fc.option(tags, { nil: undefined }), fc.boolean(), (expression, wanted, routingTags, byTags) => {
      const [seen, { match, needs }] = [{ ...rule, routingTags }, matcherOf(policy(expression, wanted), byTags)];
      const traits = traitsOf(seen);
      if (match(seen) !== "none" && needs) expect(needs.some((need) => traits.includes(need))).toBe(true);
    }),
  );
});
