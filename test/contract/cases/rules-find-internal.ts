import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { thresholdRule } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

const inner = { headers: { "x-elastic-internal-origin": "contract" } };
const find = (kibana: Kibana, body: object, space?: string) =>
  kibana.post("/internal/alerting/rules/_find", body, space === undefined ? inner : { ...inner, space });
const names = async (kibana: Kibana, body: object): Promise<string[]> =>
  expectOk(await find(kibana, body)).data.map(({ name }: { name: string }) => name);

const ratio = "monitoring.run.calculated_metrics.success_ratio";
const literal = (value: unknown) => ({ type: "literal", value, isQuoted: true });
const is = (field: string, value: unknown) => ({
  type: "function",
  function: "is",
  arguments: [literal(`alert.attributes.${field}`), literal(value)],
});
const joined = (kind: string, ...terms: object[]) => ({ type: "function", function: kind, arguments: terms });

/** Two rules: one by its tag, the other by its params. */
async function two(kibana: Kibana): Promise<{ one: string; other: string; tag: string }> {
  const tag = kibana.newId();
  const [one, other] = [kibana.newId(), kibana.newId()];
  await kibana.rule({ name: one, tags: [tag, "left"] });
  const { params } = thresholdRule(other);
  await kibana.rule({ name: other, tags: [tag], params: { ...params, termSize: 7 } });
  return { one, other, tag };
}

/** Trees in place of KQL. `tag` is on both rules. */
const trees: [why: string, tree: (tag: string) => object, found: ("one" | "other")[]][] = [
  ["one condition", (tag) => is("tags", tag), ["one", "other"]],
  ["and", (tag) => joined("and", is("tags", tag), is("tags", "left")), ["one"]],
  ["not", (tag) => joined("and", is("tags", tag), joined("not", is("tags", "left"))), ["other"]],
  ["or", (tag) => joined("or", is("tags", "nobody"), is("tags", tag)), ["one", "other"]],
  ["a param", (tag) => joined("and", is("tags", tag), is("params.termSize", 7)), ["other"]],
];

export const rulesFindInternal: Case[] = [
  verified("find_internal.ts", "Kibana's own pages may filter, sort and search by what was measured", async (kibana) => {
    for (const body of [{ filter: `alert.attributes.${ratio}>50` }, { sort_field: ratio }, { search_fields: ratio, search: "50" }]) {
      expect(expectOk(await find(kibana, body)).page).toBe(1);
    }
  }),
  verified("find_internal.ts", "a rule is not found from another space", async (kibana) => {
    const { tag } = await two(kibana);
    const body = { search: tag, search_fields: "tags" };
    expect(expectOk(await find(kibana, body)).total).toBe(2);
    expect(expectOk(await find(kibana, body, kibana.otherSpace))).toEqual({ page: 1, per_page: 10, total: 0, data: [] });
  }),
  ...trees.map(([why, tree, found]) =>
    verified("find_internal.ts", `a filter may be a tree: ${why}`, async (kibana) => {
      const made = await two(kibana);
      const got = await names(kibana, { filter: JSON.stringify(tree(made.tag)), sort_field: "createdAt" });
      expect(got.sort()).toEqual(found.map((name) => made[name]).sort());
    }),
  ),
  verified(
    "find_internal.ts",
    "rules are found by their type and by their consumer",
    async (kibana) => {
      const { one, other, tag } = await two(kibana);
      const mine = `alert.attributes.tags: "${tag}"`;
      expect((await names(kibana, { filter: mine, rule_type_ids: [".index-threshold"] })).sort()).toEqual([one, other].sort());
      expect(await names(kibana, { filter: mine, rule_type_ids: [".es-query"] })).toEqual([]);
      expect((await names(kibana, { filter: mine, consumers: ["stackAlerts"] })).sort()).toEqual([one, other].sort());
      expect(await names(kibana, { filter: mine, consumers: ["logs"] })).toEqual([]);
    },
    { since: "9.0" },
  ),
  verified("find.ts", "clients may not name types or consumers", async (kibana) => {
    for (const key of ["rule_type_ids", "consumers"]) expectRefusal(await kibana.get(`/api/alerting/rules/_find?${key}=foo`), 400);
  }),
];
