import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kibana, refusal } from "./kibana.ts";

const { create, execute, call, get } = await kibana();

async function made(id: string, connector_type_id: string, config: object, secrets: object): Promise<string> {
  const { status, body } = await create({ name: id, connector_type_id, config, secrets }, id);
  expect(status, JSON.stringify(body)).toBe(200);
  return id;
}
const mail = { from: "bob@example.com", host: "smtp.example.com", port: 587 };

describe("a refused call", () => {
  test.each([
    ["nope", { params: {} }, 404, "Saved object [action/nope] not found"],
    ["system-connector-.cases", { params: {} }, 400, "Execution of system action is not allowed"],
    ["ops-slack", {}, 400, "[request body.params]: expected value of type [object] but got [undefined]"],
    ["ops-slack", { params: {}, x: 1 }, 400, "[request body.x]: Additional properties are not allowed ('x' was unexpected)"],
  ])("%s %j", async (id, body, status, message) => {
    expect((await call("POST", `/api/actions/connector/${id}/_execute`, body)).body).toEqual(refusal(status, message));
  });
});

describe("params that the type refuses are a failed run, not a failed call", async () => {
  const { execute } = await kibana({ wording: "fields" });
  test.each([
    ["ops-slack", { message: "" }, 'Field "message": String must contain at least 1 character(s)'],
    ["ops-slack", { message: "x", nope: 1 }, "Unrecognized key(s) in object: 'nope'"],
    ["ops-pagerduty", { eventAction: "resolve" }, 'DedupKey is required when eventAction is "resolve"'],
    ["ops-pagerduty", { timestamp: "1963-09-55 90:23:45" }, 'error parsing timestamp "1963-09-55 90:23:45"'],
    ["ops-mail-preconfigured", { subject: "s", message: "m" }, "At least one entry in [to], [cc], or [bcc] is required"],
    ["alert-audit-index", {}, 'Field "documents": Required'],
  ])("%s %j", async (id, params, problem) => {
    const { status, body } = await execute(id, params);
    expect(status).toBe(200);
    expect(body).toEqual({
      connector_id: id,
      status: "error",
      message: `error validating action params: ${problem}`,
      retry: false,
      errorSource: "user",
    });
  });

  test("stored secrets that are missing are Kibana's fault", async () => {
    expect((await execute("imported-pagerduty", {})).body).toEqual({
      connector_id: "imported-pagerduty",
      status: "error",
      message: 'error validating connector type secrets: Field "routingKey": Required',
      retry: false,
      errorSource: "framework",
    });
  });
});

describe("a run that works", () => {
  test.each([
    ["ops-slack", { message: "hi" }, { text: "ok" }],
    ["deploy-hook", { body: "ping" }, "ping"],
    ["ops-pagerduty", { summary: "s", dedupKey: "k" }, { message: "Event processed", status: "success", dedup_key: "k" }],
    ["alert-audit-index", { documents: [{ a: 1 }] }, { errors: false, items: [{ create: { _index: "alert-audit", status: 201 } }] }],
    ["batch-jira", { subAction: "issueTypes", subActionParams: {} }, [{ name: "Task" }, { name: "Bug" }]],
  ])("%s answers as its third party does", async (id, params, data) => {
    expect((await execute(id, params)).body).toMatchObject({ connector_id: id, status: "ok", data });
  });

  test("of a server log has no data, nor has a webhook without a body", async () => {
    expect((await execute("kibana-log", { message: "m" })).body).toEqual({ connector_id: "kibana-log", status: "ok" });
    expect((await execute("deploy-hook", {})).body).toEqual({ connector_id: "deploy-hook", status: "ok" });
  });

  test("of the __json mail service returns the message as it was given", async () => {
    const id = await made("json-mail", ".email", { from: "bob@example.com", service: "__json", hasAuth: false }, {});
    const { data } = (await execute(id, { to: ["a@example.org"], subject: "email-subject", message: "email-message" })).body;
    expect(data).toMatchObject({
      envelope: { from: "bob@example.com", to: ["a@example.org"] },
      message: { subject: "email-subject", cc: null },
    });
    expect(data.message.text).toBe("email-message\n\n---\n\nThis message was sent by Elastic.");
  });
});

describe("a third party that refuses or cannot be reached", () => {
  const gone = "getaddrinfo ENOTFOUND nowhere.invalid";
  test.each([
    [
      "slack-revoked",
      ".slack",
      {},
      { webhookUrl: "https://hooks.slack.com/services/revoked" },
      { message: "m" },
      "unexpected http response from slack: 404 Not Found",
      undefined,
    ],
    [
      "slack-gone",
      ".slack",
      {},
      { webhookUrl: "https://nowhere.invalid/x" },
      { message: "m" },
      "error posting slack message",
      `A request error occurred: ${gone}`,
    ],
    ["pd-revoked", ".pagerduty", {}, { routingKey: "revoked-key" }, {}, "error posting pagerduty event: unexpected status 400", undefined],
    ["pd-gone", ".pagerduty", { apiUrl: "https://nowhere.invalid/x" }, { routingKey: "k" }, {}, "error posting pagerduty event", gone],
    [
      "hook-401",
      ".webhook",
      { url: "https://a.example.com" },
      { user: "u", password: "revoked" },
      {},
      "error calling webhook, invalid response",
      "[401] Unauthorized",
    ],
    [
      "hook-404",
      ".webhook",
      { url: "https://a.example.com/revoked" },
      {},
      {},
      "error calling webhook, invalid response",
      "[404] Not Found",
    ],
    ["hook-gone", ".webhook", { url: "https://nowhere.invalid" }, {}, {}, "error calling webhook, request failed", `[ENOTFOUND] ${gone}`],
    [
      "mail-login",
      ".email",
      mail,
      { user: "u", password: "invalid" },
      mailTo(),
      "error sending email",
      "Invalid login: 535 5.7.8 Error: authentication failed",
    ],
    ["mail-gone", ".email", { ...mail, host: "nowhere.invalid" }, { user: "u", password: "p" }, mailTo(), "error sending email", gone],
    [
      "mail-html",
      ".email",
      mail,
      { user: "u", password: "p" },
      mailTo({ messageHTML: "<p>" }),
      "HTML email can only be sent when the connector is configured to allow HTML",
      undefined,
    ],
    [
      "mail-file",
      ".email",
      mail,
      { user: "u", password: "p" },
      mailTo({ attachments: [{ content: "", filename: "f" }] }),
      "Email attachments can only be sent via notifications",
      undefined,
    ],
    [
      "index-case",
      ".index",
      { index: "Upper" },
      {},
      { documents: [] },
      "error indexing documents",
      "Invalid index name [Upper], must be lowercase",
    ],
  ])("%s", async (id, type, config, secrets, params, message, service_message) => {
    await made(id, type, config, secrets);
    const { status, body } = await execute(id, params);
    expect(status).toBe(200);
    expect(body).toEqual({ connector_id: id, status: "error", message, errorSource: "user", ...(service_message && { service_message }) });
  });

  test("a type without an entry in the catalogue fails as a thrown error", async () => {
    await made("jira-revoked", ".jira", { apiUrl: "https://example.atlassian.net", projectKey: "X" }, { email: "e", apiToken: "revoked" });
    const { body } = await execute("jira-revoked", { subAction: "issueTypes", subActionParams: {} });
    expect(body).toMatchObject({ status: "error", message: "an error occurred while running the action", retry: true });
  });
});

function mailTo(more: object = {}) {
  return { to: ["a@example.org"], subject: "s", message: "m", ...more };
}

describe("what the outside world saw", () => {
  test("is every success that had an effect, with its space, and never a secret", async () => {
    const own = await kibana();
    await own.execute("soc-slack", { message: "key is seed-soc-jira-token" }, "/s/security");
    await own.create(
      {
        name: "t",
        connector_type_id: ".webhook",
        config: { url: "https://a.example.com/x?token=t0ken" },
        secrets: { user: "joe-user", password: "pa55word" },
      },
      "told",
    );
    await own.execute("told", { body: "pa55word and more" });
    await own.execute("ops-mail-preconfigured", mailTo());
    await own.execute("ops-slack-2", { message: "refused" });
    await own.execute("kibana-log", { message: "m", level: "trace" });
    await own.execute("batch-jira", { subAction: "getFields", subActionParams: {} });
    const { deliveries } = (await own.get("/sandbox/deliveries")).body;
    expect(deliveries.every(({ at }: { at: string }) => Date.parse(at) > 0)).toBe(true);
    expect(deliveries.map(({ at: _at, ...rest }: { at: string }) => rest)).toEqual([
      {
        connector_id: "soc-slack",
        space: "security",
        type: ".slack",
        summary: "message to hooks.slack.com",
        what: { message: "key is seed-soc-jira-token" },
      },
      {
        connector_id: "told",
        space: "default",
        type: ".webhook",
        summary: "POST https://a.example.com/x",
        what: { body: "[secret] and more" },
      },
      expect.objectContaining({
        connector_id: "ops-mail-preconfigured",
        what: expect.objectContaining({ message: expect.stringContaining("Test") }),
      }),
    ]);
  });
});

describe("with deliver", () => {
  const seen: { method: string | undefined; authorization: string | undefined; body: string }[] = [];
  const answers: Record<string, { status: number; headers?: Record<string, string> }> = {
    "/limit": { status: 429, headers: { "retry-after": "30" } },
    "/down": { status: 500 },
    "/teapot": { status: 418 },
  };
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, authorization: request.headers.authorization, body });
    const { status, headers } = answers[request.url ?? ""] ?? { status: 200 };
    response.writeHead(status, headers).end();
  });
  let base = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });
  afterAll(() => void receiver.close());

  test("webhook and Slack reach loopback for real", async () => {
    const real = await kibana({ deliver: true, empty: true });
    await real.create(
      { name: "h", connector_type_id: ".webhook", config: { url: base, method: "put" }, secrets: { user: "u", password: "p" } },
      "hook",
    );
    await real.create({ name: "s", connector_type_id: ".slack", secrets: { webhookUrl: base } }, "slack");
    expect((await real.execute("hook", { body: "B" })).body.status).toBe("ok");
    expect((await real.execute("slack", { message: "M" })).body.status).toBe("ok");
    expect(seen).toEqual([
      { method: "PUT", authorization: `Basic ${btoa("u:p")}`, body: "B" },
      { method: "POST", authorization: undefined, body: '{"text":"M"}' },
    ]);
  });

  test.each([
    ["/limit", /^error posting a slack message, retry at \d{4}-/, /^\d{4}-.*Z$/],
    ["/down", /^error posting a slack message, retry later$/, /^true$/],
    ["/teapot", /^unexpected http response from slack: 418 /, /^undefined$/],
  ])("%s of a Slack is reported as Kibana reports it", async (path, message, retry) => {
    const real = await kibana({ deliver: true, empty: true });
    await real.create({ name: "s", connector_type_id: ".slack", secrets: { webhookUrl: base + path } }, "slack");
    const { body } = await real.execute("slack", { message: "M" });
    expect(body).toMatchObject({ status: "error", message: expect.stringMatching(message), errorSource: "user" });
    expect(String(body.retry)).toMatch(retry);
  });

  test("a closed port is a failed request", async () => {
    const real = await kibana({ deliver: true, empty: true });
    await real.create({ name: "h", connector_type_id: ".webhook", config: { url: "http://127.0.0.1:1", hasAuth: false } }, "hook");
    const { body } = await real.execute("hook", {});
    expect(body).toMatchObject({ status: "error", message: "error calling webhook, request failed" });
  });
});

test("the state shows no secrets and no times", async () => {
  const first = JSON.stringify((await get("/sandbox/state")).body);
  expect(first).not.toMatch(/seed-routing|seed-mail-password|hooks\.slack\.com\/services|T\d\d:\d\d:/);
  expect(JSON.stringify((await get("/sandbox/state")).body)).toBe(first);
});
