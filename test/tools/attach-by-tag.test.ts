import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { action, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

async function deployment(rules: Record<string, string[]>) {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const id of ["a", "b"]) await makeConnector(made, id, ".server-log");
  for (const [id, tags] of Object.entries(rules)) await makeRule(made, id, [action("a")], { tags });
  return made;
}

const uses = async (made: Awaited<ReturnType<typeof product>>, id: string) =>
  (await ruleOf(made, id)).actions.map((one: { id: string }) => one.id).sort();

test("rules are named by a tag: all that have exactly this tag, each once", async () => {
  const made = await deployment({ one: ["mobile"], two: ["mobile", "eu"], three: ["Mobile"], four: ["mobile app"], five: ["eu"] });
  const { body } = await made.call("attach_connector", { connector: "b", rules: ["tag:mobile", "two"] });
  expect(body.status).toBe("done");
  expect(body.result.rules.map(({ id }: { id: string }) => id).sort()).toEqual(["one", "two"]);
  for (const id of ["three", "four", "five"]) expect(await uses(made, id)).toEqual(["a"]);
});

test("a tag with quotes and wildcards is a tag, not a filter", async () => {
  const made = await deployment({ one: ['a"b'], two: ["x"], three: ["a*"] });
  for (const [tag, id] of [
    ['a"b', "one"],
    ["a*", "three"],
  ]) {
    const { body } = await made.call("attach_connector", { connector: "b", rules: [`tag:${tag}`], dry_run: true });
    expect(body.plan.effects.map((one: { id: string }) => one.id)).toEqual([id]);
  }
});

test("a tag that no rule has is reported as one, with the tags that there are or are meant", async () => {
  const made = await deployment({ one: ["mobile", "eu"], two: ["eu"] });
  const attach = async (...rules: string[]) => (await made.call("attach_connector", { connector: "b", rules })).body;
  expect(await attach("tag:mobil")).toMatchObject({
    code: "rule_not_found",
    message: expect.stringContaining('has the tag "mobil"'),
    fix: 'Did you mean "tag:mobile"?',
    detail: { missing: ["tag:mobil"] },
  });
  expect(await attach("tag:nosuch")).toMatchObject({ fix: expect.stringContaining("2 of 2"), detail: { candidates: ["eu", "mobile"] } });
  expect(await attach("tag:nosuch", "three")).toMatchObject({ message: expect.stringContaining("There are no rules") });
});

test("replace_connector takes a tag too, of the rules that use the old connector", async () => {
  const made = await deployment({ one: ["mobile"], two: ["eu"] });
  const { body } = await made.call("replace_connector", { from: "a", to: "b", rules: ["tag:mobile"] });
  expect(body.status).toBe("done");
  expect([await uses(made, "one"), await uses(made, "two")]).toEqual([["b"], ["a"]]);
});
