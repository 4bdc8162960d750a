import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { references, seedConnector } from "../support/stored-documents.ts";

const { env } = references({ relay: "harbour-master-relay" });
const open = { method: "post", hasAuth: false };
const random = "wq7RTzh2KPlm9NbvcX45";
const configs: Record<string, Record<string, unknown>> = {
  "a token in its URL": { ...open, url: `https://hooks.example.com/x?access_token=ghp_${random}${random.slice(0, 16)}` },
  "a token in a header": { ...open, url: "https://hooks.example.com/x", headers: { "X-Api-Key": random } },
  "the value of a secret of this server": { ...open, url: "https://hooks.example.com/harbour-master-relay" },
};

/** A connector of space `a` whose config has it, and how it is copied. */
async function copied(config: Record<string, unknown>, args: Record<string, unknown>) {
  const made = await product({ person: accepts, env, sandbox: { empty: true, spaces: ["a", "b"] } });
  await seedConnector(made, { id: "hook", space: "a", name: "Hook", type: ".webhook", config });
  const { body } = await made.call("create_connector", { name: "Copy", from: { id: "hook", space: "a" }, ...args });
  return { ...made, body, asked: made.questions.map(({ message }) => message) };
}

test.each(Object.keys(configs))("a copy that takes %s to another space is a person's decision", async (what) => {
  for (const space of ["b", "b,default", "*"]) {
    const { body, asked } = await copied(configs[what] ?? {}, { space });
    expect([body.status, asked.length]).toEqual(["done", 1]);
  }
  const { body, writes } = await copied(configs[what] ?? {}, { space: "b", dry_run: true });
  expect(body.plan.needs_a_person.join()).toMatch(
    what.includes("server")
      ? /config\.url holds the value of CONNECTOR_SECRET_RELAY/
      : /config\..* holds a secret as plain text .* where the copy goes/,
  );
  expect(writes()).toEqual([]);
});

test("a copy within the space, and one without such a token, ask nobody", async () => {
  const within = await copied(configs["a token in a header"] ?? {}, { space: "a" });
  expect([within.body.status, within.asked]).toEqual(["done", []]);
  const plain = await copied({ ...open, url: "https://hooks.example.com/team/alerts" }, { space: "b" });
  expect([plain.body.status, plain.asked]).toEqual(["done", []]);
});
