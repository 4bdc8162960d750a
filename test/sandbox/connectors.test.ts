import { describe, expect, test } from "vitest";
import { index, kibana, refusal } from "./kibana.ts";

const one = "/api/actions/connector";
const full = await kibana();
const { call, create, get } = full;

describe("a created connector", () => {
  test("comes back with the type's defaults and without its secrets", async () => {
    const secrets = { user: "username", password: "mypassphrase" };
    const { status, body } = await create({
      name: "Hook",
      connector_type_id: ".webhook",
      config: { url: "https://a.example.com" },
      secrets,
    });
    expect(status).toBe(200);
    const { id, ...rest } = body;
    expect(rest).toEqual({
      name: "Hook",
      connector_type_id: ".webhook",
      config: { url: "https://a.example.com", method: "post", headers: null, hasAuth: true },
      is_preconfigured: false,
      is_system_action: false,
      is_deprecated: false,
      is_missing_secrets: false,
      is_connector_type_deprecated: false,
    });
    expect((await get(`${one}/${id}`)).body).toEqual({ ...body, auth_mode: "shared" });
  });

  test("has a random id unless one is given", async () => {
    expect((await create(index)).body.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((await create(index, "given-id")).body.id).toBe("given-id");
  });

  test.each([
    [
      ".email",
      { from: "bob@example.com", service: "__json" },
      { user: "bob", password: "s" },
      { service: "__json", hasAuth: true, host: null, port: null },
    ],
    [
      ".email",
      { from: "b@example.com", host: "smtp.example.com", port: 25 },
      { user: "bob", password: "s" },
      { service: "other", port: 25, secure: null },
    ],
    [".index", { index: "i" }, {}, { index: "i", refresh: false, executionTimeField: null }],
    [".slack", undefined, { webhookUrl: "http://localhost:9000" }, {}],
    [".pagerduty", undefined, { routingKey: "k" }, { apiUrl: null }],
    [".server-log", undefined, undefined, {}],
    [".teams", undefined, { webhookUrl: "https://example.webhook.office.com/x" }, {}],
  ])("%s stores its validated config", async (type, config, secrets, stored) => {
    const { status, body } = await create({ name: "n", connector_type_id: type, config, secrets });
    expect(status).toBe(200);
    expect(body.config).toMatchObject(stored);
  });
});

describe("a request that the schema refuses", () => {
  const named = { name: "n", connector_type_id: ".index" };
  test.each([
    [{}, "[request body.name]: expected value of type [string] but got [undefined]"],
    [undefined, "[request body]: expected a plain object value, but found [null] instead."],
    [{ ...named, name: " " }, "[request body.name]: value '' is not valid"],
    [{ ...named, connector_type_id: "" }, "[request body.connector_type_id]: value '' is not valid"],
    [{ ...named, name: 1 }, "[request body.name]: expected value of type [string] but got [number]"],
    [{ ...named, config: { index: " " } }, "[request body.config.index]: value '' is not valid"],
    [{ ...named, config: null }, "[request body.config]: expected value of type [object] but got [null]"],
    [{ ...named, secrets: null }, "[request body.secrets]: expected value of type [object] but got [null]"],
    [{ ...named, secrets: [] }, "[request body.secrets]: expected value of type [object] but got [Array]"],
    [
      { ...named, is_preconfigured: false },
      "[request body.is_preconfigured]: Additional properties are not allowed ('is_preconfigured' was unexpected)",
    ],
  ])("%j", async (body, message) => {
    expect((await create(body)).body).toEqual(refusal(400, message));
  });

  test("update takes no type, since it cannot change", async () => {
    const message = "[request body.connector_type_id]: Additional properties are not allowed ('connector_type_id' was unexpected)";
    expect((await call("PUT", `${one}/ops-slack`, index)).body).toEqual(refusal(400, message));
  });

  test("malformed JSON is reported before a missing kbn-xsrf, and that before the schema", async () => {
    expect((await call("POST", one, "{", {})).body).toEqual(refusal(400, "Invalid request payload JSON format"));
    expect((await call("POST", one, {}, {})).body).toEqual(refusal(400, "Request must contain a kbn-xsrf header."));
  });

  test("a kbn-version of another release is refused, the right one replaces kbn-xsrf", async () => {
    const old = await call("POST", one, index, { "kbn-version": "8.0.0" });
    expect(old.body).toMatchObject({ statusCode: 400, attributes: { expected: "9.5.0", got: "8.0.0" } });
    expect((await call("POST", one, index, { "kbn-version": "9.5.0" })).status).toBe(200);
  });

  test("a body above 1 MiB is too large", async () => {
    const { status, body } = await create({ ...index, name: "x".repeat(1024 * 1024) });
    expect(status).toBe(413);
    expect(body.message).toBe("Payload content length greater than maximum allowed: 1048576");
  });
});

const groups =
  "must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)";
const hook = { url: "https://a.example.com" };
describe("a connector that its type refuses", async () => {
  const zod3 = await kibana({ wording: "fields" });
  test.each([
    [".webhook", {}, {}, 'error validating connector type config: Field "url": Required'],
    [
      ".webhook",
      { ...hook, headers: "x" },
      {},
      'error validating connector type config: Field "headers": Expected object, received string',
    ],
    [
      ".webhook",
      { ...hook, method: "https" },
      {},
      "error validating connector type config: Field \"method\": Invalid enum value. Expected 'post' | 'put' | 'patch' | 'get' | 'delete', received 'https'",
    ],
    [
      ".webhook",
      { nope: 1 },
      {},
      "error validating connector type config: 2 errors:\n [1]: Unrecognized key(s) in object: 'nope';\n [2]: Field \"url\": Required",
    ],
    [
      ".webhook",
      { url: "example.com/x" },
      {},
      "error validating connector type config: error validation webhook action config: unable to parse url: TypeError: Invalid URL",
    ],
    [
      ".webhook",
      { ...hook, hasAuth: false, authType: "webhook-authentication-basic" },
      {},
      "error validating connector type config: error validation webhook action config: authType must be null or undefined if hasAuth is false",
    ],
    [
      ".webhook",
      { ...hook, authType: "webhook-oauth2-client-credentials" },
      {},
      "error validating connector type config: error validation webhook action config: missing Access Token URL (accessTokenUrl), Client ID (clientId) fields",
    ],
    [
      ".webhook",
      { ...hook, additionalFields: "[]" },
      {},
      "error validating connector type config: error validation webhook action config: additionalFields must be a non-empty JSON object.",
    ],
    [".webhook", hook, { user: "bob" }, `error validating connector type secrets: ${groups}`],
    [".webhook", hook, { crt: "c" }, `error validating connector type secrets: ${groups}`],
    [".slack", {}, {}, 'error validating connector type secrets: Field "webhookUrl": Required'],
    [
      ".slack",
      {},
      { webhookUrl: "fee-fi-fo-fum" },
      "error validating connector type secrets: error configuring slack action: unable to parse host name from webhookUrl",
    ],
    [".slack", { url: "x" }, {}, "error validating connector type config: Unrecognized key(s) in object: 'url'"],
    [".pagerduty", {}, {}, 'error validating connector type secrets: Field "routingKey": Required'],
    [
      ".pagerduty",
      { apiUrl: "https://[::1" },
      { routingKey: "k" },
      'error validating connector type config: error configuring pagerduty action: target url "https://[::1" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [".index", { index: 666 }, {}, 'error validating connector type config: Field "index": Expected string, received number'],
    [".email", {}, {}, 'error validating connector type config: Field "from": Required'],
    [".email", { from: "a@example.com" }, {}, "error validating connector type config: [host]/[port] is required"],
    [".email", { from: "a@example.com", host: "h" }, {}, "error validating connector type config: [port] is required"],
    [
      ".email",
      { from: "a@example.com", service: "nope" },
      {},
      "error validating connector type config: [service] value 'nope' is not valid",
    ],
    [
      ".email",
      { from: "a@example.com", service: "exchange_server" },
      {},
      "error validating connector type config: [clientId]/[tenantId] is required",
    ],
    [
      ".email",
      { from: "a@example.com", service: "gmail", hasAuth: true },
      {},
      "error validating action type connector: [user] is required",
    ],
    [
      ".email",
      { from: "a@example.com", service: "gmail", hasAuth: true },
      { user: "u" },
      "error validating action type connector: [password] is required",
    ],
    [".no-such-type", {}, {}, 'Action type ".no-such-type" is not registered.'],
    [".cases", {}, {}, "System action creation is forbidden. Action type: .cases."],
  ])("%s %j %j", async (connector_type_id, config, secrets, message) => {
    expect((await zod3.create({ name: "n", connector_type_id, config, secrets })).body).toEqual(refusal(400, message));
  });
});

describe("ids", () => {
  const unsafe = "[request params.id]: Connector ID must be 36 characters or less.";
  const letters = "[request params.id]: Connector ID must contain only lowercase letters, numbers, and hyphens.";
  test.each([
    ["Upper", letters],
    ["under_score", letters],
    ["dot.ted", letters],
    ["-edge", letters],
    ["__proto__", unsafe],
    ["constructor", unsafe],
    ["a%2Fb", unsafe],
    ["x".repeat(37), "[request params.id]: value has length [37] but it must have a maximum length of [36]."],
  ])("%s is refused", async (id, message) => {
    expect((await create(index, id)).body).toEqual(refusal(400, message));
  });

  test("before 9.4 any id is accepted, before 8.8 none", async () => {
    const [old, older] = await Promise.all([kibana({ version: "9.3.2" }), kibana({ version: "8.7.0" })]);
    expect((await old.create(index, "Any_id.x")).body.id).toBe("Any_id.x");
    expect((await old.create(index, "system-connector-.cases")).body).toEqual(
      refusal(400, "System action creation is forbidden. Action type: .index."),
    );
    expect((await older.create(index, "x")).body).toEqual(refusal(404, "Not Found"));
  });

  test("are unique over all spaces", async () => {
    await create(index, "taken");
    expect((await create(index, "taken", "/s/security")).body).toEqual(refusal(409, "Saved object [action/taken] conflict"));
  });

  test("of preconfigured connectors are taken", async () => {
    const message = "This ops-mail-preconfigured already exists in a preconfigured action.";
    expect((await create(index, "ops-mail-preconfigured")).body).toEqual(refusal(400, message));
  });
});

describe("the order of checks", () => {
  test("the licence is looked at after config and secrets", async () => {
    const basic = await kibana({ license: "basic" });
    const slack = { name: "n", connector_type_id: ".slack" };
    expect((await basic.create(slack)).status).toBe(400);
    const message = "Action type .slack is disabled because your basic license does not support it. Please upgrade your license.";
    expect((await basic.create({ ...slack, secrets: { webhookUrl: "https://hooks.slack.com/x" } })).body).toEqual(refusal(403, message));
    expect((await basic.execute("ops-slack", { message: "hi" })).body).toEqual(refusal(403, message));
    expect((await basic.create(index)).status).toBe(200);
  });

  test("a conflict comes last", async () => {
    await create(index, "ordered");
    expect((await create({ ...index, config: {} }, "ordered")).body.statusCode).toBe(400);
  });
});

describe("update", () => {
  test("replaces everything; secrets that are left out are silently lost", async () => {
    const config = { url: "https://a.example.com", hasAuth: false, headers: { A: "1" } };
    await create({ name: "a", connector_type_id: ".webhook", config, secrets: { secretHeaders: { T: "t" } } }, "replaced");
    const before = await connectorDump("replaced");
    const { status, body } = await call("PUT", `${one}/replaced`, { name: "b", config: { url: "https://b.example.com", hasAuth: false } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: "b", is_missing_secrets: false, config: { url: "https://b.example.com", headers: null } });
    expect((await connectorDump("replaced")).secrets).not.toBe(before.secrets);
  });

  test("without required secrets is refused, with them it repairs an import", async () => {
    const name = "PagerDuty (imported)";
    const message = "error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at routingKey";
    expect((await call("PUT", `${one}/imported-pagerduty`, { name })).body).toEqual(refusal(400, message));
    const { body } = await call("PUT", `${one}/imported-pagerduty`, { name, secrets: { routingKey: "k" } });
    expect(body.is_missing_secrets).toBe(false);
  });
});

async function connectorDump(id: string) {
  const { body } = await get("/sandbox/state");
  return body.connectors.find((connector: { id: string }) => connector.id === id);
}

describe("connectors that are not there, or not for writing", () => {
  const put = { name: "n" };
  test.each([
    ["GET", "nope", undefined, 404, "Saved object [action/nope] not found"],
    ["PUT", "nope", put, 404, "Saved object [action/nope] not found"],
    ["DELETE", "nope", undefined, 404, "Saved object [action/nope] not found"],
    ["GET", "soc-slack", undefined, 404, "Saved object [action/soc-slack] not found"],
    ["GET", "system-connector-.cases", undefined, 404, "Connector system-connector-.cases not found"],
    ["PUT", "system-connector-.cases", put, 400, "System action system-connector-.cases can not be updated."],
    ["DELETE", "system-connector-.cases", undefined, 400, "System action system-connector-.cases is not allowed to delete."],
    ["PUT", "ops-mail-preconfigured", put, 400, "Preconfigured action ops-mail-preconfigured can not be updated."],
    ["DELETE", "ops-mail-preconfigured", undefined, 400, "Preconfigured action ops-mail-preconfigured is not allowed to delete."],
  ])("%s %s", async (method, id, body, status, message) => {
    expect((await call(method, `${one}/${id}`, body)).body).toEqual(refusal(status, message));
  });

  test("a preconfigured connector hides its config", async () => {
    expect((await get(`${one}/ops-mail-preconfigured`)).body).toEqual({
      id: "ops-mail-preconfigured",
      name: "Ops mail",
      connector_type_id: ".email",
      is_preconfigured: true,
      is_deprecated: false,
      is_system_action: false,
      is_connector_type_deprecated: false,
      auth_mode: "shared",
    });
  });

  test("delete answers 204 without a body, and looks at no reference", async () => {
    const other = await kibana();
    expect(await other.call("DELETE", `${one}/ops-pagerduty`)).toMatchObject({ status: 204, body: "" });
    const rule = await other.get("/api/alerting/rule/disk-almost-full");
    expect(rule.body.actions[0]).toMatchObject({ id: "ops-pagerduty", connector_type_id: ".pagerduty" });
  });
});

describe("spaces", () => {
  test("hide each other's connectors, and /s/default is the default one", async () => {
    expect((await get("/s/security/api/actions/connector/soc-slack")).status).toBe(200);
    expect((await get("/s/default/api/actions/connector/ops-slack")).status).toBe(200);
    expect((await get("/s/security/api/actions/connector/ops-slack")).status).toBe(404);
  });

  test("a space that does not exist accepts connectors anyway", async () => {
    expect((await get("/s/ghost/api/actions/connectors")).body.map(({ id }: { id: string }) => id)).toEqual(["ops-mail-preconfigured"]);
    expect((await create(index, "ghost-index", "/s/ghost")).status).toBe(200);
    expect((await get("/s/ghost/api/actions/connector/ghost-index")).status).toBe(200);
    expect((await get("/api/spaces/space/ghost")).status).toBe(404);
  });
});

describe("the internal list", () => {
  const path = "/internal/actions/connectors";
  test("needs its header from 9.0 on", async () => {
    const message = `uri [${path}] with method [get] exists but is not available with the current configuration`;
    expect((await get(path)).body).toEqual(refusal(400, message));
    expect((await (await kibana({ version: "8.19.0" })).get(path)).status).toBe(200);
  });

  test("holds the system connectors that the public one leaves out", async () => {
    const internal = await get(path, { "x-elastic-internal-origin": "test" });
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    expect(ids(internal.body)).toContain("system-connector-.cases");
    expect(ids((await get("/api/actions/connectors")).body)).not.toContain("system-connector-.cases");
  });
});

describe("wording by version", () => {
  test.each([
    ["8.19.0", undefined, "error validating action type config: [url]: expected value of type [string] but got [undefined]"],
    ["9.3.0", undefined, 'error validating connector type config: Field "url": Required'],
    ["9.5.0", "fields", 'error validating connector type config: Field "url": Required'],
    ["9.5.0", undefined, "error validating connector type config: ✖ Invalid input: expected string, received undefined\n  → at url"],
  ] as const)("%s %s", async (version, wording, message) => {
    const sandbox = await kibana({ version, empty: true, ...(wording && { wording }) });
    expect((await sandbox.create({ name: "n", connector_type_id: ".webhook" })).body.message).toBe(message);
  });
});

test("an inference endpoint is made with a connector and goes with it; no other connector is made with it meanwhile", async () => {
  const model = (inferenceId: string) => ({
    ...{ name: "Model", secrets: { providerSecrets: { api_key: "k" } } },
    config: { provider: "openai", taskType: "completion", inferenceId, providerConfig: { model_id: "gpt" } },
  });
  const make = async (id: string, endpoint: string) => (await create({ ...model(endpoint), connector_type_id: ".inference" }, id)).status;
  expect([await make("one", "first"), await make("two", "first"), await make("one", "second")]).toEqual([200, 500, 409]);
  expect((await call("PUT", `${one}/one`, model("third"))).status).toBe(200);
  expect([await make("two", "first"), await make("two", "third"), await make("two", "second")]).toEqual([500, 500, 200]);
  await call("DELETE", `${one}/one`);
  expect([await make("one", "first"), await make("one", "third")]).toEqual([500, 200]);
});
