import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { references, seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const { env: all } = references({ u: "hook-user-one", v: "hook-user-two", a: "a".repeat(32), b: "b".repeat(32), c: "c".repeat(32) });
const named = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const pair = (user: string, password: string) => ({ user: named(user), password: named(password) });
const key = (name: string) => ({ routingKey: named(name) });
const config = { url: "https://a.example.com/x", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };

async function started(secrets: Args, isSeeded = false) {
  const env = { ...all };
  const made = await product({ person: accepts, env, sandbox: { empty: true } });
  /** The operator gives a variable a new value, as after a restart. */
  const renew = (name: string) => {
    env[`CONNECTOR_SECRET_${name}`] = "n".repeat(32);
  };
  const type = "user" in secrets ? ".webhook" : ".pagerduty";
  const one = { id: "one", name: "One", type, ...(type === ".webhook" && { config }) };
  if (isSeeded)
    await seedConnector(made, { ...one, config: type === ".webhook" ? config : { apiUrl: null }, secrets: { routingKey: "k".repeat(32) } });
  else expect((await made.call("create_connector", { ...one, secrets })).body.status).toBe("done");
  const update = async (args: Args): Promise<string> => {
    const { body } = await made.call("update_connector", { id: "one", ...args });
    if (body.status !== "done") throw new Error(JSON.stringify(body));
    return body.change;
  };
  const undo = async (change: string, given?: Args) => (await made.call("undo_change", { change, ...(given && { secrets: given }) })).body;
  return { ...made, update, undo, renew };
}

describe("the undo of a rotation after later changes proposes what stood there before it", () => {
  test.each<[string, Args, Args, Args, Args]>([
    ["a rename", pair("U", "A"), pair("U", "B"), { name: "Two", secrets: pair("U", "B") }, pair("U", "A")],
    ["a change of the other field", pair("U", "A"), pair("U", "B"), { secrets: pair("V", "B") }, pair("V", "A")],
    ["another rotation", key("A"), key("B"), { secrets: key("C") }, key("A")],
  ])("%s", async (_what, first, rotated, later, expected) => {
    const { update, undo } = await started(first);
    const change = await update({ secrets: rotated });
    await update(later);
    expect((await undo(change)).detail.stored_last).toEqual(expected);
    expect((await undo(change, expected)).status).toBe("done");
  });

  test("and of a later rotation that was undone", async () => {
    const { update, undo } = await started(key("A"));
    const [first, second] = [await update({ secrets: key("B") }), await update({ secrets: key("C") })];
    expect((await undo(second, key("B"))).status).toBe("done");
    expect((await undo(first)).detail.stored_last).toEqual(key("A"));
    expect(await undo(first, key("B"))).toMatchObject({ code: "secret_refused" });
    expect((await undo(first, key("A"))).status).toBe("done");
  });
});

describe("what the rotation itself stored", () => {
  test.each<[string, Args]>([
    ["all of it", pair("U", "B")],
    ["the field that it is to take back, beside another's newer value", pair("V", "B")],
  ])("%s is refused", async (_what, given) => {
    const { update, undo, questions } = await started(pair("U", "A"));
    const change = await update({ secrets: pair("U", "B") });
    await update({ secrets: pair("V", "B") });
    const asked = questions.length;
    const body = await undo(change, given);
    expect([body.code, body.message]).toEqual([
      "secret_refused",
      expect.stringContaining("CONNECTOR_SECRET_B is what this change itself stored in password"),
    ]);
    expect(questions).toHaveLength(asked);
  });

  test("is taken where a later change stored another value, which the question says", async () => {
    const { update, undo, questions } = await started(key("A"));
    const change = await update({ secrets: key("B") });
    await update({ secrets: key("C") });
    expect((await undo(change, key("B"))).status).toBe("done");
    expect(questions.at(-1)?.message).toContain(
      "secrets.routingKey: what a later change stored there, CONNECTOR_SECRET_C, is replaced too.",
    );
    expect(questions.at(-1)?.message).toContain(
      "before that change this server had stored CONNECTOR_SECRET_A there, and this stores CONNECTOR_SECRET_B.",
    );
  });

  test("is not proposed where what stood there before is not known", async () => {
    const { update, undo } = await started(key("A"), true);
    const change = await update({ secrets: key("B") });
    await update({ name: "Two", secrets: key("B") });
    const { detail } = await undo(change);
    expect([detail.stored_last, JSON.stringify(detail)]).toEqual([undefined, expect.not.stringContaining("CONNECTOR_SECRET_B")]);
    expect(await undo(change, key("B"))).toMatchObject({ code: "secret_refused" });
    expect((await undo(change, key("A"))).status).toBe("done");
  });
});

test("a change that left a secret as it was keeps the newer one: the undo proposes that, and says so", async () => {
  const { update, undo, questions } = await started(key("A"));
  const renamed = await update({ name: "Two", secrets: key("A") });
  await update({ secrets: key("B") });
  const { detail, fix } = await undo(renamed);
  expect([detail.stored_last, fix]).toEqual([
    key("B"),
    expect.stringContaining(
      'This server stored after that change, which had left it as it was: routingKey from {"$env":"CONNECTOR_SECRET_B"}',
    ),
  ]);
  expect((await undo(renamed, key("B"))).status).toBe("done");
  expect(questions.at(-1)?.message).toContain("That change left routingKey as it was, and a later one stored another value");
});

describe("a rotation by the same variable, which has a new value", () => {
  const older = /Before that change it had stored .*CONNECTOR_SECRET_A.*: the older value is to be had elsewhere/;
  test.each<[string, Args, Args | undefined, Args]>([
    ["one field", key("A"), undefined, key("A")],
    ["one of two fields", pair("U", "A"), { user: named("U") }, { password: named("A") }],
  ])("%s: its undo does not propose what the variable holds now, refuses it, and takes another", async (_what, secrets, last, olderOf) => {
    const { update, undo, renew, questions } = await started(secrets);
    renew("A");
    const change = await update({ secrets });
    const { detail, fix, code } = await undo(change);
    expect([code, detail.stored_last, detail.older_value_of]).toEqual(["secrets_needed", last, olderOf]);
    expect(fix).toMatch(older);
    expect(fix).not.toMatch(/stored last[^.]*CONNECTOR_SECRET_A/);
    expect(await undo(change, secrets)).toMatchObject({ code: "secret_refused" });
    const other = "user" in secrets ? pair("U", "B") : key("B");
    expect((await undo(change, other)).status).toBe("done");
    expect(questions.at(-1)?.message).toContain("before that change this server had stored what CONNECTOR_SECRET_A held then there");
    expect(questions.at(-1)?.message).not.toContain("secrets.user:");
  });

  test("with a later one by another variable: neither is proposed", async () => {
    const { update, undo, renew, questions } = await started(key("A"));
    renew("A");
    const change = await update({ secrets: key("A") });
    await update({ secrets: key("B") });
    const { detail, fix } = await undo(change);
    expect([detail.stored_last, detail.older_value_of]).toEqual([undefined, key("A")]);
    expect(fix).toMatch(older);
    expect((await undo(change, key("C"))).status).toBe("done");
    expect(questions.at(-1)?.message).toContain("what a later change stored there, CONNECTOR_SECRET_B, is replaced too.");
  });

  test.each<[string, Args, Args]>([
    ["a rename that gave the same again", key("A"), { name: "Two", secrets: key("A") }],
    ["one of two fields by another variable", pair("U", "A"), { secrets: pair("V", "A") }],
  ])("%s is none: the variables are proposed, and taken", async (_what, secrets, args) => {
    const { update, undo } = await started(secrets);
    const change = await update(args);
    const { detail } = await undo(change);
    expect([detail.stored_last, detail.older_value_of]).toEqual([secrets, undefined]);
    expect((await undo(change, secrets)).status).toBe("done");
  });
});
