import { describe, expect, test } from "vitest";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";

const env = { CONNECTOR_SECRET_NEW: "rotated-secret-value", CONNECTOR_SECRET_SECOND: "second-secret-value" };
const fresh = { $env: "CONNECTOR_SECRET_NEW" };
const index = { type: ".index", config: { index: "audit", refresh: false, executionTimeField: "at" } };
const open = { type: ".webhook", config: { url: "https://hooks.example.com/a", method: "post", hasAuth: false } };

async function withOne(one: Parameters<typeof seedConnector>[1], options: ProductOptions = {}) {
  const made = await product({ person: accepts, env, ...options, sandbox: { empty: true, ...options.sandbox } });
  const before = await seedConnector(made, one);
  const update = (args: Record<string, unknown>) => made.call("update_connector", { id: before.id, ...args });
  return { made, before, update, now: () => documentOf(made, before.id) };
}

describe("update_connector", () => {
  test("shows before and after of only what changes, and asks a person", async () => {
    const { made, update, now } = await withOne(index);
    const { body } = await update({ name: "Trail", config: { index: "trail" } });
    expect(body).toMatchObject({ status: "done", result: { connector: { id: "stored", name: "Trail", config: { index: "trail" } } } });
    expect(made.questions[0]?.message).toContain('Before: {"name":"Stored one","index":"audit"}');
    expect(made.questions[0]?.message).toContain('After: {"name":"Trail","index":"trail"}');
    expect(made.questions[0]?.message).toContain("It can be undone.");
    expect(await now()).toMatchObject({ name: "Trail", config: { index: "trail", refresh: false, executionTimeField: "at" } });
  });

  test("writes nothing when the person declines", async () => {
    const { made, before, update, now } = await withOne(index, { person: declines });
    expect((await update({ name: "Trail" })).body.status).toBe("declined");
    expect([await now(), made.writes()]).toEqual([before, []]);
  });

  test.each([
    ["nothing", {}],
    ["the name that it has", { name: "Stored one" }],
    ["a value that it has", { config: { index: "audit" } }],
    ["the removal of a key that does not exist", { config: { toString: null } }],
  ])("naming %s is no change: nobody is asked and nothing is written", async (_what, args) => {
    const { made, before, update, now } = await withOne(index);
    expect((await update(args)).body).toMatchObject({ status: "no_change", result: { connector: { id: "stored" } } });
    expect([await now(), made.writes(), made.questions]).toEqual([before, [], []]);
  });

  test("removing a key that Kibana resets to its default is reported as such", async () => {
    const { update, now, before } = await withOne(index);
    const { body } = await update({ config: { refresh: null } });
    expect(["done", "no_change"]).toContain(body.status);
    expect(await now()).toEqual(before);
  });

  test("removing a key that has no default is done", async () => {
    const { update, now } = await withOne({
      type: ".bedrock",
      config: { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com", contextWindowLength: 1000 },
      secrets: { accessKey: "a", secret: "b" },
    });
    const { body } = await update({ config: { contextWindowLength: null }, secrets: { accessKey: fresh, secret: fresh } });
    expect(body.status).toBe("done");
    expect((await now())?.config).not.toHaveProperty("contextWindowLength");
  });

  test("reports every problem of the new config before it writes", async () => {
    const { made, update } = await withOne(index);
    const { body } = await update({ config: { index: 7, refresh: "soon" } });
    expect(body).toMatchObject({ code: "invalid_config" });
    expect(body.detail.problems.map(({ path }: { path: string }) => path)).toEqual(["config.index", "config.refresh"]);
    expect(made.writes()).toEqual([]);
  });

  test("finds the connector by its name, in the space that is named", async () => {
    const { made, update } = await withOne({ ...index, space: "ops" }, { sandbox: { spaces: ["ops"] } });
    expect((await update({ name: "Trail" })).body.code).toBe("connector_not_found");
    expect((await made.call("update_connector", { id: "Stored one", space: "ops", name: "Trail" })).body.status).toBe("done");
    expect(made.writes().map(({ path }) => path)).toEqual(["/s/ops/api/actions/connector/stored"]);
  });
});

describe("a rotation", () => {
  const pagerduty = { type: ".pagerduty", config: { apiUrl: null }, secrets: { routingKey: "stored-key" } };

  test("replaces the secret and nothing else, and offers no test if none is safe", async () => {
    const { made, before, update, now } = await withOne(pagerduty);
    const { body } = await update({ secrets: { routingKey: fresh } });
    expect(body).toMatchObject({
      status: "done",
      result: { secrets_stored: ["routingKey"] },
    });
    expect(body).not.toHaveProperty("next");
    const after = await now();
    expect(after).toEqual({ ...before, secrets: after?.secrets });
    expect(after?.secrets).not.toBe(before.secrets);
    expect(made.questions[0]?.message).toContain("CONNECTOR_SECRET_NEW → events.pagerduty.com");
    expect(made.questions[0]?.message).toContain("only by giving the secrets again");
    expect(made.questions[0]?.message + (await made.journal())).not.toContain("rotated-secret-value");
  });

  test("of one secret out of two stops: Kibana would forget the other", async () => {
    const { made, before, update, now } = await withOne({
      type: ".tines",
      config: { url: "https://tenant.tines.com" },
      secrets: { email: "a@example.com", token: "stored" },
    });
    const { body } = await update({ secrets: { token: fresh } });
    expect(body).toMatchObject({ code: "secrets_needed", detail: { required: ["email"] } });
    expect([await now(), made.writes()]).toEqual([before, []]);
  });

  test("of secret headers says which are lost", async () => {
    const { made, update } = await withOne({ ...open, secrets: { secretHeaders: { "X-One": "1", "X-Two": "2" } } });
    const { body } = await update({ secrets: { secretHeaders: { "X-One": fresh, "X-Two": null } } });
    expect(body.status).toBe("done");
    expect(made.questions[0]?.message).toContain("secrets.secretHeaders is replaced as a whole: X-Two is lost.");
  });

  test("cannot be told from no write if the answer is lost: name and config are the same", async () => {
    const { made, update, now, before } = await withOne(pagerduty, { settings: { timeout: 250 } });
    await made.fault("timeout_after", { method: "PUT" });
    const { body } = await update({ secrets: { routingKey: fresh } });
    expect(body).toMatchObject({ status: "unknown", message: expect.stringContaining("Whether the new secrets are stored is not known") });
    expect((await now())?.secrets).not.toBe(before.secrets);
  });
});

describe("another host", () => {
  test("is shown next to the former one, with the secrets that will go there", async () => {
    const { made, update } = await withOne({
      type: ".opsgenie",
      config: { apiUrl: "https://api.opsgenie.com" },
      secrets: { apiKey: "stored" },
    });
    const { body } = await update({ config: { apiUrl: "https://collector.example.net" }, secrets: { apiKey: fresh }, dry_run: true });
    expect(body.plan.secrets).toEqual(["CONNECTOR_SECRET_NEW → collector.example.net"]);
    expect(body.warnings).toContainEqual(
      "From now on requests, and the secrets in them, go to collector.example.net, no longer to api.opsgenie.com.",
    );
    await update({ config: { apiUrl: "https://collector.example.net" }, secrets: { apiKey: fresh } });
    expect(made.questions[0]?.message).toContain("Secret: CONNECTOR_SECRET_NEW → collector.example.net");
  });

  test("is not said of the same one by a way that is less safe, or safer", async () => {
    const { update } = await withOne({ type: ".webhook", config: { url: "https://hooks.example.com/a", method: "post", hasAuth: false } });
    const { body } = await update({ config: { url: "http://hooks.example.com/a" }, secrets: {}, dry_run: true });
    expect(body.warnings).toContainEqual(
      "From now on the way to hooks.example.com is another one: no encryption; before: TLS, with a certificate that is checked. Whoever is in between may read what is sent, secrets too.",
    );
    expect(body.warnings.join()).not.toContain("no longer to");
  });

  test("for a token in clear config is shown too", async () => {
    const { made, before, update, now } = await withOne(
      { ...open, config: { ...open.config, headers: { Authorization: "Bearer stored-token-in-clear" } } },
      { person: declines, sandbox: { version: "9.1" } },
    );
    await update({ config: { url: "https://collector.example.net/a" } });
    expect(made.questions[0]?.message).toContain("go to collector.example.net, no longer to hooks.example.com");
    expect(made.questions[0]?.message).not.toContain("stored-token-in-clear");
    expect(await now()).toEqual(before);
  });

  test("is refused for a secret that is bound to the first one", async () => {
    const { made, update } = await withOne(
      { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "stored" } },
      { env: { ...env, CONNECTOR_SECRET_NEW__FOR: ".opsgenie@api.opsgenie.com" } },
    );
    const { body } = await update({ config: { apiUrl: "https://collector.example.net" }, secrets: { apiKey: fresh } });
    expect([body.code, made.writes()]).toEqual(["secret_refused", []]);
  });
});

describe("another authentication method", () => {
  const basic = {
    type: ".webhook",
    config: { url: "https://hooks.example.com/a", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
    secrets: { user: "kibana", password: "stored-password" },
  };

  test("to none says which secrets Kibana forgets, and that the undo needs them", async () => {
    const { update, now, made } = await withOne(basic, { sandbox: { version: "9.1" } });
    const { body } = await update({ config: { hasAuth: false, authType: null }, dry_run: true });
    expect(body.plan.reversible).toBe("needs_secrets");
    expect(body.warnings.join()).toContain("no longer uses user and password");
    expect((await update({ config: { hasAuth: false, authType: null } })).body).toMatchObject({
      status: "done",
      undo: { tool: "undo_change", note: expect.stringContaining("give them again") },
    });
    expect((await now())?.config).toMatchObject({ hasAuth: false });
    const [change] = (await made.call("list_changes")).body.changes;
    expect((await made.call("undo_change", { change: change.change })).body).toMatchObject({
      code: "secrets_needed",
      detail: { required: ["user", "password"] },
    });
  });

  test("with secrets wants those of the new method", async () => {
    const { update } = await withOne(basic, { sandbox: { version: "9.1" } });
    const { body } = await update({ config: { authType: "webhook-authentication-ssl", certType: "ssl-crt-key" } });
    expect(body).toMatchObject({ code: "secrets_needed", detail: { required: ["crt", "key"], auth_mode: "ssl-crt-key" } });
  });
});

/** The statement that only a person can answer. */
const asksOf = (question: { message: string } | undefined) => /Only you can know: ([^(]*) \(/.exec(question?.message ?? "")?.[1];

describe("secret headers of a webhook", () => {
  test.each([
    ["8.17", undefined],
    ["9.1", undefined],
    ["9.2", ["secretHeaders"]],
    ["9.5", ["secretHeaders"]],
    ["serverless", ["secretHeaders"]],
  ])("Kibana %s: what only a person can know, where it does not list them, is %j", async (version, possible) => {
    const { update, made } = await withOne(open, { sandbox: { version } });
    await made.fault("error", { path: "/secret_headers", times: 10 });
    const { body } = await update({ name: "Other name" });
    if (possible === undefined) expect([body.status, made.writes().length]).toEqual(["done", 1]);
    else expect([body.status, asksOf(made.questions[0])]).toEqual(["done", `Nothing else is stored in "Stored one": no ${possible}`]);
  });
});

describe("OAuth: the plan says that stored tokens are dropped", () => {
  const note = "Kibana drops the stored OAuth tokens: the next run signs in again.";
  test.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, boolean]>([
    [
      ".webhook",
      {
        url: "https://hooks.example.com/a",
        method: "post",
        hasAuth: true,
        authType: "webhook-oauth2-client-credentials",
        accessTokenUrl: "https://login.example.com/t",
        clientId: "i",
      },
      { clientSecret: "s" },
      { clientSecret: fresh },
      true,
    ],
    [
      ".email",
      { service: "exchange_server", from: "k@example.com", clientId: "c", tenantId: "t", hasAuth: true },
      { clientSecret: "s" },
      { clientSecret: fresh },
      true,
    ],
    [".pagerduty", { apiUrl: null }, { routingKey: "s" }, { routingKey: fresh }, false],
  ])("%s", async (type, config, secrets, given, said) => {
    const { update } = await withOne({ type, config, secrets });
    const told = async (more: Record<string, unknown>) => {
      const { body } = await update({ ...more, secrets: given, assert_no_other_secrets: true, dry_run: true });
      expect(body.status).toBe("planned");
      return (body.warnings ?? []).includes(note);
    };
    // A new name does not change how it signs in.
    expect([await told({}), await told({ name: "Other name" })]).toEqual([said, false]);
  });
});

describe("what cannot be changed is refused, with what to do instead", () => {
  test("a preconfigured connector", async () => {
    const made = await product({ person: accepts });
    const { body } = await made.call("update_connector", { id: "ops-mail-preconfigured", name: "Mail" });
    expect(body).toMatchObject({ code: "preconfigured", fix: expect.stringContaining("kibana.yml") });
    expect([made.writes(), made.questions]).toEqual([[], []]);
  });

  test("a system connector", async () => {
    const made = await product({ person: accepts });
    const { body } = await made.call("update_connector", { id: "system-connector-.cases", name: "Cases" });
    expect(body).toMatchObject({ code: "system_action", fix: expect.stringContaining("rule") });
    expect(made.writes()).toEqual([]);
  });

  test.each(["type", "connector_type_id", "new_id"])("its %s: the answer says what to do instead", async (key) => {
    const { made, update, before, now } = await withOne(index);
    const { body } = await update({ [key]: ".server-log", name: "Trail" });
    expect(body).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringMatching(
        new RegExp(`${key}: .*create another with create_connector.*; replace_connector moves its rules there`),
      ),
    });
    const { tools } = await made.client.listTools();
    expect(tools.find(({ name }) => name === "update_connector")?.description).toContain("Type and id cannot change");
    expect([await now(), made.writes()]).toEqual([before, []]);
  });

  test.each([
    ["at the top", { headers: "[redacted]" }],
    ["deep within", { headers: { Authorization: "Bearer [redacted]" } }],
    ["in a key", { headers: { "[redacted]": "x" } }],
  ])("to a redaction mark %s", async (_where, config) => {
    const { made, update } = await withOne(open);
    const { body } = await update({ config, assert_no_other_secrets: true });
    expect(body).toMatchObject({ code: "secret_refused", fix: expect.stringContaining("Name only what changes") });
    expect(made.writes()).toEqual([]);
  });

  test("a connector that does not exist", async () => {
    const { made } = await withOne(index);
    expect((await made.call("update_connector", { id: "nowhere", name: "X" })).body.code).toBe("connector_not_found");
  });
});

describe("a protected name", () => {
  test.each([
    ["the old one", ["Stored*"], { name: "Free" }],
    ["the new one", ["prod-*"], { name: "prod-audit" }],
    ["the id", ["stor?d"], { name: "Free" }],
    ["the new one, with characters that cannot be seen", ["prod-*"], { name: "pr\u200bod-audit" }],
    ["the old one, though only the config changes", ["stored one"], { config: { index: "b" } }],
  ])("%s: refused, and nothing is asked or written", async (_which, protect, change) => {
    const { made, update, before, now } = await withOne(index, { settings: { protect } });
    expect((await update(change)).body.code).toBe("protected");
    expect([await now(), made.writes(), made.questions]).toEqual([before, [], []]);
  });
});

describe("a plain secret in config that stays", () => {
  const plain = { ...open, config: { ...open.config, headers: { "X-Token": "stored-token-1" } } };
  const out = 'config: {"headers":{"X-Token":null}}';

  test.each([
    ["in an empty object", { config: { headers: {} }, secrets: { secretHeaders: { "X-Token": fresh } } }],
    ["in other letters", { secrets: { secretHeaders: { "x-token": fresh } } }],
    ["to be typed", { secrets: { secretHeaders: { "X-Token": { $ask: true } } }, dry_run: true }],
  ])("beside the secret of the same name, %s, is said, with what takes it out", async (_what, args) => {
    const { update } = await withOne(plain);
    const { body } = await update(args);
    expect(body.warnings).toContainEqual(
      expect.stringMatching(
        /^config\.headers\.X-Token keeps a secret that everyone .*, beside secrets\.secretHeaders\.X-Token: take it out/,
      ),
    );
    expect(JSON.stringify(body.warnings)).toContain(JSON.stringify(`take it out with ${out}.`).slice(1, -1));
  });

  test("alone comes with the call that moves it", async () => {
    const { update } = await withOne(plain);
    const { body } = await update({ config: { method: "put" }, assert_no_other_secrets: true });
    const moved = `Put it into secrets: {"secretHeaders":{"X-Token":{"$ask":true}}} with ${out}.`;
    expect(body.warnings).toContainEqual(expect.stringContaining(moved));
  });
});

describe("plain secrets in config", () => {
  const headers = { "X-Token": "stored-token-1" };
  const plain = { ...open, config: { ...open.config, headers } };

  test.each([
    ["that are stored and not named", { config: { method: "put" } }],
    ["that are stored and repeated as they are", { config: { method: "put", headers } }],
    ["that are removed", { config: { headers: { "X-Token": null } } }],
  ])("%s are not refused", async (_what, args) => {
    const { update } = await withOne(plain);
    expect((await update({ ...args, assert_no_other_secrets: true })).body.status).toBe("done");
  });

  test("that are new are refused, with the call that keeps them encrypted", async () => {
    const { made, before, update, now } = await withOne(plain);
    const { body } = await update({ config: { headers: { "X-Token": "another-token-2" } }, assert_no_other_secrets: true });
    expect(body).toMatchObject({ code: "literal_secret_refused", detail: { path: "config.headers.X-Token" } });
    expect(body.fix).toContain('secrets: {"secretHeaders":{"X-Token":{"$ask":true}}} with config: {"headers":{"X-Token":null}}');
    expect([await now(), made.questions]).toEqual([before, []]);
    const secrets = { secretHeaders: { "X-Token": fresh } };
    const asReference = await update({ config: { headers: { "x-token": fresh } } });
    expect(asReference.body).toMatchObject({ code: "secret_refused", detail: { secrets: { secretHeaders: { "x-token": fresh } } } });
    expect((await update({ config: { headers: { "X-Token": fresh } } })).body.fix).toBe(
      'Take it out of config and pass secrets: {"secretHeaders":{"X-Token":{"$env":"CONNECTOR_SECRET_NEW"}}} with config: {"headers":{"X-Token":null}}.',
    );
    expect((await update({ config: { headers: { "X-Token": null } }, secrets })).body.status).toBe("done");
  });
});
