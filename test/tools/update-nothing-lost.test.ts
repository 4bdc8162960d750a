import { describe, expect, test } from "vitest";
import { type Stored, stored } from "../catalog/examples.ts";
import { accepts, doesNotKnow, type Person, product } from "../support/product.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

/** An update of one thing: the name, or one key of the config if it has any. */
const changesOf = ({ patch }: Stored): Record<string, unknown>[] => [
  { name: "Other name" },
  ...(Object.keys(patch).length > 0 ? [{ config: patch }] : []),
];

async function seeded(one: Stored, person: Person = accepts) {
  const { args, env } = references(one.secrets);
  const made = await product({ person, env, sandbox: { empty: true } });
  const before = await seedConnector(made, one);
  // What Kibana lists is in test/promises/listed-headers.test.ts.
  await made.fault("error", { path: "/secret_headers", times: 1000 });
  const update = async (args: Record<string, unknown>) => (await made.call("update_connector", { id: "stored", ...args })).body;
  return { made, before, given: args, update, untouched: async () => [await documentOf(made, "stored"), made.writes()] };
}

const holdsSecrets = (one: Stored) => one.required.length + one.possible.length > 0;
const named = (some: readonly Stored[]) => some.map((one) => [`${one.type}, ${one.way}`, one] as const);

describe.each(named(stored.filter(holdsSecrets)))("%s", (_name, one) => {
  test("a single change stops because of secrets that are stored, or of which a person is not sure, and nothing is written", async () => {
    const { before, update, untouched, made } = await seeded(one, doesNotKnow);
    for (const change of changesOf(one)) {
      const { code, detail } = await update(change);
      expect(code).toBe("secrets_needed");
      // Kibana refuses some types without any secrets, before a person's word counts.
      if (one.required.length === 0 && detail.required) continue;
      expect([...(detail.required ?? [])].sort()).toEqual([...one.required].sort());
      expect([...(detail.possible ?? [])].sort()).toEqual([...one.possible].sort());
    }
    expect([...(await untouched()), await made.journal()]).toEqual([before, [], ""]);
  });

  test("needed secrets stay needed: saying that nothing else is stored, null and empty objects do not replace them", async () => {
    const { before, given, update, untouched } = await seeded(one, doesNotKnow);
    const change = { name: "Other name" };
    for (const field of one.required) {
      const { [field]: _left, ...others } = given;
      for (const secrets of [others, { ...others, [field]: null }, { ...others, [field]: {} }])
        expect((await update({ ...change, secrets, assert_no_other_secrets: true })).code).toMatch(/^(secrets_needed|invalid_config)$/);
    }
    for (const field of one.possible.filter((each) => each in given)) {
      const { [field]: _left, ...others } = given;
      for (const secrets of [others, { ...others, [field]: null }, { ...others, [field]: {} }])
        expect((await update({ ...change, secrets })).code).toMatch(/^(secrets_needed|invalid_config)$/);
    }
    expect(await untouched()).toEqual([before, []]);
  });

  test("with all stored secrets given again, the document is as it was, except for the change", async () => {
    const { made, before, given, update } = await seeded(one);
    let expected = before;
    for (const change of changesOf(one)) {
      const { status } = await update({ ...change, secrets: given, assert_no_other_secrets: true });
      expected = { ...expected, ...change, config: { ...expected.config, ...Object(change.config) } };
      expect([status, await documentOf(made, "stored")]).toEqual(["done", expected]);
    }
    expect(made.writes()).toHaveLength(changesOf(one).length);
  });

  if (one.possible.length > 0) {
    test("possible secrets are given up only after a person says that there are none, and then no answer doubts it", async () => {
      const { made, given, update } = await seeded(one);
      const secrets = Object.fromEntries(Object.entries(given).filter(([field]) => one.required.includes(field)));
      const body = await update({ name: "Other name", secrets });
      // Kibana itself refuses some types without any secrets.
      if (body.code !== undefined) expect([body.code, made.writes()]).toEqual(["secrets_needed", []]);
      else {
        expect(made.questions[0]?.message).toMatch(/Only you can know: Nothing else is stored in "/);
        expect(`${body.status} ${body.warnings ?? ""}`).toMatch(/^done(?!.*(If .* stored|assert_no_other))/);
      }
    });
  }
});

describe.each(named(stored.filter((one) => !holdsSecrets(one))))("%s", (_name, one) => {
  test("has no secrets that could be lost: a single change is made, and the document is otherwise as it was", async () => {
    const { made, before, update } = await seeded(one);
    let expected = before;
    for (const change of changesOf(one)) {
      expect((await update(change)).status).toBe("done");
      expected = { ...expected, ...change, config: { ...expected.config, ...Object(change.config) } };
      expect(await documentOf(made, "stored")).toEqual(expected);
    }
  });
});
