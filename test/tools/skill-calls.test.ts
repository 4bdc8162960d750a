import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

const folder = new URL("../../skill/kibana-connectors/", import.meta.url);
const pages = ["SKILL.md", ...readdirSync(new URL("references/", folder)).map((name) => `references/${name}`)];
const textOf = (page: string) => readFileSync(new URL(page, folder), "utf8");

/** Lines of code blocks that are a tool's name and its arguments. */
const calls = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^(\w+_\w+) (\{.*\})$/gm)].map(([, tool = "", args = ""]) => [page, tool, args] as const),
);

test("the skill shows calls", () => {
  expect(calls.length).toBeGreaterThanOrEqual(8);
});

test.each(calls)("%s: %s %s works on the sandbox", async (_page, tool, args) => {
  const { call } = await product({ person: accepts });
  const { body } = await call(tool, { ...JSON.parse(args), dry_run: true });
  expect(body.status, JSON.stringify(body)).toBe("planned");
});

test("every page of the skill is linked from its first one, and every link leads somewhere", () => {
  const links = [...textOf("SKILL.md").matchAll(/\]\((references\/[^)]+)\)/g)].map(([, link]) => link);
  expect([...new Set(links)].sort()).toEqual(pages.filter((page) => page !== "SKILL.md").sort());
});
