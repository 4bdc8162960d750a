import { describe, expect, test } from "vitest";
import { type Route, verdictOn } from "../../src/map/route.ts";
import { mapV2 } from "../../src/map/v2.ts";
import { routesOver, workflowsLeadingTo } from "../../src/map/workflow-routes.ts";
import { connectorsOf, factsOf, mail, policy, starting, tangles, v2Rule, workflowsOf } from "./many-workflows.ts";

const inShort = ({ connector, via, obstacles }: Route) =>
  `${via.map(({ id }) => id).join(" > ")}: ${connector ?? "-"} = ${verdictOn(obstacles)}${obstacles.map(({ text }) => `; ${text}`).join("")}`;
const over = (id: string, steps: Record<string, object[]>, off?: string[]) =>
  routesOver(id, workflowsOf(steps, off), connectorsOf("mail")).map(inShort);

const sometimes = { if: "event.x : 1" };
const several = "the workflow is started in other ways too, of which this has the least in the way";

describe("over workflows that start others", () => {
  test("each way is told, as it is without a tangle", () => {
    expect(over("a", { a: [mail, starting("b")], b: [starting("c", sometimes)], c: [mail] })).toEqual([
      "a: mail = told",
      "a > b > c: mail = perhaps; step start c runs under a condition only",
    ]);
  });

  test("one that is reached in several ways is told once, over the way with the least in it, however long that is", () => {
    const steps = {
      a: [starting("d", sometimes), starting("b"), starting("off")],
      off: [starting("d")],
      b: [starting("c")],
      c: [starting("d")],
      d: [mail],
    };
    expect(over("a", steps, ["off"])).toEqual([`a > b > c > d: mail = told; ${several}`]);
    expect(over("a", { ...steps, b: [] }, ["off"])).toEqual([
      `a > d: mail = perhaps; step start d runs under a condition only; ${several}`,
      'a > b: - = nobody; the workflow "b" uses no connector',
    ]);
  });

  test("one that starts itself, or those above it, leads nowhere by that", () => {
    expect(over("a", { a: [starting("a"), starting("b")], b: [starting("a")] })).toEqual([
      'a > b: - = nobody; the workflow "b" uses no connector',
    ]);
    expect(over("a", { a: [starting("a")] })).toEqual(['a: - = nobody; the workflow "a" uses no connector']);
  });

  test("below the tenth Kibana runs none", () => {
    const chain = Object.fromEntries(Array.from({ length: 13 }, (_none, n) => [`w${n}`, n === 12 ? [mail] : [starting(`w${n + 1}`)]]));
    expect(over("w2", chain)).toEqual([expect.stringMatching(/w12: mail = told$/)]);
    expect(over("w1", chain)).toEqual([
      expect.stringMatching(/w11: - = nobody; the workflow "w11" starts another one, deeper than the 10/),
    ]);
  });

  test("one that is gone, not valid or off is said where it is", () => {
    expect(over("a", { a: [starting("gone"), starting("off")], off: [mail] }, ["off"])).toEqual([
      "a > gone: - = nobody; the workflow does not exist",
      "a > off: mail = nobody; the workflow is switched off",
    ]);
  });

  test("of more ways than are followed it is said that there are more, and the rule may lead to any connector by them", () => {
    const many = Array.from({ length: 300 }, (_none, n) => `c${n}`);
    const steps = { a: many.map((id) => ({ ...mail, "connector-id": id })), b: [starting("a")] };
    const routes = routesOver("b", workflowsOf(steps), connectorsOf(...many));
    expect(routes).toHaveLength(201);
    expect(routes.at(-1)).toMatchObject({ connector: undefined, obstacles: [{ kind: "not_followed", stops: "perhaps" }] });
    expect(routesOver("b", workflowsOf(steps), connectorsOf(...many)).filter(({ connector }) => connector !== undefined)).toHaveLength(200);
    // What leads there is known all the same.
    expect([...workflowsLeadingTo("c299", workflowsOf(steps), connectorsOf(...many))].sort()).toEqual(["a", "b"]);
  });
});

describe.each(Object.entries(tangles))("%s", (_name, tangle) => {
  test("are followed in a moment, and lead to all that they reach", () => {
    const [steps, connectors] = [tangle(40), connectorsOf("mail", ...Array.from({ length: 40 }, (_none, n) => `w${n}`))];
    const workflows = workflowsOf(steps);
    const began = performance.now();
    const routes = routesOver("w0", workflows, connectors);
    expect(performance.now() - began).toBeLessThan(500);
    expect(routes.length).toBeGreaterThan(0);
    const reached = new Set(routes.map(({ via }) => via.at(-1)?.id));
    for (const id of reached)
      expect(routes.filter(({ via, connector }) => via.at(-1)?.id === id && connector === "mail").length).toBeLessThan(2);
    expect(workflowsLeadingTo("mail", workflows, connectors).has("w0")).toBe(routes.some(({ connector }) => connector === "mail"));
  });
});

test("a rule gets the same routes from its policies as from each of them alone, in their order", () => {
  const workflows = workflowsOf({ a: [mail], b: [starting("a")] });
  const policies = [
    policy("any", "a"),
    policy("mine", "b", { expression: 'rule.tags: "Web" or rule.id: "r"' }),
    policy("not-mine", "a", { expression: 'rule.tags: "shop" and severity: critical' }),
    policy("perhaps", "a", { expression: "severity: critical" }),
    policy("by-case", "a", { expression: "rule.tags: WEB" }),
  ];
  const ways = (all: typeof policies) => mapV2(v2Rule("r", "Web"), factsOf(workflows, all)).routes.map(inShort);
  expect(ways(policies)).toEqual(policies.flatMap((one) => ways([one])));
  expect(ways(policies).map((way) => way.split(" ")[0])).toEqual(["any", "mine", "perhaps", "by-case"]);
  const tagged = [policy("web", "a", { tags: ["web", "Web"] }), policy("shop", "a", { tags: ["shop"] }), policy("all", "a")];
  const byTag = (rule: ReturnType<typeof v2Rule>) => mapV2(rule, factsOf(workflows, tagged, true)).routes.map(({ via }) => via[0]?.id);
  expect(byTag(v2Rule("r", "Web"))).toEqual(["web", "all"]);
  expect(byTag({ ...v2Rule("r", "Web"), routingTags: undefined })).toEqual(["web", "shop", "all"]);
});
