import { describe, expect, test } from "vitest";
import { type Stored, stored } from "../catalog/examples.ts";
import { accepts, product } from "../support/product.ts";
import { references, seedConnector } from "../support/stored-documents.ts";

type Dict = Record<string, unknown>;

const changes = stored
  .flatMap((from) => stored.filter((to) => to.type === from.type && to.way !== from.way).map((to) => [from, to] as const))
  .map(([from, to]) => [`${from.type}: ${from.way} → ${to.way}`, from, to] as const);

/** The patch that makes one config the other. */
const patch = (from: Dict, to: Dict) => ({ ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to });

/** @param given in the environment, and by reference in the call */
async function updated(from: Stored, config: Dict, given: Dict) {
  const { args: secrets, env } = references(given);
  const made = await product({ person: accepts, env, sandbox: { empty: true } });
  await seedConnector(made, from);
  const { body } = await made.call("update_connector", { id: "stored", config, secrets });
  const question = made.questions[0]?.message ?? "";
  return { body, question, denied: /Nothing else is stored in "[^"]*": no (.*?) \(/.exec(question)?.[1]?.split(", no ") ?? [] };
}

describe("a change of how a connector signs in", () => {
  test.each(changes)("%s: nobody is asked to deny what is stored for certain, and what is lost is told", async (_name, from, to) => {
    const { body, question, denied } = await updated(from, patch(from.config, to.config), to.secrets);
    expect(denied.filter((field) => from.required.includes(field))).toEqual([]);
    // Kibana refuses some of them.
    if (body.code !== undefined) return expect(body.code).toMatch(/^(invalid_config|secrets_needed)$/);
    const lost = from.required.filter((field) => !(field in to.secrets));
    if (lost.length > 0) expect(question).toContain(`The new config no longer uses ${lost.join(" and ")}`);
    else expect(question).not.toContain("no longer uses");
  });

  const mail = { service: "other", from: "a@b.co", host: "smtp.b.co", port: 587, secure: true };
  const email = { type: ".email", name: "m", config: { ...mail, hasAuth: true }, secrets: { user: "u-1", password: "p-1" } };
  test("mail without signing in: what it had is told as lost, with no statement about it", async () => {
    const one = { ...(stored.find(({ type }) => type === ".email") as Stored), ...email };
    const { body, question, denied } = await updated(one, { hasAuth: false }, {});
    expect([body.status, denied]).toEqual(["done", []]);
    expect(question).toContain("The new config no longer uses user and password: Kibana forgets what is stored there.");
  });

  test.each([
    [undefined, ["secrets.user would be stored and not used (authentication: ssl)."]],
    ["ssl-pfx", undefined],
  ])("a user is told as unused where a certificate signs in: %s", async (certType, told) => {
    const config = { url: "https://w.example.com/a", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
    const one = {
      ...(stored.find(({ type }) => type === ".webhook") as Stored),
      config,
      secrets: { user: "u-1", password: "p-1" },
      required: ["user", "password"],
    };
    const { body } = await updated(one, { authType: "webhook-authentication-ssl", certType }, one.secrets);
    expect(told ? body.warnings : body.code).toEqual(told ?? "secrets_needed");
  });
});
