import { describe, expect, test } from "vitest";
import { knownWebhook } from "../../src/catalog/known-webhooks.ts";
import { accepts, product } from "../support/product.ts";

// Put together here: secret scanners would take whole ones for leaked secrets.
const slack = `https://hooks.slack.com/${["services", "T00000000", "B00000000", "abcdefghijklmnopqrstuvwx"].join("/")}`;
const addresses: [string, string, Record<string, unknown>][] = [
  [slack, ".slack", { webhookUrl: { $ask: true } }],
  [slack.replace("https://hooks.slack.com", "HTTPS://u@Hooks.Slack.com.:443"), ".slack", { webhookUrl: { $ask: true } }],
  ["https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", ".teams", { webhookUrl: { $ask: true } }],
  ["https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d", ".teams", { webhookUrl: { $ask: true } }],
  [
    "https://prod-12.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=b",
    ".teams",
    { webhookUrl: { $ask: true } },
  ],
  [
    "https://default1.2f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/a/triggers/manual/paths/invoke?sig=b",
    ".teams",
    { webhookUrl: { $ask: true } },
  ],
  ["https://events.pagerduty.com/integration/abcdef/enqueue", ".pagerduty", { routingKey: { $ask: true } }],
  ["https://events.eu.pagerduty.com/integration/abcdef/enqueue", ".pagerduty", { routingKey: { $ask: true } }],
  ["https://api.opsgenie.com/v2/alerts", ".opsgenie", { apiKey: { $ask: true } }],
  ["https://api.eu.opsgenie.com/v1/json/prometheus?apiKey=a", ".opsgenie", { apiKey: { $ask: true } }],
  ["https://api.atlassian.com/jsm/ops/integration/v2/alerts", ".jira-service-management", { apiKey: { $ask: true } }],
  ["https://acme.xmatters.com/api/integration/1/functions/a/triggers?apiKey=b", ".xmatters", { secretsUrl: { $ask: true } }],
];

describe.each(addresses)("%s", (url, type, secrets) => {
  test.each<[string, string]>([
    [".webhook", "url"],
    [".http", "url"],
    [".cases-webhook", "createIncidentUrl"],
  ])("as the address of a %s is refused with the type that keeps it encrypted, and is not in the answer", async (generic, field) => {
    const made = await product({ person: accepts, sandbox: { version: "9.5" } });
    const { body, text } = await made.call("create_connector", { name: "Ops of payments", type: generic, config: { [field]: url } });
    expect(body).toMatchObject({ code: "literal_secret_refused", detail: { path: `config.${field}`, type, secrets } });
    expect(body.fix).toContain(`create_connector with type: "${type}"`);
    expect(text).not.toContain(new URL(url).pathname);
    expect([made.writes(), made.questions]).toEqual([[], []]);
  });
});

test.each<[string, string]>([
  [slack.replace(".com/", ".com../"), ".slack"],
  [slack.replace(".com/", ".com....:8443//"), ".slack"],
  ["https://outlook.office.com//webhook/x", ".teams"],
  ["https://outlook.office.com/./%77ebhook/x", ".teams"],
  ["https://outlook.office.com/x/..%2fwebhook/y", ".teams"],
  ["https://prod-1.logic.azure.com/workflows/a//%74riggers/manual", ".teams"],
  ["https://prod-1.logic.azure.com/workflows/a%2Ftriggers%2Fmanual", ".teams"],
  ["https://one.api.powerplatform.com.../x/%74RIGGERS//manual", ".teams"],
  ["https://events.pagerduty.com//v2/enqueue", ".pagerduty"],
  ["https://events.pagerduty.com/%76%32/enqueue", ".pagerduty"],
  ["https://events.pagerduty.com/v2;a=b//enqueue", ".pagerduty"],
  ["https://events.eu.pagerduty.com%2e/\\integration\\a\\enqueue", ".pagerduty"],
  ["https://api.opsgenie.com//v2//alerts", ".opsgenie"],
  ["https://api.eu.opsgenie.com/%2Fv1/json/x", ".opsgenie"],
  ["https://api.atlassian.com//jsm/%6fps/integration/v2/alerts", ".jira-service-management"],
  ["https://acme.xmatters.com../api?%61piKey=b", ".xmatters"],
  ["https://acme.xmatters.com/api?apiKey%20=b", ".xmatters"],
])("%s is %s's, however it is spelled", (url, type) => {
  expect(knownWebhook(url)?.type).toBe(type);
});

test.each([
  "https://events.pagerduty.com/v2/change%3Fv2/enqueue",
  "https://hooks.example.com/services/T/B/x",
  "https://slack.com/api/chat.postMessage",
  "https://hooks.slack.com.evil.example/services/a",
  "https://evil.example/?u=https://hooks.slack.com/services/a",
  "https://api.opsgenie.com/v2/heartbeats/kibana/ping",
  "https://acme.xmatters.com/api/integration/1/functions/a/triggers",
  "https://my.api.powerplatform.com/usermanagement",
  "https://hooks.torq.io/v1/webhooks/a",
  "https://events.pagerduty.com/v2/change/enqueue",
  "https://acme.atlassian.net/rest/api/2/issue",
  "hooks.slack.com/services/a",
])("%s is not a known webhook", (url) => {
  expect(knownWebhook(url)).toBeUndefined();
});

const hook = { name: "Deploy notices of payments", type: ".webhook" };

test("an update to such an address is refused, and one that leaves it alone is not", async () => {
  const made = await product({ person: accepts, sandbox: { empty: true, version: "9.1" } });
  const config = { url: "https://hooks.example.com/a", method: "post", hasAuth: false };
  const { id } = (await made.call("create_connector", { ...hook, config })).body.result.connector;
  const refused = (await made.call("update_connector", { id, config: { url: slack } })).body;
  expect(refused).toMatchObject({ code: "literal_secret_refused", detail: { type: ".slack" } });
  expect(refused.fix).toContain("replace_connector");
  await made.bare("PUT", `/api/actions/connector/${id}`, { name: hook.name, config: { ...config, url: slack }, secrets: {} });
  expect((await made.call("update_connector", { id, config: { method: "put" } })).body.status).toBe("done");
  const copy = await made.call("create_connector", { name: "Deploy notices of billing", from: { id } });
  expect(copy.body).toMatchObject({ code: "literal_secret_refused", detail: { type: ".slack" } });
  expect(copy.text).not.toContain("abcdefghijklmnopqrstuvwx");
});

test("if this Kibana has no such type, only the generic one is left: a person is asked", async () => {
  const made = await product({
    person: accepts,
    sandbox: { version: "9.1", kibanaYml: "xpack.actions.enabledActionTypes: [.webhook]" },
  });
  const { body } = await made.call("create_connector", { ...hook, config: { url: slack, hasAuth: false } });
  expect([body.status, made.questions.length]).toEqual(["done", 1]);
});
