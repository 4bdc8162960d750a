import { expect, test } from "vitest";
import { perUserType } from "../support/invented-type.ts";
import { accepts, doesNotKnow, product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";
import { typeWithDefaults } from "../support/type-with-defaults.ts";

const env = {
  CONNECTOR_SECRET_NEW: "new-7f3a9c1e5d2b",
  CONNECTOR_SECRET_ID: "client-7f3a",
  CONNECTOR_SECRET_URL: "https://login.own.example/token",
};
const fresh = { $env: "CONNECTOR_SECRET_NEW" };
const url = "https://a.example.com/x";

/** A connector that somebody made in Kibana. */
async function made(type: string, secrets: object, person = accepts, config: object = { url }) {
  const kibana = await product({ person, env, sandbox: { empty: true, version: "9.5", specTypes: [typeWithDefaults({}), perUserType] } });
  await seedConnector(kibana, { id: "one", name: "One", type, config: { ...config }, secrets: { ...secrets } });
  return { ...kibana, rotate: async (given: object) => (await kibana.call("update_connector", { id: "one", secrets: given })).body };
}
const relay = { authType: "oauth_client_credentials", tokenUrl: "https://login.vendor.example/token", clientSecret: "kibana-made-1" };

test("of a type whose token URL Kibana fills in: the person is asked about another one alone, and where the secrets lead", async () => {
  const { rotate, questions } = await made(".acme-relay", relay);
  expect(await rotate({ clientSecret: fresh })).toMatchObject({ status: "done" });
  const { message = "" } = questions.at(-1) ?? {};
  expect(message).toContain('no tokenUrl but "https://login.vendor.example/token", which Kibana fills in');
  expect(message).toContain("Its secrets also lead to login.vendor.example: Kibana does not show whether those before did.");
  expect(message).not.toContain("no longer to");
});

test("of such a type, where nobody knows: the error says when to give it, and given it is stored", async () => {
  const { rotate } = await made(".acme-relay", relay, doesNotKnow);
  const { code, fix } = await rotate({ clientSecret: fresh });
  expect([code, fix]).toEqual([
    "secrets_needed",
    expect.stringContaining("Kibana fills in tokenUrl and scope again: give another value only if one is stored."),
  ]);
  const given = { clientSecret: fresh, tokenUrl: { $env: "CONNECTOR_SECRET_URL" }, scope: { $env: "CONNECTOR_SECRET_ID" } };
  expect(await rotate(given)).toMatchObject({ status: "done" });
});

test("of a type that has no such address: the error says what it is, who has it, and how it is given", async () => {
  const secrets = { authorizationUrl: "https://login.own.example/a", tokenUrl: "https://login.own.example/token" };
  const oauth = { authType: "oauth_authorization_code", ...secrets, clientId: "me", clientSecret: "kibana-made-1" };
  const { rotate } = await made(".acme-drive", oauth, accepts, {});
  const refused = await rotate({ clientSecret: fresh });
  expect(refused).toMatchObject({ code: "secrets_needed", detail: { required: ["authorizationUrl", "tokenUrl", "clientId"] } });
  expect(refused.fix).toContain("authorizationUrl and tokenUrl: addresses, which Kibana keeps among the secrets and shows to nobody.");
  expect(refused.detail.secrets.tokenUrl).toEqual({ $ask: true });
  const address = { $env: "CONNECTOR_SECRET_URL" };
  const given = { clientSecret: fresh, clientId: { $env: "CONNECTOR_SECRET_ID" }, tokenUrl: address, authorizationUrl: address };
  expect(await rotate(given)).toMatchObject({ status: "done" });
});

test("of a type that keeps its token URL in config nothing of it is asked", async () => {
  const config = { url, method: "post", hasAuth: true, authType: "webhook-oauth2-client-credentials", clientId: "me" };
  const known = { ...config, accessTokenUrl: "https://login.own.example/token" };
  const { rotate, questions } = await made(".webhook", { clientSecret: "kibana-made-1" }, accepts, known);
  expect(await rotate({ clientSecret: fresh })).toMatchObject({ status: "done" });
  expect(questions.at(-1)?.message).not.toMatch(/Url but|also lead to|no longer to/);
});
