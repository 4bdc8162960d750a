import { expect, test } from "vitest";
import { act, eachRun, emptyDeployment, fires, hook, key, login, routing, withoutAuth } from "./deployment.ts";

const slack = (channel: string) => ({ webhookUrl: `https://hooks.slack.com/services/T0/B0/${channel}` });
const text = { message: "{{rule.name}}" };
const push = { subAction: "pushToService", subActionParams: {} };
const ticket = { ...push, subActionParams: { incident: { summary: "s" }, comments: [] } };

/** Full of what looks like a fault but is not. */
async function healthy() {
  const made = await emptyDeployment();
  const { connector, rule } = made;
  await connector("default", "ops-pagerduty", ".pagerduty", "Ops PagerDuty", { apiUrl: null }, routing);
  await connector("default", "shop-pagerduty", ".pagerduty", "Shop PagerDuty", { apiUrl: null }, routing);
  await connector("default", "latest-deploys", ".slack", "Latest deploys", {}, slack("deploys"));
  await connector("default", "contest-slack", ".slack", "Contest team", {}, slack("contest"));
  await connector("default", "test-bench", ".slack", "Test bench alarms", {}, slack("bench"));
  await connector("default", "audit-index", ".index", "Alert audit trail", { index: "alert-audit" });
  await connector("default", "kibana-log", ".server-log", "Alerts in Kibana's log");
  await connector(
    "default",
    "jira-ops",
    ".jira",
    "Jira OPS",
    { apiUrl: "https://acme.atlassian.net", projectKey: "OPS" },
    { email: "a@acme.io", apiToken: "x".repeat(12) },
  );
  await connector(
    "default",
    "jira-web",
    ".jira",
    "Jira WEB",
    { apiUrl: "https://acme.atlassian.net", projectKey: "WEB" },
    { email: "a@acme.io", apiToken: "x".repeat(12) },
  );
  await connector("default", "rundeck", ".webhook", "Rundeck restart", hook("https://rundeck.acme.io/hooks/restart"), login);
  await connector("default", "rundeck-scale", ".webhook", "Rundeck scale-out", hook("https://rundeck.acme.io/hooks/scale"), login);
  await connector("default", "local-relay", ".webhook", "Relay on this machine", hook("http://localhost:9099/in", withoutAuth));
  await connector(
    "default",
    "status-page",
    ".webhook",
    "Status page",
    hook("https://status.acme.io/in/5f2c1d7e9a414c558d1f0d6a8f1c2b3e", withoutAuth),
  );
  await connector(
    "default",
    "snow",
    ".servicenow",
    "ServiceNow of IT",
    { apiUrl: "https://acme.service-now.com", isOAuth: false, usesTableApi: false },
    { username: "k", password: "geheim-und-lang" },
  );
  await connector(
    "web",
    "openai-web",
    ".gen-ai",
    "Assistant of the web team",
    { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt-4o" },
    { apiKey: "sk-not-a-real-key" },
  );

  const trigger = act("ops-pagerduty", fires, { eventAction: "trigger", dedupKey: key, summary: "x" });
  const resolve = act("ops-pagerduty", "recovered", { eventAction: "resolve", dedupKey: key });
  await rule("default", "cpu", [trigger, resolve, act("latest-deploys", fires, text)]);
  await rule("default", "disk", [
    { ...trigger, id: "shop-pagerduty" },
    { ...resolve, id: "shop-pagerduty" },
    act("test-bench", fires, text),
  ]);
  await rule("default", "audit", [
    act("audit-index", fires, { documents: [{ a: 1 }] }, eachRun),
    act("kibana-log", fires, { message: "x" }, eachRun),
    act("contest-slack", fires, text),
  ]);
  await rule("default", "tickets", [
    act("jira-ops", fires, ticket),
    act("jira-web", fires, ticket),
    act("snow", fires, { ...push, subActionParams: { incident: { short_description: "s", correlation_id: key } } }),
    act("snow", "recovered", { subAction: "closeIncident", subActionParams: { incident: { correlation_id: key } } }),
  ]);
  await rule(
    "default",
    "hooks",
    ["rundeck", "rundeck-scale", "local-relay", "status-page"].map((id) => act(id, fires, { body: "{}" }, eachRun)),
  );
  await rule("default", "daily", [act("contest-slack", fires, text, eachRun)], { schedule: { interval: "1d" } });
  await rule("default", "paused", [{ ...trigger, params: { eventAction: "trigger" } }], { enabled: false });
  await rule("default", "throttled", [
    act("contest-slack", fires, text, { frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "6h" } }),
  ]);
  await rule("default", "detection", [act("ops-pagerduty", "default", { eventAction: "trigger", dedupKey: key })], {
    rule_type_id: "siem.queryRule",
    consumer: "siem",
  });
  return made;
}

test("a healthy deployment full of innocent neighbours has nothing of medium or above", async () => {
  const { findings } = await healthy();
  expect(await findings({ min_severity: "medium" })).toEqual([]);
});

test("and below that one address with a token in it, which is readable, webhooks of Slack, and a model that only people nobody can ask may use", async () => {
  const { findings } = await healthy();
  expect(await findings()).toMatchObject([
    { check: "secret_in_config", severity: "low", connector: "status-page" },
    { check: "end_of_life", severity: "info", connector: "test-bench" },
    { check: "end_of_life", severity: "info", connector: "latest-deploys" },
    { check: "end_of_life", severity: "info", connector: "contest-slack" },
    { check: "unused_as_far_as_seen", severity: "info", connector: "openai-web" },
  ]);
});
