import { describe, expect, test } from "vitest";
import { kibana, refusal } from "../kibana.ts";
import { delivered, type Reply, service } from "./service.ts";

const thrown = { status: "error", message: "an error occurred while running the action", retry: true };
const sub = (subAction: string, subActionParams: object) => ({ subAction, subActionParams });
const tinesStory = { name: "story 1", id: 1, team: "team", published: true };
const webhookAgent = { name: "agent 1", id: 1, story_id: 1, options: { secret: "secret", path: "path" }, type: "Agents::WebhookAgent" };
const otherAgent = { ...webhookAgent, id: 2, options: { url: "url" }, type: "Agents::HttpRequest" };
const made = { _id: "~1", _type: "Case", _createdBy: "u", _createdAt: 1712128153041, title: "title" };
const alias = "a".repeat(513);
const hashed = "sha-02425c0f5b0dabf3d2b9115f3f7723a02ad8bcfb1534a0d231614fd42b8188f6";
const taken = { result: "Request will be processed", took: 0.107, requestId: "43a29c5c-3dbf-4fa4-9c26-f4f71023e120" };

/** Type, how it is made, params, what answers, what was asked (method, path, body, headers), data. */
type Case = [
  type: string,
  made: (url: string) => { config?: Record<string, unknown>; secrets?: Record<string, unknown> },
  params: Record<string, unknown>,
  answer: Reply | ((path: string) => Reply),
  asked: [method: string, path: string, body: unknown, headers?: Record<string, unknown>],
  data: unknown,
];
const genie = (apiUrl: string) => ({ config: { apiUrl }, secrets: { apiKey: "123" } });
const key = { authorization: "GenieKey 123" };
const tines = (url: string) => ({ config: { url }, secrets: { email: "e", token: "t" } });
const tinesAnswers = (path: string): Reply => {
  if (path.includes("/stories")) return [202, { stories: [tinesStory], meta: { pages: 2 } }];
  if (path.includes("/agents")) return [202, { agents: [webhookAgent, otherAgent], meta: { pages: 1 } }];
  return path.includes("/actions/1") ? [202, webhookAgent] : [202, { status: "ok" }];
};
const hive = (url: string) => ({ config: { url }, secrets: { apiKey: "k" } });
const xsoar = (url: string) => ({ config: { url }, secrets: { apiKey: "k" } });
const pagerduty = (apiUrl: string) => ({ config: { apiUrl }, secrets: { routingKey: "r" } });
const hook = (url: string) => ({
  config: { url, headers: { config: "c" } },
  secrets: { user: "u", password: "p", secretHeaders: { secret: "s" } },
});
const hookHeaders = { authorization: `Basic ${btoa("u:p")}`, config: "c", secret: "s" };

const cases: Case[] = [
  [
    ".opsgenie",
    genie,
    sub("createAlert", { message: "m".repeat(131), alias }),
    [202, taken],
    ["POST", "/v2/alerts", { message: "m".repeat(130), alias: hashed }, key],
    taken,
  ],
  [
    ".opsgenie",
    genie,
    sub("closeAlert", { alias, note: "n" }),
    [202, taken],
    ["POST", `/v2/alerts/${hashed}/close?identifierType=alias`, { note: "n" }, key],
    taken,
  ],
  [
    ".jira-service-management",
    genie,
    sub("createAlert", { message: "m" }),
    [202, taken],
    ["POST", "/jsm/ops/integration/v2/alerts", { message: "m" }, key],
    taken,
  ],
  [
    ".jira-service-management",
    genie,
    sub("closeAlert", { alias: "1" }),
    [202, taken],
    ["POST", "/jsm/ops/integration/v2/alerts/1/close?identifierType=alias", {}, key],
    taken,
  ],
  [
    ".tines",
    tines,
    sub("stories", {}),
    tinesAnswers,
    ["GET", "/api/v1/stories?per_page=500", {}, { "x-user-email": "e", "x-user-token": "t" }],
    { stories: [{ id: 1, name: "story 1", published: true }], incompleteResponse: true },
  ],
  [
    ".tines",
    tines,
    sub("webhooks", { storyId: 1 }),
    tinesAnswers,
    ["GET", "/api/v1/agents?story_id=1&action_type=Agents::WebhookAgent&per_page=500", {}],
    { webhooks: [{ id: 1, name: "agent 1", storyId: 1 }], incompleteResponse: false },
  ],
  [
    ".tines",
    tines,
    sub("run", { webhook: { id: 1, name: "agent 1", storyId: 1 }, body: '["test"]' }),
    tinesAnswers,
    ["POST", "/webhook/path/secret", ["test"]],
    { status: "ok" },
  ],
  [
    ".thehive",
    hive,
    sub("pushToService", { incident: { title: "title", description: "d", tlp: 2, severity: 1, tags: ["a"] }, comments: [] }),
    [201, made],
    [
      "POST",
      "/api/v1/case",
      { title: "title", description: "d", tlp: 2, severity: 1, tags: ["a"] },
      { authorization: "Bearer k", "x-organisation": undefined },
    ],
    { id: "~1", title: "title", url: "URL/cases/~1/details", pushedDate: "2024-04-03T07:09:13.041Z" },
  ],
  [
    ".thehive",
    hive,
    sub("pushToService", { incident: { title: "title", description: "d", externalId: "~1" }, comments: null }),
    [204],
    ["PATCH", "/api/v1/case/~1", { title: "title", description: "d", tlp: null, severity: null, tags: null }],
    { id: "~1", title: "title", url: "URL/cases/~1/details", pushedDate: expect.any(String) },
  ],
  [
    ".thehive",
    hive,
    sub("createAlert", {
      title: "t",
      description: "d",
      type: "t",
      source: "s",
      sourceRef: "r",
      isRuleSeverity: false,
      severity: 1,
      tlp: 2,
      tags: [],
      body: '{"observables":[1]}',
    }),
    [201, made],
    [
      "POST",
      "/api/v1/alert",
      { title: "t", description: "d", type: "t", source: "s", sourceRef: "r", severity: 1, tlp: 2, tags: [], observables: [1] },
    ],
    {},
  ],
  [
    ".xsoar",
    xsoar,
    sub("getPlaybooks", {}),
    [200, { playbooks: [{ id: "1", name: "p" }], total: 1 }],
    ["POST", "/playbook/search", {}, { authorization: "k" }],
    { playbooks: [{ id: "1", name: "p" }], total: 1 },
  ],
  [
    ".xsoar",
    xsoar,
    sub("run", { name: "n", severity: 2, playbookId: "p", createInvestigation: false, body: null, isRuleSeverity: false }),
    [201, { id: "1" }],
    ["POST", "/incident", { name: "n", severity: 2, playbookId: "p", createInvestigation: false }],
    {},
  ],
  [
    ".xsoar",
    (url) => ({ config: { url }, secrets: { apiKey: "k", apiKeyID: "7" } }),
    sub("run", { name: "n", severity: 2, createInvestigation: false, body: '{"x":1,"name":"loses"}' }),
    [201, {}],
    [
      "POST",
      "/xsoar/public/v1/incident",
      { name: "n", severity: 2, playbookId: null, createInvestigation: false, x: 1 },
      { "x-xdr-auth-id": "7" },
    ],
    {},
  ],
  [
    ".d3security",
    (url) => ({ config: { url }, secrets: { token: "t" } }),
    sub("test", { body: "whoaradboddy" }),
    [202, { refid: "8" }],
    [
      "POST",
      "/",
      { hits: { hits: { _source: { rawData: "whoaradboddy", "event.type": "", "kibana.alert.severity": "" } } } },
      { d3key: "t" },
    ],
    { refid: "8" },
  ],
  [
    ".torq",
    (url) => ({ config: { webhookIntegrationUrl: url }, secrets: { token: "someRandomToken" } }),
    { body: '{"msg": "test"}' },
    [204],
    ["POST", "/", { msg: "test" }, { "x-torq-token": "someRandomToken" }],
    '{"msg": "test"}',
  ],
  [
    ".xmatters",
    (secretsUrl) => ({ config: { usesBasic: false }, secrets: { secretsUrl } }),
    { ruleName: "r", date: "", severity: "" },
    [202, {}],
    ["POST", "/", { ruleName: "r", date: "", severity: "High" }, { authorization: undefined }],
    { ruleName: "r", date: "", severity: "High" },
  ],
  [
    ".xmatters",
    (configUrl) => ({ config: { usesBasic: true, configUrl }, secrets: { user: "u", password: "p" } }),
    { severity: "Low" },
    [202, {}],
    ["POST", "/", { severity: "Low" }, { authorization: `Basic ${btoa("u:p")}` }],
    { severity: "Low" },
  ],
  [".teams", (webhookUrl) => ({ secrets: { webhookUrl } }), { message: "m" }, [200, "1"], ["POST", "/", { text: "m" }], { text: "m" }],
  [".slack", (webhookUrl) => ({ secrets: { webhookUrl } }), { message: "m" }, [200, "ok"], ["POST", "/", { text: "m" }], { text: "ok" }],
  [
    ".pagerduty",
    pagerduty,
    { summary: "just a test" },
    [202, { status: "success", message: "Event processed" }],
    [
      "POST",
      "/",
      { event_action: "trigger", payload: { summary: "just a test", source: "Kibana Action c", severity: "info" } },
      { "x-routing-key": "r" },
    ],
    { status: "success", message: "Event processed" },
  ],
  [
    ".pagerduty",
    pagerduty,
    { eventAction: "resolve", dedupKey: "d", summary: "no" },
    [202, { dedup_key: "d" }],
    ["POST", "/", { event_action: "resolve", dedup_key: "d" }],
    { dedup_key: "d" },
  ],
  [".webhook", hook, { body: "authenticate" }, [200, "OK"], ["POST", "/", "authenticate", hookHeaders], "authenticate"],
  [
    ".webhook",
    (url) => ({ config: { url, method: "delete", hasAuth: false } }),
    {},
    [200, "OK"],
    ["DELETE", "/", "", { authorization: undefined }],
    undefined,
  ],
  [
    ".http",
    hook,
    { method: "PATCH", path: "a/b", query: { q: "1" }, body: { x: 1 }, headers: { config: "mine" } },
    [201, { done: true }],
    ["PATCH", "/a/b?q=1", { x: 1 }, { ...hookHeaders, config: "mine", "content-type": "application/json" }],
    { status: 201, statusText: "Created", headers: { "content-type": "application/json" }, data: { done: true } },
  ],
];

describe("an event", () => {
  test.each(cases)(
    "%s: sent as its service wants it, answered as Kibana reads it",
    async (type, made, params, answer, [method, path, body, headers = {}], data) => {
      const reply = typeof answer === "function" ? ({ url }: { url: string }) => answer(url) : () => answer;
      const { result, seen, url } = await delivered(type, made, params, reply);
      const shown = JSON.parse(JSON.stringify(result).replaceAll(url, "URL"));
      expect(shown).toMatchObject({ connector_id: "c", status: "ok", ...(data !== undefined && { data }) });
      if (type !== ".http") expect(shown.data).toEqual(data);
      const last = seen.at(-1);
      expect([last?.method, last?.url, last?.body]).toEqual([method, path, body]);
      for (const [name, value] of Object.entries(headers)) expect(last?.headers[name], name).toBe(value);
    },
  );
});

/** Type, how it is made, params, what answers, the failed run. */
const failures: [string, Case[1], Record<string, unknown>, Reply, Record<string, unknown>][] = [
  [
    ".opsgenie",
    genie,
    sub("createAlert", { message: "m" }),
    [422, { errors: { message: "failed" } }],
    {
      ...thrown,
      errorSource: "user",
      service_message: 'Status code: 422. Message: Request failed with status code 422: {"message":"failed"}',
    },
  ],
  [
    ".opsgenie",
    genie,
    sub("createAlert", { message: "m" }),
    [202, {}],
    { ...thrown, errorSource: "framework", service_message: expect.stringMatching(/^Response validation failed \(.*expected string/s) },
  ],
  [
    ".tines",
    tines,
    sub("stories", {}),
    [422, {}],
    { ...thrown, errorSource: "user", service_message: "Status code: 422. Message: API Error: Unprocessable Entity" },
  ],
  [
    ".tines",
    tines,
    sub("run", { webhook: { id: 1, name: "n", storyId: 1 }, body: "" }),
    [200, { ...otherAgent, id: 1 }],
    { ...thrown, errorSource: "framework", service_message: "Invalid configuration for webhook id: 1. Verify webhook exists in Tines." },
  ],
  [
    ".thehive",
    hive,
    sub("pushToService", { incident: { title: "t", description: "d" } }),
    [400, { type: "BadRequest", message: "Invalid json" }],
    { ...thrown, errorSource: "framework", service_message: "Status code: 400. Message: API Error: BadRequest - Invalid json" },
  ],
  [
    ".thehive",
    hive,
    sub("pushToService", { incident: { title: "t", description: "d" } }),
    [201, {}],
    { ...thrown, errorSource: "framework", service_message: expect.stringContaining("_id") },
  ],
  [
    ".xsoar",
    xsoar,
    sub("getPlaybooks", {}),
    [400, {}],
    { ...thrown, errorSource: "framework", service_message: "Status code: 400. Message: API Error: Bad Request" },
  ],
  [
    ".d3security",
    (url) => ({ config: { url }, secrets: { token: "t" } }),
    sub("run", { body: "{}" }),
    [422, {}],
    { ...thrown, errorSource: "user", service_message: "Status code: 422. Message: API Error: 422 - Unprocessable Entity" },
  ],
  ...(
    [
      [400, "invalid response"],
      [401, "unauthorised"],
      [404, "make sure the webhook URL is valid"],
      [405, "method is not supported"],
      [429, "retry later", true],
      [502, "retry later", true],
    ] as [number, string, true?][]
  ).map(([status, words, retry]): (typeof failures)[number] => [
    ".torq",
    (url) => ({ config: { webhookIntegrationUrl: url }, secrets: { token: "t" } }),
    { body: '{"msg": "x"}' },
    [status, { message: "said" }],
    {
      status: "error",
      message: `error triggering Torq workflow, ${words}`,
      service_message: expect.stringMatching(`^\\[${status}\\] .*: said$`),
      errorSource: "user",
      ...(retry && { retry }),
    },
  ]),
  ...(
    [
      [400, "unexpected status 400"],
      [429, "http status 429, retry later", true],
      [502, "http status 502, retry later", true],
    ] as [number, string, true?][]
  ).map(([status, words, retry]): (typeof failures)[number] => [
    ".xmatters",
    (secretsUrl) => ({ config: { usesBasic: false }, secrets: { secretsUrl } }),
    { severity: "High" },
    [status, {}],
    { status: "error", message: `Error triggering xMatters flow: ${words}`, errorSource: "user", ...(retry && { retry }) },
  ]),
  ...(
    [
      [418, "unexpected status 418"],
      [200, "unexpected status 200"],
      [429, "http status 429, retry later", true],
      [502, "http status 502, retry later", true],
    ] as [number, string, true?][]
  ).map(([status, words, retry]): (typeof failures)[number] => [
    ".pagerduty",
    pagerduty,
    { summary: "s" },
    [status, {}],
    { status: "error", message: `error posting pagerduty event: ${words}`, errorSource: "user", ...(retry && { retry }) },
  ]),
  [
    ".teams",
    (webhookUrl) => ({ secrets: { webhookUrl } }),
    { message: "m" },
    [400, {}],
    {
      status: "error",
      message: "error posting to Microsoft Teams, invalid response",
      service_message: "[400] Bad Request",
      errorSource: "user",
    },
  ],
  [
    ".teams",
    (webhookUrl) => ({ secrets: { webhookUrl } }),
    { message: "m" },
    [200, "ErrorCode:ApplicationThrottled"],
    {
      status: "error",
      message: "error posting a Microsoft Teams message, retry later",
      service_message: "m",
      retry: true,
      errorSource: "user",
    },
  ],
  [
    ".slack",
    (webhookUrl) => ({ secrets: { webhookUrl } }),
    { message: "m" },
    [400, "no_text"],
    { status: "error", message: "unexpected http response from slack: 400 Bad Request", errorSource: "user" },
  ],
  [
    ".slack",
    (webhookUrl) => ({ secrets: { webhookUrl } }),
    { message: "m" },
    [500, ""],
    {
      status: "error",
      message: "error posting a slack message, retry later",
      service_message: "An HTTP protocol error occurred: statusCode = 500",
      retry: true,
      errorSource: "user",
    },
  ],
  [
    ".webhook",
    hook,
    { body: "b" },
    [500, "Error"],
    {
      status: "error",
      message: "error calling webhook, retry later",
      service_message: "[500] Internal Server Error",
      retry: true,
      errorSource: "user",
    },
  ],
  [
    ".webhook",
    hook,
    { body: "b" },
    [429, {}, { "retry-after": "3600" }],
    {
      status: "error",
      message: expect.stringMatching(/^error calling webhook, retry at 20/),
      service_message: "[429] Too Many Requests",
      retry: expect.stringMatching(/Z$/),
      errorSource: "user",
    },
  ],
  [
    ".webhook",
    hook,
    { body: "b" },
    [404, { message: { a: 1 } }],
    {
      status: "error",
      message: "error calling webhook, invalid response",
      service_message: '[404] Not Found: {"a":1}',
      errorSource: "user",
    },
  ],
  [
    ".http",
    hook,
    {},
    [400, { message: "no" }],
    { status: "error", message: "error calling http, invalid response", service_message: "[400] Bad Request: no", errorSource: "user" },
  ],
];

test.each(failures)("%s fails in its own words: %#", async (type, made, params, reply, result) => {
  const { status, result: got } = await delivered(type, made, params, () => reply);
  expect(status).toBe(200);
  expect(got).toEqual({ connector_id: "c", ...result });
});

describe("a webhook with OAuth2", () => {
  const connector = (token: string) => (url: string) => ({
    config: { url, hasAuth: true, authType: "webhook-oauth2-client-credentials", accessTokenUrl: token, clientId: "id", scope: "all" },
    secrets: { clientSecret: "hush" },
  });
  const form = { client_id: "id", client_secret: "hush", grant_type: "client_credentials", scope: "all" };

  test.each([
    [".webhook", { body: "b" }],
    [".http", { method: "POST", body: "b" }],
  ])("%s asks for a token first, keeps it while it is good, and asks again after a refusal", async (type, params) => {
    let count = 0;
    let refuse = false;
    const tokens = await service(() => [200, { access_token: `test-token-${++count}`, token_type: "Bearer", expires_in: 60 }]);
    const { seen, run, result } = await delivered(type, connector(`${tokens.url}/oauth/token`), params, () => [refuse ? 401 : 200, "OK"]);
    expect(result.status).toBe("ok");
    expect(Object.fromEntries(new URLSearchParams(tokens.seen[0]?.body))).toEqual(form);
    await run();
    refuse = true;
    await run();
    refuse = false;
    await run();
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([1, 1, 1, 2].map((at) => `Bearer test-token-${at}`));
  });

  test("the form of a connector that is not saved yet gets one too", async () => {
    const tokens = await service(({ body }) =>
      String(body).includes("hush") ? [200, { access_token: "tokentokentoken", token_type: "Bearer", expires_in: 1 }] : [401, {}],
    );
    const { call } = await kibana({ deliver: true, empty: true });
    const ask = (clientSecret: string) =>
      call(
        "POST",
        "/internal/actions/connector/_oauth_access_token",
        { type: "client", options: { tokenUrl: tokens.url, scope: "all", config: { clientId: "id" }, secrets: { clientSecret } } },
        { "kbn-xsrf": "true", "x-elastic-internal-origin": "test" },
      );
    expect((await ask("hush")).body).toEqual({ accessToken: "Bearer tokentokentoken" });
    expect(Object.fromEntries(new URLSearchParams(tokens.seen[0]?.body))).toEqual(form);
    expect((await ask("wrong")).body).toEqual(refusal(400, "Failed to retrieve access token"));
  });

  test("an old token is not used", async () => {
    const tokens = await service(() => [200, { access_token: "t", token_type: "Bearer", expires_in: 0 }]);
    const { run } = await delivered(".webhook", connector(tokens.url), { body: "b" }, () => [200, "OK"]);
    await run();
    expect(tokens.seen).toHaveLength(2);
  });

  test("without a token nothing is sent", async () => {
    const tokens = await service(() => [400, { error: "invalid_client" }]);
    const { result, seen } = await delivered(".webhook", connector(tokens.url), { body: "b" }, () => [200, "OK"]);
    expect(seen).toEqual([]);
    expect(result).toMatchObject({
      status: "error",
      message: "error calling webhook, request failed",
      service_message: 'Unable to retrieve/refresh the access token: {"error":"invalid_client"}',
    });
  });
});

describe("what is not on this machine", () => {
  test("gets nothing, nor is a token asked for it: it is recorded as ever", async () => {
    const tokens = await service(() => [200, {}]);
    const config = { hasAuth: true, authType: "webhook-oauth2-client-credentials", accessTokenUrl: tokens.url, clientId: "id" };
    const { result, call } = await delivered(
      ".webhook",
      () => ({ config: { ...config, url: "https://example.com" }, secrets: { clientSecret: "s" } }),
      { body: "b" },
      () => [500],
    );
    expect(result).toEqual({ connector_id: "c", status: "ok", data: "b" });
    expect(tokens.seen).toEqual([]);
    expect((await call("GET", "/sandbox/deliveries")).body.deliveries).toHaveLength(1);
  });

  test("is not reached by a redirect either; what is here, is", async () => {
    const away = await delivered(".webhook", hook, { body: "b" }, () => [302, "", { location: "https://example.com/x" }]);
    expect(away.result).toMatchObject({
      message: "error calling webhook, request failed",
      service_message: "[ENOTFOUND] getaddrinfo ENOTFOUND example.com",
    });
    const here = await delivered(".webhook", hook, { body: "b" }, ({ url }) =>
      url === "/" ? [307, "", { location: "/next" }] : [200, "OK"],
    );
    expect(here.sent()).toEqual(["POST /", "POST /next"]);
    expect(here.result.status).toBe("ok");
  });

  test("a port where nobody listens refuses the connection", async () => {
    const closed = () => ({ config: { apiUrl: "http://127.0.0.1:1" }, secrets: { apiKey: "k" } });
    const { result } = await delivered(".opsgenie", closed, sub("closeAlert", { alias: "a" }), () => [500]);
    expect(result).toMatchObject({
      ...thrown,
      errorSource: "framework",
      service_message: "Status code: undefined. Message: connect ECONNREFUSED 127.0.0.1:1",
    });
  });
});
