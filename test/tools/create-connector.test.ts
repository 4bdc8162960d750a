import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freeId } from "../../src/tools/connectors/connector-id.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { type Passing, switchableProxy } from "../support/rewriting-proxy.ts";

const env = { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/canary-hook", CONNECTOR_SECRET_PD: "canary-routing-key" };
const slack = { name: "Payments alerts to #payments", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } };
const log = { name: "Nightly trail", type: ".server-log" };
const index = { name: "Alert trail", type: ".index", config: { index: "alert-trail" } };
const hook = {
  name: "Intake of tickets",
  type: ".webhook",
  config: { url: "https://tickets.example.net/in", method: "post", hasAuth: false, authType: null },
};

const create = async (args: Record<string, unknown>, options: ProductOptions = {}) => {
  const made = await product({ env, person: accepts, ...options });
  return { ...made, ...(await made.call("create_connector", args)) };
};

describe("a mistake is reported before anything is sent", () => {
  const unwritten = async (args: Record<string, unknown>, options: ProductOptions = {}) => {
    const made = await product({ env, person: accepts, ...options });
    const before = await made.state();
    const { body, isError } = await made.call("create_connector", args);
    expect([isError, await made.state(), made.questions]).toEqual([true, before, []]);
    return { body, writes: made.writes() };
  };

  const mistakes: [what: string, args: Record<string, unknown>, expected: Record<string, unknown>, options?: ProductOptions][] = [
    [
      "a word for several types",
      { ...slack, type: "slack webhok" },
      { code: "type_unknown", fix: expect.stringMatching(/^Did you mean \.slack \(.+\) or \.slack_api \(.+\)\?$/) },
    ],
    [
      "a type that resembles nothing",
      { ...slack, type: "quux-zz" },
      {
        code: "type_unknown",
        message: 'This Kibana has no connector type "quux-zz".',
        fix: "Call describe_connector_types to see which types it has.",
      },
    ],
    ...[".jira-service-management", "Jira Service Management"].map(
      (type): [string, Record<string, unknown>, Record<string, unknown>, ProductOptions] => [
        `a type of newer versions, as ${type}`,
        { ...log, type },
        {
          code: "type_unknown",
          message: "This Kibana does not have .jira-service-management (Jira Service Management): it came with 9.2, and this is 8.17.0.",
          fix: "Tell the user; describe_connector_types lists the types that it has.",
        },
        { sandbox: { version: "8.17.0" } },
      ],
    ),
    [
      "a system type",
      { ...log, type: ".cases" },
      {
        code: "system_action",
        message: ".cases is a system type: Kibana makes its connector itself.",
        fix: expect.stringMatching(/^Use it in a rule's actions/),
      },
    ],
    [
      "a type that the licence does not cover",
      slack,
      {
        code: "type_unusable",
        message: "Connectors of type .slack cannot be used here: the licence does not cover it: it needs gold.",
        fix: "Use a type that the licence covers (describe_connector_types says which), or upgrade the licence.",
        detail: { type: ".slack", minimum_license: "gold" },
      },
      { sandbox: { license: "basic" } },
    ],
    [
      "a missing secret",
      { ...slack, secrets: undefined },
      {
        code: "secrets_needed",
        message: ".slack needs webhookUrl.",
        fix: expect.stringContaining('{"webhookUrl":{"$ask":true}}'),
        detail: { required: ["webhookUrl"] },
      },
    ],
    [
      "half of the credentials",
      {
        ...hook,
        config: { ...hook.config, hasAuth: true, authType: "webhook-authentication-basic" },
        secrets: { user: { $env: "CONNECTOR_SECRET_PD" } },
      },
      { code: "secrets_needed", message: expect.stringContaining("password"), detail: { required: ["password"] } },
    ],
    [
      "a literal secret",
      { ...slack, secrets: { webhookUrl: "https://hooks.slack.com/services/x" } },
      {
        code: "literal_secret_refused",
        detail: { path: "secrets.webhookUrl", available: ["CONNECTOR_SECRET_HOOK", "CONNECTOR_SECRET_PD"] },
      },
    ],
    ...(["$env", "$file", "$ask"] as const).map((kind): [string, Record<string, unknown>, Record<string, unknown>] => [
      `a reference by ${kind} in a header of config`,
      { ...hook, config: { ...hook.config, headers: { "X-Token": { [kind]: "CONNECTOR_SECRET_PD" } } } },
      {
        code: "secret_refused",
        message: expect.stringMatching(/^config\.headers\.X-Token is a reference to a secret\./),
        fix: `Take it out of config and pass secrets: {"secretHeaders":{"X-Token":{"${kind}":"CONNECTOR_SECRET_PD"}}}.`,
        detail: { path: "config.headers.X-Token", secrets: { secretHeaders: { "X-Token": { [kind]: "CONNECTOR_SECRET_PD" } } } },
      },
    ]),
    [
      "a reference in config where no secret can be",
      { ...hook, config: { ...hook.config, url: { $env: "CONNECTOR_SECRET_HOOK" } } },
      {
        code: "secret_refused",
        message: expect.stringMatching(/^config\.url is a reference/),
        fix: expect.stringMatching(/^Give the value/),
      },
    ],
    [
      "a reference in place of the config",
      { ...hook, config: { $env: "CONNECTOR_SECRET_HOOK" } },
      { code: "secret_refused", message: expect.stringMatching(/^config is a reference/) },
    ],
    [
      "a literal secret in a header of config",
      { ...hook, config: { ...hook.config, headers: { "X-Token": "abc123" } } },
      {
        code: "literal_secret_refused",
        message: expect.stringMatching(/^config\.headers\.X-Token is a secret given as plain text/),
        fix: expect.stringContaining('secrets: {"secretHeaders":{"X-Token":{"$ask":true}}}'),
        detail: {
          path: "config.headers.X-Token",
          secrets: { secretHeaders: { "X-Token": { $ask: true } } },
          available: ["CONNECTOR_SECRET_HOOK", "CONNECTOR_SECRET_PD"],
        },
      },
    ],
    [
      "a literal secret in config that is a field of secrets",
      { ...hook, config: { ...hook.config, password: "abc123" } },
      { code: "literal_secret_refused", detail: { path: "config.password", secrets: { password: { $ask: true } } } },
    ],
    [
      "one reference instead of a map of them",
      { ...hook, secrets: { secretHeaders: { $env: "CONNECTOR_SECRET_PD" } } },
      {
        code: "invalid_config",
        message: expect.stringContaining(
          'secrets.secretHeaders must be an object, not text (a map of names to references: {"<name>": {"$ask": true}} with the name that the service expects, such as that of a header, in place of <name>)',
        ),
      },
    ],
    [
      "the same if nothing is said about authentication",
      { ...hook, config: { url: hook.config.url }, secrets: { secretHeaders: { $env: "CONNECTOR_SECRET_PD" } } },
      { code: "invalid_config", message: expect.stringContaining("a map of names to references") },
    ],
    [
      "a variable that does not exist",
      { ...slack, secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_NONE" } } },
      {
        code: "secret_refused",
        message: "secrets.webhookUrl names a variable that is not set in the environment of this server.",
        detail: { available: ["CONNECTOR_SECRET_HOOK", "CONNECTOR_SECRET_PD"] },
      },
    ],
    [
      "a secret of the wrong shape",
      { ...slack, secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_PD" } } },
      { code: expect.stringMatching(/^(invalid_config|secrets_needed)$/) },
    ],
    [
      "the redaction mark in config",
      { ...hook, config: { ...hook.config, headers: { Authorization: "[redacted]" } } },
      { code: "secret_refused", message: 'The config holds "[redacted]": that is a mark from an answer, not a value.' },
    ],
    [
      "a missing field, with the mistyped one named",
      { ...index, config: { indx: "alert-trail" } },
      {
        code: "invalid_config",
        message: expect.stringMatching(/config\.index is required.*config\.indx.*did you mean index/),
        fix: 'Correct these; describe_connector_types with types [".index"] lists the fields.',
      },
    ],
    [
      "several wrong fields, all at once",
      { ...hook, config: { url: "not a url", method: "POST", hasAuth: "yes" } },
      { code: "invalid_config", message: expect.stringMatching(/config\.url.*config\.method.*config\.hasAuth/) },
    ],
    [
      "capitals in an id",
      { ...log, id: "My-Log" },
      {
        code: "id_invalid",
        message: '"My-Log" is not a valid connector id: Kibana 9.5.0 takes 1 to 36 lower-case letters, digits and inner hyphens.',
        fix: 'Use "my-log", or leave the id out.',
        detail: { suggestion: "my-log" },
      },
    ],
    ["an id that is too long", { ...log, id: "x".repeat(37) }, { code: "id_invalid", detail: { suggestion: "x".repeat(36) } }],
    ["a reserved id", { ...log, id: "system-connector-mine" }, { code: "id_invalid", message: expect.stringContaining("it is reserved") }],
    ["an id that climbs", { ...log, id: "../x" }, { code: "id_invalid" }],
    [
      "a taken id",
      { ...log, id: "kibana-log" },
      {
        code: "id_taken",
        message: 'The id "kibana-log" is taken by "Kibana log" (.server-log) in this space.',
        fix: "Choose another id, or use the existing connector.",
      },
    ],
    ["the id of a preconfigured connector", { ...log, id: "ops-mail-preconfigured" }, { code: "id_taken" }],
    [
      "a space that does not exist",
      { ...log, space: "secruity" },
      { code: "space_not_found", message: 'There is no space "secruity".', fix: 'Did you mean "security"?' },
    ],
    ["a space in capitals", { ...log, space: "Security" }, { code: "space_not_found", fix: 'Did you mean "security"?' }],
    [
      "an unknown argument",
      { ...log, conifg: {} },
      {
        code: "invalid_arguments",
        message: 'The arguments do not fit: conifg: is not an argument: did you mean "config"?',
        fix: expect.stringContaining("It takes: name, type, config, secrets, id, space"),
      },
    ],
    [
      "Kibana's own name for the type",
      { name: "A", connector_type_id: ".index" },
      { code: "invalid_arguments", message: expect.stringContaining("connector_type_id: is not an argument: it is `type` here") },
    ],
    [
      "another name for the type",
      { name: "A", connector_type: ".index" },
      { code: "invalid_arguments", message: expect.stringContaining("connector_type: is not an argument: it is `type` here") },
    ],
    ...["$CONNECTOR_SECRET_PD", `\${CONNECTOR_SECRET_PD}`, "CONNECTOR_SECRET_PD"].map((webhookUrl): (typeof mistakes)[number] => [
      `a variable as text: ${webhookUrl}`,
      { ...slack, secrets: { webhookUrl } },
      { code: "literal_secret_refused", fix: 'Pass {"$env": "CONNECTOR_SECRET_PD"}.' },
      { settings: { literalSecrets: "warn" } },
    ]),
    ["no name", { type: ".index" }, { code: "invalid_arguments", message: "The arguments do not fit: name: is required." }],
    ["a blank name", { ...log, name: "  " }, { code: "invalid_arguments", message: expect.stringContaining("name:") }],
    ["an invisible name", { ...log, name: "\u200b\u2066" }, { code: "invalid_arguments", message: expect.stringContaining("name:") }],
    [
      "a dry_run that is not a boolean",
      { ...log, dry_run: "yes" },
      { code: "invalid_arguments", message: expect.stringContaining("dry_run") },
    ],
  ];

  test.each(mistakes)("%s", async (_what, args, expected, options) => {
    const { body, writes } = await unwritten(args, options);
    expect(body).toMatchObject(expected);
    expect(body.fix).not.toBe("");
    expect(writes).toEqual([]);
  });

  test("an id taken in another space is reported by Kibana, and nothing is overwritten", async () => {
    const { body } = await unwritten({ ...log, id: "payments-pagerduty" });
    expect(body).toMatchObject({
      code: "id_taken",
      message: expect.stringMatching(
        /^The id "payments-pagerduty" is that of "Payments PagerDuty" \(.pagerduty\) in the space "team-payments"/,
      ),
      fix: expect.stringContaining('from: {"id":"payments-pagerduty","space":"team-payments"}'),
    });
  });

  test.each([
    ["9.4.0", "Under_score", "id_invalid"],
    ["8.19.0", "Under_score", "planned"],
    ["8.19.0", "a/b", "id_invalid"],
    ["8.8.0", "chosen", "planned"],
    ["8.7.1", "chosen", "id_invalid"],
  ])("in %s the id %s: %s", async (version, id, expected) => {
    const { body } = await create({ ...log, id, dry_run: true }, { sandbox: { version } });
    expect(body.status ?? body.code).toBe(expected);
  });
});

describe("small mistakes are understood", () => {
  test.each(["slack", "Slack", "SLACK", " .slack "])("the type %j", async (type) => {
    const { body } = await create({ ...slack, type });
    expect(body).toMatchObject({ status: "done", result: { connector: { type: ".slack" } } });
  });
});

describe("a new connector", () => {
  test("is in Kibana with its secret, and the answer shows where it is and how to undo it", async () => {
    const { body, bare } = await create(slack);
    expect(body).toMatchObject({
      status: "done",
      space: "default",
      result: { connector: { id: "payments-alerts-to-payments", name: slack.name, type: ".slack", space: "default" } },
      undo: { tool: "undo_change" },
    });
    const stored = JSON.parse(await bare("GET", "/sandbox/state")).connectors.find(
      ({ id }: { id: string }) => id === "payments-alerts-to-payments",
    );
    expect(stored).toMatchObject({ name: slack.name, missingSecrets: false });
    expect(stored.secrets).not.toBe(
      JSON.parse(await bare("GET", "/sandbox/state")).connectors.find(({ id }: { id: string }) => id === "kibana-log").secrets,
    );
  });

  test("goes to the given space", async () => {
    const { body, writes } = await create({ ...log, space: "security" });
    expect(body.result.connector.space).toBe("security");
    expect(writes()).toEqual([{ method: "POST", path: "/s/security/api/actions/connector/nightly-trail" }]);
  });

  test("goes to the configured space if none is given", async () => {
    const { body } = await create(log, { settings: { space: "team-payments" } });
    expect(body.result.connector.space).toBe("team-payments");
  });

  test("keeps every key of its config", async () => {
    const config = { ...hook.config, headers: { "X-Team": "payments", Accept: "*/*" } };
    const { bare } = await create({ ...hook, config });
    expect(JSON.parse(await bare("GET", "/api/actions/connector/intake-of-tickets")).config).toMatchObject(config);
  });

  test("gets the next free id if the name exists already with another config", async () => {
    const { call } = await create(index);
    const { body } = await call("create_connector", { ...index, config: { index: "alert-trail-2" } });
    expect(body.result.connector.id).toBe("alert-trail-2");
    expect(body.warnings).toContain('Another connector in this space is also named "Alert trail".');
  });

  test.each([
    ["without a config", log],
    ["with one", index],
    ["whose target is a secret", slack],
    ["with what Kibana fills in", { ...hook, config: { url: hook.config.url } }],
  ])("%s is not made twice by the same call; an id of its own makes another", async (_what, args) => {
    const { call, writes, body: made } = await create(args);
    const { id } = made.result.connector;
    const { body } = await call("create_connector", args);
    expect(body).toMatchObject({ code: "id_taken", fix: expect.stringContaining(`Use ${id}`), detail: { id } });
    expect(writes()).toHaveLength(1);
    expect((await call("create_connector", { ...args, id: "second-one" })).body.status).toBe("done");
  });

  test("before 8.8 gets the id that Kibana chooses, and an undo with it", async () => {
    const { body, writes } = await create(log, { sandbox: { version: "8.7.1" } });
    expect(writes()[0]?.path).toBe("/api/actions/connector");
    expect(body.result.connector.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.undo).toMatchObject({ tool: "undo_change", args: { change: body.change } });
  });
});

describe("a warning, not a refusal", () => {
  test.each<[string, Record<string, unknown>, string | RegExp, ProductOptions?]>([
    [
      "a generic name",
      { ...log, name: "Slack" },
      "The name is generic: say which team and channel it serves, so that people can tell connectors apart.",
    ],
    [
      "a token in a header of config",
      { ...hook, config: { ...hook.config, headers: { Authorization: "Bearer abcdefgh123" } } },
      'config.headers.Authorization looks like a secret (the name "Authorization"): config is readable by everyone who may read connectors. Put it into secrets: {"secretHeaders":{"Authorization":{"$ask":true}}}.',
      { settings: { literalSecrets: "warn" } },
    ],
    [
      "a token in a URL",
      { ...hook, config: { ...hook.config, url: "https://tickets.example.net/in?token=abc" } },
      /^config\.url looks like a secret \(the URL parameter "token"\)/,
    ],
    [
      "the same index",
      { ...index, config: { index: "alert-audit" } },
      '"Alert audit log" (alert-audit-index) has the same target: one connector per service serves many rules.',
    ],
    [
      "the same URL",
      { ...hook, config: { ...hook.config, url: "https://deploy.example.com/hooks/kibana" } },
      /^"Deploy hook" \(deploy-hook\) has the same target/,
    ],
    ["a target that is a secret", slack, /whether any reaches the same place cannot be seen, since a secret decides it\.$/],
  ])("%s", async (_what, args, warning, options) => {
    const { body } = await create(args, options);
    expect(body.status).toBe("done");
    expect(body.warnings).toContainEqual(typeof warning === "string" ? warning : expect.stringMatching(warning));
  });

  test.each(["Payments alerts", "PagerDuty for the night shift", "Slack #ops"])("%s is no generic name", async (name) => {
    expect(JSON.stringify((await create({ ...log, name })).body.warnings ?? [])).not.toContain("generic");
  });

  test("a secret in config is hidden in the answer", async () => {
    const headers = { Authorization: "Bearer abcdefgh123" };
    const { text } = await create({ ...hook, config: { ...hook.config, headers } }, { settings: { literalSecrets: "warn" } });
    expect(text).not.toContain("abcdefgh123");
  });
});

describe("a secret in config that has no other place", () => {
  test.each<[string, Record<string, unknown>, ProductOptions?]>([
    ["a token in a URL", { url: "https://tickets.example.net/in?token=abc" }],
    ["a header before 9.2", { headers: { "X-Token": "abc123" } }, { sandbox: { version: "9.1.0" } }],
  ])("%s: a person is asked, with the reason", async (_what, more, options) => {
    const args = { ...hook, config: { ...hook.config, ...more } };
    const { questions, body } = await create(args, options);
    expect([questions.length, body.status]).toEqual([1, "done"]);
    const declined = await create(args, { ...options, person: () => ({ action: "decline" }) });
    expect([declined.body.status, declined.writes()]).toEqual(["declined", []]);
    expect(JSON.stringify(declined.body)).toContain("holds a secret as plain text");
    expect(JSON.stringify(declined.body)).not.toContain("secretHeaders");
  });

  test("asks nobody if plain text is allowed", async () => {
    const config = { ...hook.config, url: "https://tickets.example.net/in?token=abc" };
    const { questions } = await create({ ...hook, config }, { settings: { literalSecrets: "warn" } });
    expect(questions).toEqual([]);
  });
});

describe("a webhook without credentials", () => {
  const { url } = hook.config;

  test("is stored as one without authentication, and can be changed later", async () => {
    const { body, bare, call } = await create({ ...hook, config: { url } });
    expect(body.warnings).toContainEqual(
      expect.stringMatching(/^No credentials are given, so config gets \{"hasAuth":false,"authType":null\}/),
    );
    const { id } = body.result.connector;
    expect(JSON.parse(await bare("GET", `/api/actions/connector/${id}`)).config).toMatchObject({ hasAuth: false });
    const changed = await call("update_connector", { id, config: { method: "put" }, assert_no_other_secrets: true });
    expect(changed.body.status).toBe("done");
  });

  test("shows a header that is to be typed once", async () => {
    const { body } = await create({ ...hook, secrets: { secretHeaders: { "X-Token": { $ask: true } } }, dry_run: true });
    expect(JSON.stringify(body.plan)).toContain('"secrets":{"secretHeaders.X-Token":"<to be typed>"}');
  });

  test("may still have secret headers", async () => {
    const secrets = { secretHeaders: { "X-Token": { $env: "CONNECTOR_SECRET_PD" } } };
    const { body } = await create({ ...hook, config: { url }, secrets });
    expect(body).toMatchObject({ status: "done", result: { connector: { type: ".webhook" } } });
    expect(body.warnings).toContainEqual(
      expect.stringMatching(/^Of secrets only secretHeaders is given, so config gets \{.*\}: no other authentication\. For another method/),
    );
  });

  test.each([
    ["credentials", { user: { $env: "CONNECTOR_SECRET_PD" }, password: { $env: "CONNECTOR_SECRET_PD" } }],
    ["a question for them", { $ask: true }],
  ])("with %s keeps its authentication", async (_what, secrets) => {
    const { body } = await create({ ...hook, config: { url }, secrets, dry_run: true });
    expect(JSON.stringify(body)).not.toContain("No credentials are given");
  });

  test("that was stored with Kibana's default is changed by saying so", async () => {
    const { bare, call } = await product({ person: accepts });
    await bare("POST", "/api/actions/connector/old-hook", { name: "Old hook", connector_type_id: ".webhook", config: { url } });
    const { body } = await call("update_connector", { id: "old-hook", config: { method: "put" } });
    expect(body).toMatchObject({ code: "secrets_needed", fix: expect.stringContaining('config: {"hasAuth":false,"authType":null}') });
    const config = { method: "put", hasAuth: false, authType: null };
    expect((await call("update_connector", { id: "old-hook", config, assert_no_other_secrets: true })).body.status).toBe("done");
  });
});

describe("an id made from a name", () => {
  test.each<[string, string[], string]>([
    ["Ops Slack", [], "ops-slack"],
    ["  #payments / Alerts!  ", [], "payments-alerts"],
    ["Café à la carte", [], "cafe-a-la-carte"],
    ["--a--", [], "a"],
    ["x".repeat(50), [], "x".repeat(36)],
    [`${"a".repeat(35)} b`, [], "a".repeat(35)],
    ["漢字", [], "connector"],
    ["constructor", [], "connector"],
    ["Ops Slack", ["ops-slack"], "ops-slack-2"],
    ["Ops Slack", ["ops-slack", "ops-slack-2", "ops-slack-3"], "ops-slack-4"],
    ["x".repeat(50), ["x".repeat(36)], `${"x".repeat(34)}-2`],
  ])("%s with %j taken → %s", (name, taken, id) => {
    expect(freeId(name, new Set(taken))).toBe(id);
  });

  test("is always one that every version takes, and never one that is taken", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 12 }), (name, many) => {
        const taken = new Set<string>();
        for (let n = 0; n <= many; n++) {
          const id = freeId(name, taken);
          expect(id).toMatch(/^[a-z0-9]([a-z0-9-]{0,34}[a-z0-9])?$/);
          expect(["constructor", "prototype", "__proto__"]).not.toContain(id);
          expect(taken).not.toContain(id);
          taken.add(id);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test("the answer has the name that Kibana stores, where that is another one", async () => {
  const rename = ({ method, body }: Passing) => {
    if (method === "POST" && body?.connector_type_id !== undefined) body.name = "Stored name";
  };
  const behind = { target: "", rewrite: { request: rename } };
  const { url } = await switchableProxy(behind);
  const made = await product({ env, person: accepts, settings: { url } });
  behind.target = made.sandboxUrl;
  expect((await made.call("create_connector", log)).body.result.connector.name).toBe("Stored name");
});
