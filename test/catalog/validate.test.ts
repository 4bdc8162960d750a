import fc from "fast-check";
import { expect, test } from "vitest";
import { describeFields } from "../../src/catalog/describe.ts";
import { connectorTypes } from "../../src/catalog/index.ts";
import { checkPart, checkTogether } from "../../src/catalog/validate.ts";
import { entry } from "./type-examples.ts";

test.each([
  [
    ".slack",
    "secrets",
    { webhook_url: "https://hooks.slack.com/x" },
    "secrets.webhook_url",
    "did you mean webhookUrl, which is required and missing?",
  ],
  [".slack", "secrets", { url: "https://hooks.slack.com/x" }, "secrets.url", "did you mean webhookUrl, which is required and missing?"],
  [".slack", "config", { webhookUrl: "https://hooks.slack.com/x" }, "config.webhookUrl", "webhookUrl belongs in secrets"],
  [".slack", "config", { "webhook-url": "https://hooks.slack.com/x" }, "config.webhook-url", "did you mean webhookUrl, in secrets?"],
  [".webhook", "secrets", { url: "https://a.example.com" }, "secrets.url", "url belongs in config"],
  [".webhook", "config", { url: "https://a.example.com", has_auth: false }, "config.has_auth", "did you mean hasAuth?"],
  [".webhook", "config", { url: "https://a.example.com", hedaers: {} }, "config.hedaers", "did you mean headers?"],
  [".webhook", "config", { uri: "https://a.example.com" }, "config.uri", "did you mean url, which is required and missing?"],
  [".webhook", "secrets", { username: "bob", password: "p" }, "secrets.username", "did you mean user?"],
  [
    ".pagerduty",
    "secrets",
    { integrationKey: "x", routing_key: "y" },
    "secrets.routing_key",
    "did you mean routingKey, which is required and missing?",
  ],
  [".pagerduty", "params", { dedup_key: "x" }, "params.dedup_key", "did you mean dedupKey?"],
  [
    ".email",
    "params",
    { to: ["b@example.com"], subject: "s", message: "m", kibanaFooterLink: { Path: "/" } },
    "params.kibanaFooterLink.Path",
    "did you mean path?",
  ],
  [".index", "config", { index: "a", zzz: 1 }, "config.zzz", undefined],
] as const)("%s %s %j: an unknown key is a warning that says what may be meant", async (id, part, value, path, suggestion) => {
  const { warnings } = checkPart(await entry(id), part, value);
  const warning = warnings.find((each) => each.path === path);
  expect(warning).toBeDefined();
  expect(warning?.suggestion).toBe(suggestion);
});

test("all problems come at once, cross-field rules too", async () => {
  const { errors, warnings } = checkPart(await entry(".webhook"), "config", {
    method: "POST",
    headers: { a: 1 },
    authType: "webhook-oauth2-client-credentials",
    spare: true,
  });
  expect(errors).toEqual([
    { path: "config.url", problem: "is required" },
    { path: "config.method", problem: "must be one of: post, put, patch, get, delete", suggestion: "did you mean post?" },
    { path: "config.headers.a", problem: "must be text, not a number" },
    { path: "config.accessTokenUrl", problem: "is required for OAuth2" },
    { path: "config.clientId", problem: "is required for OAuth2" },
  ]);
  expect(warnings.map((warning) => warning.path)).toEqual(["config.spare"]);
});

test.each([
  ["config", { url: "https://a.example.com", scope: "" }, "config.scope"],
  ["secrets", { user: "", password: "" }, "secrets.user"],
] as const)("empty text is refused by the routes whatever the type says: %s %j", async (part, value, path) => {
  const { errors } = checkPart(await entry(".webhook"), part, value);
  expect(errors.find((error) => error.path === path)).toEqual({
    path,
    problem: "must not be empty text: Kibana refuses it",
    suggestion: "leave it out",
  });
});

test.each([
  [".webhook", "config", { url: "https://a.example.com", headers: { a: "", b: "x" } }, "config.headers.a"],
  [".webhook", "config", { url: "https://a.example.com", headers: { a: " \n" } }, "config.headers.a"],
  [".webhook", "secrets", { secretHeaders: { a: " " } }, "secrets.secretHeaders.a"],
  [
    ".slack_api",
    "config",
    {
      allowedChannels: [
        { id: "C1", name: "ok" },
        { id: "C2", name: " " },
      ],
    },
    "config.allowedChannels.1.name",
  ],
] as const)("blank text at any depth of config and secrets is an error: %s %s %j", async (type, part, value, path) => {
  expect(checkPart(await entry(type), part, value).errors).toContainEqual(expect.objectContaining({ path }));
});

test("empty text inside params is none", async () => {
  expect(checkPart(await entry(".webhook"), "params", { body: "" }).errors).toEqual([]);
});

test.each([
  [
    ".xsoar",
    { subAction: "run", subActionParams: { name: "n", createInvestigation: false, severity: 1, body: "no json" } },
    "params.subActionParams.body",
  ],
  [".torq", { body: "no json" }, "params.body"],
  [".torq", { body: " " }, "params.body"],
  [".tines", { subAction: "run", subActionParams: { body: "{}" } }, "params.subActionParams"],
  [".slack_api", { subAction: "postMessage", subActionParams: { text: "hello" } }, "params.subActionParams.channelNames"],
  [
    ".sentinelone",
    { subAction: "executeScript", subActionParams: { filter: {}, script: { scriptId: "s" } } },
    "params.subActionParams.filter",
  ],
] as const)("what ends before anything is sent is an error: %s %j", async (type, params, path) => {
  expect(checkPart(await entry(type), "params", params).errors).toEqual([expect.objectContaining({ path })]);
});

test.each(["bob", "a@@example.com", "a..b@example.com", "a@example.com\n"])("%j is no sender of mail, and no recipient", async (text) => {
  const type = await entry(".email");
  const config = { service: "other", host: "smtp.example.com", port: 25, from: text };
  expect(checkPart(type, "config", config).errors).toEqual([{ path: "config.from", problem: "must be an e-mail address" }]);
  expect(checkPart(type, "params", { to: [text], subject: "s", message: "m" }).errors).toEqual([
    { path: "params.to.0", problem: "must be an e-mail address" },
  ]);
});

test("a URL that Kibana saves unread is a warning, and so is one that is not http", async () => {
  expect(checkPart(await entry(".pagerduty"), "config", { apiUrl: "bar" })).toEqual({
    errors: [],
    warnings: [{ path: "config.apiUrl", problem: "is not a full URL such as https://host.example.com/path: requests will fail" }],
  });
  expect(checkPart(await entry(".webhook"), "config", { url: "ftp://a.example.com" }).warnings).toEqual([
    { path: "config.url", problem: "is neither an http nor an https URL: requests will fail" },
  ]);
});

test("a template in params is a warning: a rule fills it in", async () => {
  const { errors, warnings } = checkPart(await entry(".pagerduty"), "params", { severity: "{{context.severity}}", timestamp: "{{date}}" });
  expect(errors).toEqual([]);
  expect(warnings.map((warning) => warning.path)).toEqual(["params.severity", "params.timestamp"]);
});

test("no problem quotes a secret", async () => {
  const secret = "s3cr3t-value-7731";
  const values = [
    [".slack", { webhookUrl: secret }],
    [".slack", { webhookUrl: `ftp://${secret}.example.com` }],
    [".pagerduty", { routingKey: [secret] }],
    [".pagerduty", { routingKey: { x: secret }, other: secret }],
    [".webhook", { user: secret, crt: secret }],
    [".webhook", { secretHeaders: secret }],
    [".email", secret],
  ] as const;
  for (const [id, value] of values) {
    expect(JSON.stringify(checkPart(await entry(id), "secrets", value))).not.toContain(secret);
  }
});

test("whatever is given, a verdict comes back", async () => {
  const types = await connectorTypes();
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.constantFrom("config", "secrets", "params"), fc.jsonValue(), (type, part, value) => {
      expect(checkPart(type, part, value)).toMatchObject({ errors: expect.any(Array), warnings: expect.any(Array) });
    }),
  );
});

test("whatever is in the fields of secrets, it is not quoted", async () => {
  const marker = "s3cr3t-7731";
  const secret = fc.oneof(
    fc.constant(marker),
    fc.constant(`https://${marker}/`),
    fc.constant([marker]),
    fc.constant({ a: marker }),
    fc.constant(`{{${marker}}}`),
  );
  for (const type of await connectorTypes()) {
    const fields = describeFields(type, "secrets").map((row) => row.name);
    const some = fc.dictionary(fc.constantFrom("other", ...fields), secret);
    fc.assert(
      fc.property(some, (secrets) => {
        expect(JSON.stringify([checkPart(type, "secrets", secrets), checkTogether(type, {}, secrets)])).not.toContain(marker);
      }),
      { numRuns: 30 },
    );
  }
});
