import { beforeEach, expect, test } from "vitest";
import type { SpecType } from "../../src/sandbox/connectors/spec-types.ts";
import { rewritingProxy } from "../support/config-proxy.ts";
import { inventedType } from "../support/invented-type.ts";
import { accepts, product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";

const secret = "bk-7f3a9c1e5d2b";
const key = { beaconKey: { $env: "CONNECTOR_SECRET_BEACON" } };
const tower = { name: "Tower", type: ".acme-beacon", config: { url: "https://tower.acme.example", region: "north" }, secrets: key };
const stored = { url: "https://tower.acme.example", region: "north", retries: 2, authType: "beacon_key" };
const env = { CONNECTOR_SECRET_BEACON: secret };

let texts: string[];
beforeEach(() => {
  texts = [];
});

async function kibana(options: Parameters<typeof product>[0] = {}) {
  const made = await product({
    person: accepts,
    env,
    ...options,
    sandbox: { empty: true, specTypes: [inventedType], ...options.sandbox },
  });
  const call = async (tool: string, args: Record<string, unknown> = {}) => {
    const { body, text } = await made.call(tool, args);
    texts.push(text);
    return body;
  };
  const documents = async () =>
    (JSON.parse(await made.bare("GET", "/api/actions/connectors")) as { id: string; config: object }[]).filter(({ id }) => id === "tower");
  return { ...made, call, documents };
}

test("a type that nobody has heard of is described with fields, secrets, actions and their params, as this Kibana's", async () => {
  const { call, calls } = await kibana();
  for (const word of [".acme-beacon", "acme beacon"]) {
    const { types } = await call("describe_connector_types", { types: [word] });
    expect(types).toEqual([
      expect.objectContaining({
        id: ".acme-beacon",
        source: "this Kibana",
        features: ["workflows", "alerting"],
        config: expect.arrayContaining([
          { name: "url", type: "url", required: true, note: "Address of the tower" },
          { name: "region", type: "string", required: true, values: ["north", "south"], note: "Region" },
          { name: "retries", type: "number", default: 2 },
        ]),
        secrets: expect.objectContaining({
          ways: [
            { name: "beacon_key", fields: ["beaconKey"] },
            { name: "basic", fields: ["username", "password"] },
          ],
        }),
        actions: { light: "{watchers: string[], colour?: string, text?: string}", look: "{}", _test: "{}" },
        example: {
          name: "Acme Beacon for …",
          type: ".acme-beacon",
          config: { url: "https://host.example.com", region: "north" },
          secrets: { beaconKey: { $env: "CONNECTOR_SECRET_ACME_BEACON_BEACON_KEY" } },
        },
        tests: { safe: expect.stringContaining("Kibana's own test") },
      }),
    ]);
  }
  const { types } = await call("describe_connector_types", { types: [".acme-beacon"], sub_action: "light" });
  expect(types[0].params).toContainEqual({ name: "colour", type: "string", default: "red", values: ["red", "green"] });
  // One request for all types, and for all calls of a minute.
  expect(calls.filter(({ path }) => path.includes("/spec"))).toEqual([
    expect.objectContaining({ method: "GET", path: "/internal/actions/connector_types/specs" }),
  ]);
});

test("it is created, attached, tested, run, changed, audited, exported, deleted and undone, and its secret is seen nowhere", async () => {
  const { call, documents, questions, journal, bare } = await kibana({ sandbox: { empty: false } });
  expect(await call("create_connector", tower)).toMatchObject({ status: "done", result: { connector: { id: "tower", config: stored } } });
  expect(questions.at(-1)?.message).toContain("CONNECTOR_SECRET_BEACON → tower.acme.example");
  expect((await call("test_connector", { id: "tower" })).result).toMatchObject({ ok: true, mode: "safe" });

  const light = (params: object) => call("execute_connector", { id: "tower", params: { subAction: "light", subActionParams: params } });
  expect((await light({ watchers: ["ann@acme.example"], colour: "blue" })).message).toContain("must be one of: red, green");
  expect(await light({ watchers: ["ann@acme.example"] })).toMatchObject({ status: "done", result: { ok: true } });
  expect(questions.at(-1)?.message).toContain(`watchers "ann@acme.example"`);
  const params = { subAction: "light", subActionParams: { watchers: ["ann@acme.example"], text: "{{rule.name}}" } };
  const attached = await call("attach_connector", { connector: "tower", rules: ["disk-almost-full"], params });
  expect(attached).toMatchObject({ status: "done" });
  expect(await call("undo_change", { change: attached.change })).toMatchObject({ status: "done" });

  expect(await call("update_connector", { id: "tower", config: { region: "south" } })).toMatchObject({
    code: "secrets_needed",
    detail: { required: ["beaconKey"], auth_mode: "beacon_key" },
  });
  const changed = await call("update_connector", { id: "tower", config: { region: "south" }, secrets: key });
  expect(changed).toMatchObject({
    status: "done",
    result: { secrets_stored: ["beaconKey"], connector: { config: { ...stored, region: "south" } } },
  });
  expect(await call("undo_change", { change: changed.change, secrets: key })).toMatchObject({ status: "done" });
  expect(await documents()).toMatchObject([{ config: stored }]);

  const { findings } = await call("audit_connectors", { checks: ["unused"] });
  expect(
    findings.filter(({ connector }: { connector?: string }) => connector === "tower").map(({ check }: { check: string }) => check),
  ).toEqual(["unused"]);

  for (const format of ["terraform", "kibana_yml", "api"]) {
    const { files } = await call("export_connectors", { ids: ["tower"], format });
    const text = files.map(({ content }: { content: string }) => content).join("\n");
    expect(text, format).toMatch(/secrets[\s\S]*"?authType"?\s*[:=]\s*"?beacon_key/);
    expect(text, format).toMatch(/beaconKey"?\s*[:=]\s*("?\$\{|var\.)/);
  }
  const deleted = await call("safe_delete_connector", { ids: ["tower"] });
  expect(deleted).toMatchObject({ status: "done", result: { deleted: ["tower"] } });
  expect(await documents()).toEqual([]);
  expect(await call("undo_change", { change: deleted.change, secrets: key })).toMatchObject({ status: "done" });
  expect(await documents()).toMatchObject([{ config: stored }]);

  const seen = [...texts, ...questions.map(({ message }) => message), await journal(), await bare("GET", "/sandbox/deliveries")].join("\n");
  expect(seen).not.toContain(secret);
});

test("what Kibana would refuse of it is refused here, with what it takes", async () => {
  const { call, writes } = await kibana();
  const refused = async (change: object) => (await call("create_connector", { ...tower, ...change })).message;
  expect(await refused({ config: { ...tower.config, region: "nord" } })).toContain("config.region must be one of: north, south");
  expect(await refused({ config: { region: "north" } })).toContain("config.url is required");
  expect(await refused({ config: { ...tower.config, retries: 9 } })).toContain("config.retries must be at most 5");
  expect(await refused({ secrets: {} })).toContain("needs beaconKey");
  expect(await refused({ secrets: { authType: "basic" } })).toContain("needs username and password");
  expect(await refused({ secrets: { authType: "none" } })).toMatch(/secrets.authType must be one of: beacon_key, basic/);
  expect(writes()).toEqual([]);
});

test("an address anywhere in its config or in the params of a run is a destination that a person sees", async () => {
  const { call, questions } = await kibana();
  const config = { ...tower.config, selectedActions: ["light"], relay: "https://relay.acme.example/in" };
  await call("create_connector", { ...tower, config });
  expect(questions.at(-1)?.message).toContain("CONNECTOR_SECRET_BEACON → relay.acme.example, tower.acme.example");
  const params = { subAction: "light", subActionParams: { watchers: [], text: "https://elsewhere.example.net/x" } };
  await call("execute_connector", { id: "tower", params });
  expect(questions.at(-1)?.message).toContain("elsewhere.example.net");
});

test("a text that would lead a request elsewhere, if Kibana puts it into its address, is told to the person, and no other", async () => {
  const { call, questions } = await kibana();
  await call("create_connector", tower);
  const asked = async (watcher: string) => {
    const params = {
      subAction: "light",
      subActionParams: { watchers: [watcher], tower_id: "7/8?x", colour: "red", text: "see ../notes for more" },
    };
    await call("execute_connector", { id: "tower", params });
    return questions.at(-1)?.message ?? "";
  };
  const message = await asked("../../towers/8/burn");
  for (const field of ["watchers", "tower_id"]) expect(message).toContain(`params.subActionParams.${field} is no plain id: if Kibana`);
  expect(message).not.toContain("subActionParams.text is no");
  expect(await asked("ann/lee@acme.example")).not.toContain("watchers is no plain id");
});

test("where its config has no host, the person is told that it is not known", async () => {
  const { call, questions } = await kibana();
  const otx = { name: "Threats", type: "AlienVault OTX", secrets: { "X-OTX-API-KEY": key.beaconKey } };
  expect(await call("create_connector", otx)).toMatchObject({
    status: "done",
    result: { connector: { config: { authType: "api_key_header" } } },
  });
  expect(questions.at(-1)?.message).toContain("CONNECTOR_SECRET_BEACON → a host not known beforehand");
  expect((await call("test_connector", { id: "threats" })).result).toMatchObject({ ok: true });
  expect(texts.join()).not.toContain(secret);
});

test("a person types its secrets, and a binding to another host holds", async () => {
  const { call, writes } = await kibana({ env: { ...env, CONNECTOR_SECRET_BEACON__FOR: ".acme-beacon@other.acme.example" } });
  expect(await call("create_connector", { ...tower, secrets: { $ask: true } })).toMatchObject({ status: "secrets_wanted" });
  expect(await call("create_connector", tower)).toMatchObject({ code: "secret_refused" });
  expect(writes()).toEqual([]);
});

const refusals = {
  "has no such route": undefined,
  "lets this user not read it": { status: 403, text: JSON.stringify({ statusCode: 403, error: "Forbidden", message: "Forbidden" }) },
  "fails at it": { status: 500, text: JSON.stringify({ statusCode: 500, error: "Internal Server Error", message: "Oops" }) },
  "answers something else": { status: 200, text: JSON.stringify({ login: true }) },
};
test.each(Object.entries(refusals))("where Kibana %s, only Kibana checks the type, as before", async (_case, refusal) => {
  const between = await rewritingProxy({ after: ({ path }) => (/\/specs?$/.test(path) ? refusal : undefined) });
  const made = await kibana({
    settings: { kibana: kibanaSettings({ url: between.url }) },
    sandbox: refusal ? {} : { version: "9.3" },
  });
  between.target = made.sandboxUrl;
  const { types } = await made.call("describe_connector_types", { types: [".acme-beacon"] });
  expect(types).toEqual([expect.objectContaining({ traps: [expect.stringContaining("does not know its fields")] })]);
  const created = await made.call("create_connector", { ...tower, secrets: { authType: "beacon_key", ...key } });
  expect(created).toMatchObject({ status: "done", warnings: [expect.stringContaining("only Kibana checks")] });
  const asked = between.calls.filter(({ path }) => path.includes("/spec"));
  // A change asks for itself.
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("a Kibana that describes one type at a time is asked for that one", async () => {
  const { call, calls } = await kibana({ sandbox: { version: "9.4" } });
  expect((await call("describe_connector_types", { types: [".acme-beacon"] })).types[0]).toMatchObject({ source: "this Kibana" });
  await call("describe_connector_types", { types: [".acme-beacon"] });
  expect(calls.filter(({ path }) => path.includes("/spec")).map(({ path }) => path)).toEqual([
    "/internal/actions/connector_types/specs",
    "/internal/actions/connector_types/.acme-beacon/spec",
  ]);
});

test("a run of one whose address is in no field of the config says that its host is not known, and of any other which it is", async () => {
  const config = { type: "object", properties: { region: { type: "string" } }, additionalProperties: false };
  const { secrets } = inventedType.schema.properties;
  for (const [specType, given, host] of [
    [{ ...inventedType, schema: { properties: { config, secrets } } }, { region: "north" }, "a host not known beforehand"],
    [inventedType, tower.config, "tower.acme.example"],
  ] as const) {
    const { call } = await kibana({ sandbox: { specTypes: [specType] } });
    expect((await call("create_connector", { ...tower, config: given })).status).toBe("done");
    const params = { subAction: "light", subActionParams: { watchers: ["U1"], colour: "red" } };
    const { plan } = await call("execute_connector", { id: "tower", params, dry_run: true });
    expect(plan.requests).toEqual([`A request → ${host}`]);
  }
});

const loop = { type: "object", properties: { again: { $ref: "#" }, other: { $ref: "#" } } };
const descriptions: [string, SpecType["schema"]["properties"], boolean][] = [
  [
    "of a config that contains itself, with a pattern that takes for ever",
    {
      config: { type: "object", properties: { loop, text: { type: "string", pattern: "^(a+)+$" } } },
      secrets: { type: "object", properties: { key: { type: "string" } }, required: ["key"] },
    },
    true,
  ],
  [
    "whose secrets have names that nobody can type",
    { config: { type: "object", properties: {} }, secrets: { type: "object", properties: { "a key of\u202e ours": { type: "string" } } } },
    false,
  ],
  [
    "whose secrets may have any name",
    { config: { type: "object", properties: {} }, secrets: { type: "object", additionalProperties: { type: "string" } } },
    false,
  ],
  ["that says nothing of secrets", { config: { type: "object", properties: {} }, secrets: { type: "null" } }, false],
];
test.each(descriptions)("a description %s is read as far as it can be relied on, at once", async (_what, properties, known) => {
  const { call } = await kibana({ sandbox: { specTypes: [{ ...inventedType, schema: { properties } }] } });
  const begun = performance.now();
  const { types } = await call("describe_connector_types", { types: [".acme-beacon"] });
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(types[0].source).toBe(known ? "this Kibana" : undefined);
  expect(texts.join()).not.toContain("a key of");
});
