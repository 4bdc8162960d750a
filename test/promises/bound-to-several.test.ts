import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startBuilt, startServer } from "../support/built-server.ts";
import { typeWithDefaults } from "../support/type-with-defaults.ts";

const bound = { $env: "CONNECTOR_SECRET_X" };
const same = { $env: "CONNECTOR_SECRET_SAME" };

type Args = { type: string; config: object; secrets(value: object): object };
const oauth = { hasAuth: true, authType: "webhook-oauth2-client-credentials", clientId: "me" };

/** Types whose secrets reach more than one host, and these. */
const several: [string, Args, string[]][] = [
  [
    "a webhook with a token URL",
    {
      type: ".webhook",
      config: { url: "https://api.example.com/x", accessTokenUrl: "https://login.example.net/token", ...oauth },
      secrets: (clientSecret) => ({ clientSecret }),
    },
    ["api.example.com", "login.example.net"],
  ],
  [
    "a webhook with a Host header",
    {
      type: ".webhook",
      config: { url: "https://api.example.com/x", headers: { Host: "inner.example.net" }, hasAuth: false },
      secrets: (token) => ({ secretHeaders: { Token: token } }),
    },
    ["api.example.com", "inner.example.net"],
  ],
  [
    "a webhook of cases",
    {
      type: ".cases-webhook",
      config: {
        createIncidentUrl: "https://api.example.com/new",
        createIncidentJson: '{"title":{{{case.title}}}}',
        createIncidentResponseKey: "id",
        getIncidentUrl: "https://read.example.net/{{{external.system.id}}}",
        getIncidentResponseExternalTitleKey: "title",
        viewIncidentUrl: "https://api.example.com/{{{external.system.id}}}",
        updateIncidentUrl: "https://api.example.com/{{{external.system.id}}}",
        updateIncidentJson: '{"title":{{{case.title}}}}',
        hasAuth: true,
        authType: "webhook-authentication-basic",
      },
      secrets: (password) => ({ user: { $env: "CONNECTOR_SECRET_USER" }, password }),
    },
    ["api.example.com", "read.example.net"],
  ],
  [
    "an HTTP request through a proxy",
    {
      type: ".http",
      config: { url: "https://api.example.com/x", proxyUrl: "http://proxy.example.net:3128", hasAuth: false },
      secrets: (token) => ({ secretHeaders: { Token: token } }),
    },
    ["api.example.com", "http://proxy.example.net:3128"],
  ],
  [
    "Defender",
    {
      type: ".microsoft_defender_endpoint",
      config: {
        clientId: "me",
        tenantId: "t",
        oAuthServerUrl: "https://login.example.net",
        oAuthScope: "s",
        apiUrl: "https://api.example.com",
      },
      secrets: (clientSecret) => ({ clientSecret }),
    },
    ["api.example.com", "login.example.net"],
  ],
  [
    "a type that only Kibana describes, with a default",
    {
      type: ".acme-relay",
      config: { url: "https://api.example.com/x" },
      secrets: (clientSecret) => ({ authType: "oauth_client_credentials", clientSecret }),
    },
    ["api.example.com", "login.vendor.example"],
  ],
];

async function server(binding: string, start: typeof startServer = startServer) {
  const sandbox = await startSandbox({ empty: true, version: "9.5", specTypes: [typeWithDefaults({})] });
  onTestFinished(() => sandbox.close());
  const env = {
    KIBANA_URL: sandbox.url,
    ...{ CONNECTOR_SECRET_X: "cs-7f3a9c1e5d2b", CONNECTOR_SECRET_X__FOR: binding, CONNECTOR_SECRET_SAME: "cs-7f3a9c1e5d2b" },
    CONNECTOR_SECRET_USER: "user-7f3a",
  };
  const started = await start({ env, args: ["--target-hosts", "*"] });
  onTestFinished(() => started.close());
  return async ({ type, config, secrets }: Args, value: object = bound, more: object = {}) => {
    const { body } = await started.call("create_connector", { name: "One", type, config, secrets: secrets(value), ...more });
    return body.error ?? body;
  };
}

const bindings = (type: string, hosts: readonly string[]) => hosts.map((host) => `${type}@${host}`).join(",");

describe("a bound secret of a connector that sends it to several hosts", () => {
  test.for(several)("of %s: goes there where each is bound, whatever the order", async ([, args, hosts]) => {
    const create = await server(bindings(args.type, hosts));
    expect(await create(args)).toMatchObject({ status: "done" });
    const turned = await server(
      [...hosts]
        .reverse()
        .map((host) => `@${host}`)
        .join(", "),
    );
    expect(await turned(args)).toMatchObject({ status: "done" });
  });

  test.for(several)("of %s: is refused where one of them is not, and what is said to write works", async ([, args, hosts]) => {
    for (const [at, host] of hosts.entries()) {
      const create = await server(bindings(args.type, [host]));
      const refused = await create(args);
      expect(refused).toMatchObject({ code: "secret_refused", message: expect.stringContaining(`to ${[...hosts].sort().join(", ")}.`) });
      const [, written = ""] = /CONNECTOR_SECRET_X__FOR=(\S+) and restart/.exec(refused.fix) ?? [];
      expect(written.split(",").sort()).toEqual(bindings(args.type, hosts).split(",").sort());
      if (at === 0) expect(await (await server(written))(args)).toMatchObject({ status: "done" });
    }
  });

  test("by another name, too: what is said to write names all of them", async () => {
    const [, args, hosts] = several[0] as (typeof several)[0];
    const refused = await (await server(bindings(args.type, hosts.slice(0, 1))))(args, same);
    expect(refused).toMatchObject({ code: "secret_refused", fix: expect.stringContaining(`(NAME__FOR=${bindings(args.type, hosts)})`) });
    expect(await (await server(bindings(args.type, hosts)))(args, same)).toMatchObject({ status: "done" });
  });

  test("through the built program", async () => {
    const [, args, hosts] = several[0] as (typeof several)[0];
    expect(await (await server(bindings(args.type, hosts), startBuilt))(args)).toMatchObject({ status: "done" });
  });
});

describe("a binding means no more than it says", () => {
  const [, webhook] = several[0] as (typeof several)[0];
  test.each([
    ["one host", ".webhook@api.example.com"],
    ["the other one", ".webhook@login.example.net"],
    ["one host for this type, the other for another", ".webhook@api.example.com,.opsgenie@login.example.net"],
    ["one host, and the other in a weaker way", ".webhook@api.example.com,.webhook@unverified://login.example.net"],
    ["one host, and one below the other", ".webhook@api.example.com,.webhook@example.net"],
  ])("%s", async (_what, binding) => {
    expect(await (await server(binding))(webhook)).toMatchObject({ code: "secret_refused" });
  });

  test("where a host cannot be read, nothing is said to write", async () => {
    const config = { url: "https://{{host}}/x", hasAuth: false };
    const refused = await (await server("@api.example.com"))({
      type: ".webhook",
      config,
      secrets: (token) => ({ secretHeaders: { Token: token } }),
    });
    expect(refused.fix).toMatch(/no binding can name unreadable address/);
    expect(refused.fix).not.toContain("__FOR=");
  });
});
