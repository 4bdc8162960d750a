import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Reader } from "../../src/kibana/reader.ts";
import type { Rule } from "../../src/kibana/rules.ts";
import { rulePages } from "../../src/rules/rule-pages.ts";
import { policiesOf } from "../../src/usage/leading-to.ts";
import { wholeList } from "../../src/usage/whole-list.ts";
import { rule } from "../rules/rules.ts";

/** A list of which some go before a page is read. */
function shrinking(size: number, onAPage: number, gone: readonly (readonly number[])[]) {
  let left = Array.from({ length: size }, (_, n) => ({ id: String(n) }));
  let reads = 0;
  const page = async (at: number) => {
    const now = new Set((gone[reads++] ?? []).map(String));
    left = left.filter(({ id }) => !now.has(id));
    return { total: left.length, items: left.slice((at - 1) * onAPage, at * onAPage) };
  };
  return { page, left: () => left.map(({ id }) => id) };
}

test("whatever goes between two pages, a list that counts as complete has all that stayed", async () => {
  const deletions = fc.array(fc.array(fc.nat(24), { maxLength: 3 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.nat(25), fc.integer({ min: 1, max: 7 }), deletions, async (size, onAPage, gone) => {
      const { page, left } = shrinking(size, onAPage, gone);
      const { items, complete } = await wholeList(page);
      if (complete) expect([...items.keys()]).toEqual(expect.arrayContaining(left()));
    }),
  );
});

test("a list is read once where nothing changes, and again where one went", async () => {
  const { page } = shrinking(5, 2, [[], [0]]);
  const { items, complete } = await wholeList(page);
  expect([[...items.keys()], complete]).toEqual([["1", "2", "3", "4"], true]);
});

test("one that shrinks at every page is not complete, and action policies are then unread rather than few", async () => {
  const gone = Array.from({ length: 9 }, (_, n) => (n % 2 === 0 ? [] : [n]));
  expect(await wholeList(shrinking(20, 10, gone).page)).toMatchObject({ complete: false });
  const { page } = shrinking(20, 10, gone);
  const reader = {
    actionPolicies: async (_space: string, at: number) => {
      const { total, items } = await page(at);
      return { total, policies: items };
    },
  };
  await expect(
    policiesOf(reader as unknown as Reader, "default", { version: "9.5.0", flavour: "traditional" } as never),
  ).rejects.toMatchObject({
    code: "kibana_error",
  });
});

test("rules that move up because others went are seen all the same, each once", async () => {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 3) * 1000).toISOString();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(24), { maxLength: 3 }), { maxLength: 8 }), async (gone) => {
      let left: Rule[] = Array.from({ length: 25 }, (_, n) => rule({ id: String(n), created_at: at(n) }));
      let reads = 0;
      const rules = async (_space: string, { page, perPage, filter }: { page: number; perPage: number; filter?: string }) => {
        const now = new Set((gone[reads++] ?? []).map(String));
        left = left.filter(({ id }) => !now.has(id));
        const from = /createdAt >= "(.*)"/.exec(filter ?? "")?.[1] ?? "";
        const fitting = left.filter(({ created_at: made }) => (made ?? "") >= from);
        return { total: fitting.length, rules: fitting.slice((page - 1) * perPage, page * perPage) };
      };
      const seen: string[] = [];
      for await (const page of rulePages({ rules } as unknown as Reader, "default", { perPage: 5 }))
        seen.push(...page.rules.map(({ id }) => id));
      expect(seen).toEqual(expect.arrayContaining(left.map(({ id }) => id)));
      expect(new Set(seen).size).toBe(seen.length);
    }),
  );
});
