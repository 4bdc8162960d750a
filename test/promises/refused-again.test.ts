import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refuse } from "../pages/form.ts";
import { type Started, startSandboxWith, startServer } from "../support/built-server.ts";
import { postTo } from "../support/kibana-api.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith();
  const body = JSON.stringify({
    name: "Hook",
    connector_type_id: ".webhook",
    config: { url: "https://hooks.example.net", hasAuth: false },
    secrets: {},
  });
  const headers = { "content-type": "application/json", "kbn-xsrf": "true", authorization: "ApiKey any" };
  expect((await fetch(`${sandbox.url}/api/actions/connector/hook`, { method: "POST", headers, body })).status).toBe(200);
  const mail = { from: "kibana@example.com", service: "other", host: "smtp.example.com", port: 465, hasAuth: false };
  await postTo(sandbox.url, "/api/actions/connector/mail", { name: "Mail", connector_type_id: ".email", config: mail, secrets: {} });
  server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" } });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

type Args = Record<string, unknown>;
const hook = (config: Args) => ({ id: "hook", config });

/** The person refuses the first call on its page; what becomes of the others. */
async function afterRefusal(tool: string, first: Args, others: readonly Args[]) {
  const { body } = await server.call(tool, first);
  expect(body.status, JSON.stringify(body)).toBe("confirmation_needed");
  await refuse(body.confirm.url);
  return Promise.all(others.map(async (args) => (await server.call(tool, args)).body.status));
}

describe("a change that was refused on a page", () => {
  test.each<[what: string, tool: string, refused: Args, others: Args[]]>([
    [
      "a connector's name in place of its id, white space",
      "update_connector",
      { id: "kibana-log", name: "Server log" },
      [
        { id: "Kibana log", name: "Server log" },
        { id: "kibana-log", name: " Server  log " },
        { id: "kibana-log", space: "default", name: "Server log" },
      ],
    ],
    [
      "defaults that are written out",
      "execute_connector",
      { id: "kibana-log", params: { message: "a word" } },
      [
        { id: "kibana-log", params: { message: "a word", level: "info" }, retries: 0 },
        { params: { level: "info", message: "a word " }, id: "kibana-log" },
      ],
    ],
    [
      "another order",
      "safe_delete_connector",
      { ids: ["ops-slack-2", "hook"] },
      [{ ids: ["hook", "ops-slack-2"] }, { ids: ["Hook", "ops-slack-2"] }],
    ],
    [
      "an address that is written otherwise, defaults and keys in another order",
      "update_connector",
      hook({ url: "https://hooks.example.net/a", headers: { one: "1", two: "2" } }),
      [
        hook({ headers: { two: "2", one: "1" }, url: "https://hooks.example.net/a" }),
        hook({ url: "HTTPS://Hooks.Example.net:443/x/../a ", headers: { one: "1", two: "2" } }),
        hook({ url: "https://hooks.example.net/a", headers: { one: "1", two: "2" }, method: "post" }),
      ],
    ],
    [
      "the rules in another order, by name",
      "attach_connector",
      { connector: "kibana-log", rules: ["login-failures", "checkout-errors"] },
      [
        { connector: "Kibana log", rules: ["Checkout errors", "Login failures"] },
        { rules: ["checkout-errors", "login-failures"], connector: "kibana-log", recovery: "auto" },
      ],
    ],
    [
      "those who get a mail in another order",
      "execute_connector",
      { id: "mail", params: { to: ["ann@example.com", "bob@example.com"], subject: "s", message: "m" } },
      [{ id: "mail", params: { to: ["bob@example.com", "ann@example.com"], subject: "s", message: "m" } }],
    ],
    [
      "the same in a rule, and blanks in its templates",
      "attach_connector",
      {
        connector: "mail",
        rules: ["login-failures"],
        params: { to: ["ann@example.com", "bob@example.com"], message: "{{ rule.name }}\n{{{ rule.id }}}" },
      },
      [
        {
          connector: "mail",
          rules: ["login-failures"],
          params: { to: ["bob@example.com", "ann@example.com"], message: "{{rule.name}}\n{{{rule.id}}}" },
        },
      ],
    ],
  ])("is not asked about again in another spelling: %s", async (_what, tool, refused, others) => {
    expect(await afterRefusal(tool, refused, others)).toEqual(others.map(() => "declined"));
  });

  test.each<[what: string, tool: string, refused: Args, other: Args]>([
    ["another name", "update_connector", { id: "kibana-log", name: "First" }, { id: "kibana-log", name: "first" }],
    [
      "another message",
      "execute_connector",
      { id: "kibana-log", params: { message: "one" } },
      { id: "kibana-log", params: { message: "One" } },
    ],
    [
      "lines that are set otherwise",
      "execute_connector",
      { id: "kibana-log", params: { message: "a:\n  b" } },
      { id: "kibana-log", params: { message: "a:\nb" } },
    ],
    ["another path", "update_connector", hook({ url: "https://hooks.example.net/one" }), hook({ url: "https://hooks.example.net/One" })],
    ["one more", "safe_delete_connector", { ids: ["ops-slack-2"] }, { ids: ["ops-slack-2", "kibana-log"] }],
    [
      "another tool's change",
      "execute_connector",
      { id: "kibana-log", params: { message: "two" } },
      { id: "kibana-log", params: { message: "two", level: "warn" } },
    ],
    [
      "somebody else who gets the mail",
      "execute_connector",
      { id: "mail", params: { to: ["ann@example.com", "carl@example.com"], subject: "s", message: "m" } },
      { id: "mail", params: { to: ["ann@example.com", "dora@example.com"], subject: "s", message: "m" } },
    ],
    [
      "the copy for whom the mail was",
      "execute_connector",
      { id: "mail", params: { to: ["ann@example.com"], cc: ["eve@example.com"], subject: "s", message: "m" } },
      { id: "mail", params: { to: ["eve@example.com"], cc: ["ann@example.com"], subject: "s", message: "m" } },
    ],
    [
      "a template of other marks",
      "attach_connector",
      { connector: "mail", rules: ["disk-almost-full"], params: { to: ["ann@example.com"], message: "{{=<% %>=}}{{ a }}" } },
      { connector: "mail", rules: ["disk-almost-full"], params: { to: ["ann@example.com"], message: "{{=<% %>=}}{{a}}" } },
    ],
  ])("is asked about where it is another one: %s", async (_what, tool, refused, other) => {
    expect(await afterRefusal(tool, refused, [other])).toEqual(["confirmation_needed"]);
  });
});
