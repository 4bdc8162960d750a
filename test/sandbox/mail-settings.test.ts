import { expect, test } from "vitest";
import { kibana, refusal } from "./kibana.ts";

const mail = { to: ["a@example.org"], subject: "s", message: "m" };
const json = {
  name: "n",
  connector_type_id: ".email",
  config: { service: "__json", from: "bob@example.com", hasAuth: false },
  secrets: {},
};
const withYml = (kibanaYml: string) => kibana({ empty: true, kibanaYml });

async function message(kibanaYml: string, params: object = {}) {
  const { create, execute } = await withYml(kibanaYml);
  await create(json, "mail");
  return (await execute("mail", { ...mail, ...params })).body.data.message;
}

const sentence = "This message was sent by Elastic.";
test.each([
  ["", {}, `m\n\n---\n\n${sentence}`],
  ["xpack.actions.enableFooterInEmail: false", {}, "m"],
  [
    "server.publicBaseUrl: https://kibana.example.com/base",
    {},
    `m\n\n---\n\n${sentence} [Go to Elastic](https://kibana.example.com/base).`,
  ],
  [
    "server.publicBaseUrl: https://kibana.example.com",
    { kibanaFooterLink: { path: "/app/x", text: "See" } },
    `m\n\n---\n\n${sentence} [See](https://kibana.example.com/app/x).`,
  ],
])("the footer with %j and %j", async (yml, params, text) => {
  expect((await message(yml, params)).text).toBe(text);
});

test("a mail as long as the limit is cut, and says so", async () => {
  const { text } = await message("xpack.actions.email.maximum_body_length: 4", { message: "abcdef" });
  expect(text).toContain('Your message\'s length of 6 exceeded the 4 bytes limit that is set for the connector "mail" and was trimmed.');
  expect(text).toContain("setting.\n\nabcd\n\n---");
  expect((await message("xpack.actions.email.maximum_body_length: 4", { message: "abc" })).text).toMatch(/^abc\n/);
});

test("only the mail services that are enabled can be used", async () => {
  const { create } = await withYml("xpack.actions.email.services.enabled: [amazon-ses, other]");
  const gmail = { ...json, config: { ...json.config, service: "gmail" } };
  const problem = '[service]: "google-mail" is not in the list of enabled email services: amazon-ses,other';
  expect((await create(gmail)).body).toEqual(refusal(400, `error validating connector type config: ${problem}`));
  expect((await create(json)).status).toBe(200);
});

test("PKCS #12 files can be switched off", async () => {
  const ssl = { hasAuth: true, authType: "webhook-authentication-ssl", certType: "ssl-pfx" };
  const body = { name: "n", connector_type_id: ".webhook", config: { url: "https://a.example.com", ...ssl }, secrets: { pfx: "eA==" } };
  expect((await (await kibana()).create(body)).status).toBe(200);
  const { create } = await withYml("xpack.actions.webhook.ssl.pfx.enabled: false");
  const problem = 'error validation webhook action config: certType "ssl-pfx" is disabled';
  expect((await create(body)).body).toEqual(refusal(400, `error validating connector type config: ${problem}`));
});

test("an address of Kibana that is no URL keeps it from starting", async () => {
  await expect(withYml("server.publicBaseUrl: kibana.example.com")).rejects.toThrow("[config validation of [server].publicBaseUrl]");
});
