import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer, yes } from "../support/built-server.ts";
import { accepts, declines, product } from "../support/product.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { placesOfDefaults, typeWithDefaults } from "../support/type-with-defaults.ts";

const env = {
  CONNECTOR_SECRET_TOKEN_URL: "https://hooks.example.com/token",
  CONNECTOR_SECRET_OPEN: "op-7f3a9c1e5d2b",
  CONNECTOR_SECRET_BOUND: "bd-7f3a9c1e5d2b",
  CONNECTOR_SECRET_BOUND__FOR: ".acme-relay@hooks.example.com",
};
const url = "https://hooks.example.com/x";
const [open, bound] = [{ $env: "CONNECTOR_SECRET_OPEN" }, { $env: "CONNECTOR_SECRET_BOUND" }];
const key = (relayKey: object) => ({ authType: "relay_key", relayKey });
const filledIn = "collect.vendor.example, hooks.example.com";

const kibana = (fields: object, answers = accepts, version = "9.5") =>
  product({
    person: answers,
    env,
    settings: { targetHosts: ["hooks.example.com"] },
    sandbox: { empty: true, version, specTypes: [typeWithDefaults(fields)] },
  });
const [, simple = { fields: {} }] = placesOfDefaults[0] ?? [];

test.for(placesOfDefaults)("what Kibana fills in for %s is a host that secrets go to", async ([, { fields, config = {} }]) => {
  const { call, questions } = await kibana(fields);
  const create = (name: string, secrets: object) =>
    call("create_connector", { name, type: ".acme-relay", config: { url, ...config }, secrets });
  expect((await create("One", key(open))).body).toMatchObject({ status: "done" });
  expect(questions.at(-1)?.message).toContain(`CONNECTOR_SECRET_OPEN → ${filledIn}`);
  expect((await create("Two", key(bound))).body).toMatchObject({ code: "secret_refused", message: expect.stringContaining(filledIn) });
});

test.for(["9.4", "9.5", "9.6", "serverless"])(
  "%s: so is what it fills in among the secrets, unless one is given or another way is taken",
  async (version) => {
    const { call, questions } = await kibana({}, accepts, version);
    const create = async (name: string, secrets: object) =>
      (await call("create_connector", { name, type: ".acme-relay", config: { url }, secrets })).body;
    const way = { authType: "oauth_client_credentials" };
    expect(await create("One", { ...way, clientSecret: bound })).toMatchObject({
      code: "secret_refused",
      message: expect.stringContaining("to hooks.example.com, login.vendor.example"),
    });
    expect(await create("Two", { ...way, clientSecret: open })).toMatchObject({ status: "done" });
    expect(questions.at(-1)?.message).toContain("→ hooks.example.com, login.vendor.example");
    expect(questions.at(-1)?.message).not.toContain("scopes.vendor.example");
    const asked = questions.length;
    expect(await create("Three", key(bound))).toMatchObject({ status: "done" });
    const given = { ...way, tokenUrl: { $env: "CONNECTOR_SECRET_TOKEN_URL" }, clientSecret: bound };
    expect(await create("Four", given)).toMatchObject({ status: "done" });
    expect(questions).toHaveLength(asked);
  },
);

test("an update that takes an address away, and a copy without it, ask about the one that Kibana fills in", async () => {
  const { call, questions } = await kibana(simple.fields);
  const own = { url, relay: "https://hooks.example.com/r" };
  const made = await call("create_connector", { name: "One", type: ".acme-relay", config: own, secrets: key(bound) });
  expect([made.body.status, questions.length]).toEqual(["done", 0]);
  const update = async (secret: object) =>
    (await call("update_connector", { id: "one", config: { relay: null }, secrets: key(secret) })).body;
  expect(await update(bound)).toMatchObject({ code: "secret_refused", message: expect.stringContaining(filledIn) });
  expect(await update(open)).toMatchObject({ status: "done" });
  expect(questions.at(-1)?.message).toContain(`CONNECTOR_SECRET_OPEN → ${filledIn}`);
  expect(questions.at(-1)?.message).toContain("nobody has agreed to collect.vendor.example for it yet");
  const copy = { from: { id: "two" }, name: "Three", config: { relay: null }, secrets: key(bound) };
  await call("create_connector", { name: "Two", type: ".acme-relay", config: own, secrets: key(bound) });
  expect((await call("create_connector", copy)).body).toMatchObject({ code: "secret_refused", message: expect.stringContaining(filledIn) });
});

test("a host of a default counts as agreed to only once a person was asked, and one that is given is the only one", async () => {
  const { call, questions } = await kibana(simple.fields, declines);
  const create = (name: string, config: object) =>
    call("create_connector", { name, type: ".acme-relay", config: { url, ...config }, secrets: key(open) });
  const hook = () =>
    call("create_connector", {
      name: "Hook",
      type: ".webhook",
      config: { url: "https://collect.vendor.example/a", hasAuth: false },
      secrets: { secretHeaders: { Token: open } },
    });
  expect((await create("One", {})).body).toMatchObject({ status: "declined" });
  expect((await create("Two", { relay: "https://hooks.example.com/r" })).body).toMatchObject({ status: "done" });
  expect(questions).toHaveLength(1);
  expect((await hook()).body).toMatchObject({ status: "declined" });
});

test("what Kibana fills in where the params of a run leave a field out is read before it, and given params stand for themselves", async () => {
  const target = { type: "string", default: "https://collect.vendor.example/run" };
  const to = { type: "string", default: "ann@vendor.example" };
  const type = typeWithDefaults({});
  const input = { type: "object", properties: { target, to, text: { type: "string" } }, required: ["target", "to"] };
  const { call, questions } = await product({
    person: accepts,
    env,
    settings: { targetHosts: ["hooks.example.com"] },
    sandbox: { empty: true, specTypes: [{ ...type, actions: { send: { input } } }] },
  });
  await call("create_connector", { name: "One", type: ".acme-relay", config: { url }, secrets: key(open) });
  const run = (given: object) =>
    call("execute_connector", { id: "one", params: { subAction: "send", subActionParams: { text: "x", ...given } } });
  expect((await run({})).body).toMatchObject({ status: "done" });
  expect(questions.at(-1)?.message).toContain("→ collect.vendor.example");
  expect(questions.at(-1)?.message).toContain('to "ann@vendor.example"');
  expect((await run({ target: "https://hooks.example.com/run", to: "bob@acme.example" })).body).toMatchObject({ status: "done" });
  expect(questions.at(-1)?.message).not.toContain("vendor.example");
});

test("a default that Kibana got a moment ago is read before a create, and no host is agreed to by one that nobody was asked about", async () => {
  const sandbox = await startSandbox({ empty: true, specTypes: [typeWithDefaults(simple.fields)] });
  onTestFinished(() => sandbox.close());
  let upgraded = false;
  const proxy = await rewritingProxy(sandbox.url, {
    answer({ path }, body) {
      if (upgraded || !path.includes("/connector_types/specs")) return;
      for (const { schema } of body)
        for (const field of Object.values<{ default?: unknown }>(schema.properties.config.properties ?? {})) delete field.default;
    },
  });
  const server = await startServer({
    args: ["--target-hosts", "hooks.example.com"],
    env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any", ...env },
    person: yes,
  });
  onTestFinished(() => server.close());
  const create = (name: string, more = {}) =>
    server.call("create_connector", { name, type: ".acme-relay", config: { url }, secrets: key(open), ...more });
  const { body: before } = await create("One", { dry_run: true });
  expect([before.status, before.plan.needs_a_person]).toEqual(["planned", undefined]);
  await server.call("describe_connector_types", { types: [".acme-relay"] });
  upgraded = true;
  await create("Two");
  expect(server.questions.join()).toContain(`CONNECTOR_SECRET_OPEN → ${filledIn}`);
});
