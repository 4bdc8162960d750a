import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { stored } from "../catalog/examples.ts";
import { startServer, yes } from "../support/built-server.ts";
import { inventedType } from "../support/invented-type.ts";
import { references } from "../support/stored-documents.ts";
import { typeWithDefaults } from "../support/type-with-defaults.ts";

type Args = Record<string, unknown>;
interface Case {
  type: string;
  config: Args;
  secrets: Args;
}

/** Types that only Kibana describes, and each known type with each way to authenticate. */
const described: [string, Case][] = [
  [
    "a type that only Kibana describes",
    {
      type: ".acme-relay",
      config: { url: "https://a.example.com" },
      secrets: { authType: "oauth_client_credentials", clientSecret: "stored-client-1", scope: "stored-scope-1" },
    },
  ],
];
const cases: [string, Case][] = [
  ...described,
  ...stored.filter(({ secrets }) => Object.keys(secrets).length > 0).map((one): [string, Case] => [`${one.type}, ${one.way}`, one]),
];

async function started({ secrets }: Pick<Case, "secrets">, version = "9.5") {
  const { authType, ...values } = secrets;
  const { args, env } = references(values);
  const sandbox = await startSandbox({ empty: true, version, specTypes: [typeWithDefaults({}), inventedType] });
  onTestFinished(() => sandbox.close());
  const server = await startServer({ env: { KIBANA_URL: sandbox.url, ...env }, person: yes });
  onTestFinished(() => server.close());
  const call = async (tool: string, given: Args) => {
    const { body } = await server.call(tool, given);
    return body.error ?? body;
  };
  return { call, given: { ...(authType !== undefined && { authType }), ...args } as Args, seed: sandbox.url };
}

/** What an agent passes that copies a proposal; a person who types has the same values at hand as variables here. */
function typed(proposed: unknown, given: unknown): unknown {
  if (proposed === null || typeof proposed !== "object") return proposed;
  if ("$ask" in proposed) return given;
  return Object.fromEntries(Object.entries(proposed).map(([key, value]) => [key, typed(value, Object(given)[key])]));
}

/** The call without authentication that a fix describes. */
function withNone(refused: { fix: string }, given: Args): { config: Args | undefined; secrets: Args } {
  const [, config, only] =
    /wants no authentication, pass config: (\{.*?\})(?: and of these secrets only (\w+(?: and \w+)*))?\./.exec(refused.fix) ?? [];
  const left = only?.split(" and ") ?? [];
  return { config: config && JSON.parse(config), secrets: Object.fromEntries(left.map((field) => [field, given[field]])) };
}

describe("what an update is told to pass for secrets that this server stored works as it stands", () => {
  test.for(cases)("%s", async ([, one]) => {
    const { call, given } = await started(one);
    const rename = async (id: string, more: Args = {}) => call("update_connector", { id, name: `New ${id}`, ...more });
    const made = async (id: string) => {
      // Each has an endpoint of its own.
      const endpoint = one.config.inferenceId === undefined ? {} : { inferenceId: `endpoint-${id}` };
      const create = { id, name: id, type: one.type, config: { ...one.config, ...endpoint }, secrets: given };
      expect(await call("create_connector", create)).toMatchObject({ status: "done" });
    };
    await made("all");
    const refused = await rename("all");
    expect(refused.code).toBe("secrets_needed");
    const proposed = refused.detail.secrets as Args;
    expect(JSON.stringify(proposed)).not.toContain("<name>");
    expect(await rename("all", { secrets: typed(proposed, given) })).toMatchObject({ status: "done" });

    const dropped = /This server stored (\S+(?: and \S+)*); null in its place drops it\./.exec(refused.fix)?.[1]?.split(" and ") ?? [];
    if (dropped.length > 0) {
      await made("dropped");
      const secrets = { ...Object(typed(proposed, given)), ...Object.fromEntries(dropped.map((field) => [field, null])) };
      const done = await rename("dropped", { secrets });
      expect(done).toMatchObject({ status: "done" });
      for (const field of dropped) expect(done.result.secrets_stored ?? []).not.toContain(field);
      // It is gone, so nobody asks for it again.
      expect((await rename("dropped", { name: "Again" })).detail?.required ?? []).not.toEqual(expect.arrayContaining(dropped));
    }

    const { config, secrets } = withNone(refused, given);
    if (config === undefined) return;
    await made("open");
    expect(await rename("open", { config, secrets })).toMatchObject({ status: "done" });
  });
});

describe("what a create without secrets is told works as it stands", () => {
  test.for(cases)("%s", async ([, one]) => {
    const { call, given } = await started(one);
    const create = async (more: Args) => call("create_connector", { name: "One", type: one.type, config: one.config, ...more });
    const refused = await create({});
    if (refused.status === "done") return;
    const asked = Object.keys(refused.detail.secrets ?? {});
    // Of another way to authenticate nothing is at hand here, nor of names that only the service knows.
    const isAtHand = asked.every((field) => field in given) && !JSON.stringify(refused.detail.secrets ?? {}).includes("<name>");
    if (isAtHand && asked.length > 0)
      expect(await create({ secrets: typed(refused.detail.secrets, given), id: "typed" })).toMatchObject({ status: "done" });
    const { config, secrets } = withNone(refused, given);
    if (config === undefined) return;
    expect(await create({ config: { ...one.config, ...config }, secrets, id: "open", name: "Two" })).toMatchObject({ status: "done" });
  });
});

describe("to pass no authentication is advised", () => {
  const basic = { url: "https://a.example.com", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
  const open = { url: "https://a.example.com", method: "post", hasAuth: false, authType: null };
  const secrets = { user: "stored-user-1", password: "stored-pass-1", secretHeaders: { "X-Key": "stored-header-1" } };
  const advice = "If the service wants no authentication";

  test("where it takes secrets away that are asked for, and those that stay are said", async () => {
    const { call, given } = await started({ secrets });
    await call("create_connector", { id: "one", name: "One", type: ".webhook", config: basic, secrets: given });
    const { fix } = await call("update_connector", { id: "one", name: "Two" });
    expect(fix).toContain(`${advice}, pass config: {"hasAuth":false,"authType":null} and of these secrets only secretHeaders.`);
  });

  test.each<[string, Args, Args]>([
    ["not where the config says so already", open, { name: "Two" }],
    ["not where the connector is so now: the call would change nothing", open, { config: { hasAuth: true } }],
    [
      "not where the call takes another way",
      open,
      { config: { hasAuth: true, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" } },
    ],
  ])("%s", async (_what, config, patch) => {
    const { call, given } = await started({ secrets });
    const { secretHeaders } = given;
    await call("create_connector", { id: "one", name: "One", type: ".webhook", config, secrets: { secretHeaders } });
    const refused = await call("update_connector", { id: "one", ...patch });
    expect(refused).toMatchObject({ code: "secrets_needed", fix: expect.not.stringContaining(advice) });
  });

  test("not where the mail goes through Exchange, which always signs in", async () => {
    const { call, given } = await started({ secrets: { clientSecret: "stored-client-1" } });
    const config = { service: "exchange_server", from: "a@example.com", clientId: "me", tenantId: "t" };
    await call("create_connector", { id: "one", name: "One", type: ".email", config, secrets: given });
    expect(await call("update_connector", { id: "one", name: "Two" })).toMatchObject({
      code: "secrets_needed",
      fix: expect.not.stringContaining(advice),
    });
  });
});

describe("a name that only the service knows", () => {
  test.each<[string, Args]>([
    ["asked for as one", { $ask: true }],
    ["given as one", { $env: "CONNECTOR_SECRET_USER" }],
    ["left as it was proposed", { "<name>": { $env: "CONNECTOR_SECRET_USER" } }],
  ])("is said to be one where it is missing: %s", async (_what, secretHeaders) => {
    const { call } = await started({ secrets: { user: "stored-user-1" } });
    const config = { url: "https://a.example.com", hasAuth: false };
    const refused = await call("create_connector", { name: "One", type: ".webhook", config, secrets: { secretHeaders } });
    expect(`${refused.message} ${refused.fix}`).toMatch(/in (place of <name>|its place).*|the name that the service expects/);
    expect(`${refused.message} ${refused.fix}`).toContain("the name that the service expects, such as that of a header");
  });

  test("is said in what an update proposes of a connector that others made", async () => {
    const { seed } = await started({ secrets: {} });
    const body = { name: "One", connector_type_id: ".webhook", config: { url: "https://a.example.com", hasAuth: false }, secrets: {} };
    const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
    await fetch(`${seed}/api/actions/connector/one`, { method: "POST", headers, body: JSON.stringify(body) });
    const untold = JSON.stringify({ fault: "error", path: "/secret_headers", times: 10 });
    await fetch(`${seed}/sandbox/faults`, { method: "POST", headers, body: untold });
    const server = await startServer({ env: { KIBANA_URL: seed }, args: ["--dangerously-skip-confirmation"] });
    onTestFinished(() => server.close());
    const { body: refused } = await server.call("update_connector", { id: "one", name: "Two" });
    expect(refused.error.fix).toContain(
      '{"secretHeaders":{"<name>":{"$ask":true}}} (a person types it) with the name that the service expects',
    );
  });
});

test("a type whose secrets have names of their own is asked for those that it has", async () => {
  const { call } = await started({ secrets: {} });
  const config = { url: "https://a.example.com", hasAuth: false };
  const refused = await call("create_connector", { name: "One", type: ".webhook", config, secrets: { $ask: true } });
  expect(refused.fix).toContain('as {"user": {"$ask": true}}');
});
