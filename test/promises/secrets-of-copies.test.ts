import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { references, seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;
type Made = Awaited<ReturnType<typeof product>>;

const { env } = references({
  pdA: "a".repeat(32),
  pdB: "b".repeat(32),
  slackA: "https://hooks.slack.com/services/A/A/aaaaaaaa",
  slackB: "https://hooks.slack.com/services/B/B/bbbbbbbb",
  user: "hook-user",
  passA: "hook-password-a",
  passB: "hook-password-b",
});
const named = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const hook = { url: "https://hooks.example.com/a", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };

/** Each type with what its copies in `default` and `a` were given. */
const pager: [string, Args, Args, Args] = [".pagerduty", {}, { routingKey: named("PDA") }, { routingKey: named("PDB") }];
const kinds: (typeof pager)[] = [
  pager,
  [".slack", {}, { webhookUrl: named("SLACKA") }, { webhookUrl: named("SLACKB") }],
  [".webhook", { config: hook }, { user: named("USER"), password: named("PASSA") }, { user: named("USER"), password: named("PASSB") }],
];

async function copies(type: string, more: Args, first: Args, second: Args) {
  const made = await product({ person: accepts, env, sandbox: { empty: true, spaces: ["a", "b"] } });
  await create(made, { id: "oc", type, ...more, secrets: first });
  await create(made, { id: "oc-a", type, ...more, secrets: second, space: "a" });
  return made;
}

async function create({ call }: Made, args: Args) {
  expect((await call("create_connector", { name: "On call", ...args })).body.status).toBe("done");
}

const update = async ({ call }: Made, args: Args) => (await call("update_connector", args)).body;

/** What an error proposes for each: `default oc CONNECTOR_SECRET_PDA` */
const each = (body: { detail: { each: { space: string; id: string; stored_last?: Record<string, { $env: string }> }[] } }) =>
  body.detail.each
    .map(({ space, id, stored_last: last = {} }) =>
      [space, id, ...Object.values(last).map(({ $env }) => $env.replace("CONNECTOR_SECRET_", ""))].join(" "),
    )
    .sort();

describe("copies with other secrets each", () => {
  test.each(kinds)(
    "of type %s: a rename of all proposes no one's for another, and each by itself works",
    async (type, more, first, second) => {
      const made = await copies(type, more, first, second);
      const asked = made.questions.length;
      const body = await update(made, { id: "oc-a", space: "*", name: "On call 24/7" });
      expect([body.code, body.detail.stored_last, body.detail.secrets]).toEqual(["secrets_needed", undefined, undefined]);
      const words = (secrets: Args) =>
        Object.values(secrets)
          .map((one) => Object.values(Object(one)).join().replace("CONNECTOR_SECRET_", ""))
          .join(" ");
      expect(each(body)).toEqual([`a oc-a ${words(second)}`, `default oc ${words(first)}`]);
      expect(body.fix).toContain("update them one by one");
      expect(made.questions).toHaveLength(asked);
      for (const [space, id, secrets] of [
        ["default", "oc", first],
        ["a", "oc-a", second],
      ] as const) {
        const one = await update(made, { id, space, name: "On call 24/7" });
        expect(one.detail.stored_last).toEqual(secrets);
        expect((await update(made, { id, space, name: "On call 24/7", secrets })).status).toBe("done");
      }
    },
  );

  test.each<[string, Args]>([
    ["the id of the other", { id: "oc", space: "*" }],
    ["both ids", { id: "oc,oc-a", space: "*" }],
    ["the name", { id: "On call", space: "*" }],
    ["a list of spaces", { id: "oc-a", space: "default,a" }],
  ])("named by %s", async (_how, args) => {
    const made = await copies(...pager);
    const body = await update(made, { ...args, name: "On call 24/7" });
    expect(each(body)).toEqual(["a oc-a PDB", "default oc PDA"]);
  });

  test("where only one's is known, the other's is said to be unknown", async () => {
    const made = await product({ person: accepts, env, sandbox: { empty: true, spaces: ["a"] } });
    await create(made, { id: "oc", type: ".pagerduty", secrets: { routingKey: named("PDA") } });
    await seedConnector(made, { id: "oc-a", name: "On call", type: ".pagerduty", secrets: { routingKey: "k".repeat(32) }, space: "a" });
    const rename = { id: "oc", space: "*", name: "On call 24/7" };
    expect(each(await update(made, rename))).toEqual(["a oc-a", "default oc PDA"]);
    const body = await update(made, { ...rename, secrets: { routingKey: named("PDA") } });
    const said = "What was stored in a (oc-a) this server does not know: the same secrets take its place.";
    expect([body.status, body.warnings.join()]).toEqual(["done", expect.stringContaining(said)]);
    expect(made.questions.at(-1)?.message).toContain(said);
    const undo = (await made.call("undo_change", { change: body.change })).body;
    expect(each(undo)).toEqual(["a oc-a", "default oc PDA"]);
  });

  test("given one for all: the question says whose is replaced, and the undo proposes each its former one", async () => {
    const made = await copies(...pager);
    const body = await update(made, { id: "oc", space: "*", name: "On call 24/7", secrets: { routingKey: named("PDA") } });
    const said =
      "In space a: secrets.routingKey: CONNECTOR_SECRET_PDA takes the place of CONNECTOR_SECRET_PDB, which this server stored there last.";
    expect([body.status, body.warnings]).toEqual(["done", [said]]);
    expect(made.questions.at(-1)?.message).toContain(said);
    const undo = (await made.call("undo_change", { change: body.change })).body;
    expect([undo.code, each(undo)]).toEqual(["secrets_needed", ["a oc-a PDB", "default oc PDA"]]);
    expect(undo.fix).toContain("undo them one by one");
    const all = (await made.call("undo_change", { change: body.change, secrets: { routingKey: named("PDA") } })).body;
    expect(made.questions.at(-1)?.message).toContain(
      "In space a: secrets.routingKey: before that change this server had stored CONNECTOR_SECRET_PDB there, and this stores CONNECTOR_SECRET_PDA.",
    );
    expect(all.status).toBe("done");
  });

  test("typed once for all: the question says whose is replaced", async () => {
    const made = await copies(...pager);
    const { fix } = await update(made, { id: "oc", space: "*", name: "New" });
    expect(fix).toContain("CONNECTOR_SECRET_PDB");
    const dry = await update(made, { id: "oc", space: "*", name: "New", secrets: { routingKey: { $ask: true } }, dry_run: true });
    expect(JSON.stringify(dry)).toContain("what a person types takes the place of CONNECTOR_SECRET_PDB");
  });

  test("the same secret in all copies is proposed for all, and nothing is said to be replaced", async () => {
    const secrets = { routingKey: named("PDA") };
    const made = await copies(".pagerduty", {}, secrets, secrets);
    const rename = { id: "oc", space: "*", name: "On call 24/7" };
    expect((await update(made, rename)).detail.stored_last).toEqual(secrets);
    const body = await update(made, { ...rename, secrets });
    expect([body.status, body.warnings]).toEqual(["done", undefined]);
    const { detail } = (await made.call("undo_change", { change: body.change })).body;
    expect(detail.stored_last).toEqual(secrets);
  });
});

describe("an undo", () => {
  test("of a delete of two connectors names each with its own, and gives none to the other without a word", async () => {
    const made = await product({ person: accepts, env, sandbox: { empty: true } });
    await create(made, { name: "Payments", id: "payments", type: ".slack", secrets: { webhookUrl: named("SLACKA") } });
    await create(made, { name: "News", id: "news", type: ".slack", secrets: { webhookUrl: named("SLACKB") } });
    const { change } = (await made.call("safe_delete_connector", { ids: ["payments", "news"] })).body;
    const { body } = await made.call("undo_change", { change });
    expect([body.code, body.detail.stored_last]).toEqual(["secrets_needed", undefined]);
    expect(each(body)).toEqual(["default news SLACKB", "default payments SLACKA"]);
    expect(body.message).toMatch(/default \(payments\)/);
    expect(body.fix).toMatch(/^Undo them one by one/);
    const one = (await made.call("undo_change", { change, id: "payments", secrets: { webhookUrl: named("SLACKB") } })).body;
    expect(one.warnings).toContain(
      "secrets.webhookUrl: CONNECTOR_SECRET_SLACKB takes the place of CONNECTOR_SECRET_SLACKA, which this server stored there last.",
    );
  });

  test("of a delete of connectors of which nothing is known asks for one by one", async () => {
    const made = await product({ person: accepts, env, sandbox: { empty: true } });
    for (const id of ["payments", "news"]) {
      await seedConnector(made, { id, name: id, type: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/X/X/x" } });
    }
    const { change } = (await made.call("safe_delete_connector", { ids: ["payments", "news"] })).body;
    const { body } = await made.call("undo_change", { change });
    expect([body.code, body.fix]).toEqual(["secrets_needed", expect.stringMatching(/^Undo them one by one/)]);
    expect(each(body)).toEqual(["default news", "default payments"]);
  });

  test("of a rotation proposes what was there before, and the newest once there was another one", async () => {
    const made = await product({ person: accepts, env, sandbox: { empty: true } });
    const [first, second] = [{ routingKey: named("PDA") }, { routingKey: named("PDB") }];
    await create(made, { id: "oc", type: ".pagerduty", secrets: first });
    const { change } = await update(made, { id: "oc", secrets: second });
    const { body } = await made.call("undo_change", { change });
    expect([body.detail.stored_last, body.fix]).toEqual([first, expect.stringContaining("This server stored last before that change:")]);
    expect((await made.call("undo_change", { change, secrets: first })).body.status).toBe("done");
    const renamed = await update(made, { id: "oc", name: "Other", secrets: first });
    expect((await update(made, { id: "oc", secrets: second })).status).toBe("done");
    expect((await made.call("undo_change", { change: renamed.change })).body.detail.stored_last).toEqual(second);
  });
});
