import { expect, test } from "vitest";
import { product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";

type Body = Record<string, unknown>;
type Planted = [what: string, connector: string, wrong: Body | Body[], innocent: Body | Body[], path: string, problem: RegExp, rule?: Body];

const fires = { group: "query matched", frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null } };
const metricsFire = { ...fires, group: "metrics.threshold.fired" };
const recovers = { ...fires, group: "recovered" };
const summary = { group: "query matched", frequency: { summary: true, notify_when: "onThrottleInterval", throttle: "1h" } };
const metrics = {
  rule_type_id: "metrics.alert.threshold",
  consumer: "infrastructure",
  params: { criteria: [], groupBy: ["host.name"] },
};
const grouped = { params: { index: ["l-*"], threshold: [3], groupBy: "top", termField: "host.name", termSize: 5 } };
const key = "{{rule.id}}-{{alert.id}}";
const slack = (message: string, more: Body = fires) => ({ ...more, params: { message } });
const body = (text: string, more: Body = fires) => ({ ...more, params: { body: text } });
const page = (more: Body, on: Body = fires) => ({
  ...on,
  params: { eventAction: "trigger", dedupKey: key, summary: "{{rule.name}}", ...more },
});
const resolve = (dedupKey: string) => ({ ...recovers, params: { eventAction: "resolve", dedupKey } });
const alert = (more: Body) => ({
  ...fires,
  params: { subAction: "createAlert", subActionParams: { message: "{{rule.name}}", alias: key, ...more } },
});
const close = (alias: string) => ({ ...recovers, params: { subAction: "closeAlert", subActionParams: { alias } } });
const incident = (more: Body) => ({
  ...fires,
  params: {
    subAction: "pushToService",
    subActionParams: { incident: { short_description: "{{rule.name}}", correlation_id: key, ...more }, comments: [] },
  },
});
const issue = (more: Body) => ({
  ...fires,
  params: { subAction: "pushToService", subActionParams: { incident: { summary: "{{rule.name}}", ...more }, comments: [] } },
});
const post = (more: Body) => ({
  ...fires,
  params: { subAction: "postMessage", subActionParams: { channelNames: ["#alerts"], text: "{{rule.name}}", ...more } },
});
const mail = (more: Body) => ({
  ...fires,
  params: { to: ["ops@example.com"], subject: "{{rule.name}}", message: "{{context.message}}", ...more },
});
const blocks = (text: string) => ({
  ...fires,
  params: {
    subAction: "postBlockkit",
    subActionParams: { channelNames: ["#alerts"], text: JSON.stringify({ blocks: [{ type: "section", text: { type: "mrkdwn", text } }] }) },
  },
});

/** What is wrong, and next to it what looks alike and is right. */
const planted: Planted[] = [
  [
    "a call that only reads",
    "jira",
    { ...fires, params: { subAction: "getFields", subActionParams: {} } },
    issue({}),
    "params",
    /only reads, and nobody hears of it/,
  ],
  [
    "a misspelt variable",
    "slack",
    slack("{{rule.nmae}} fired"),
    slack("{{rule.name}} fired"),
    "params.message",
    /did you mean \{\{rule\.name\}\}/,
  ],
  [
    "a variable of another rule type",
    "slack",
    slack("{{context.alertState}} fired"),
    { ...slack("{{context.alertState}} fired"), group: "metrics.threshold.fired" },
    "params.message",
    /context\.alertState\}\} is not known here/,
  ],
  [
    "a context field that the type does not have",
    "slack",
    slack("{{context.hostname}}"),
    slack("{{context.title}}"),
    "params.message",
    /hostname\}\} is not known/,
  ],
  [
    "sections that cross",
    "slack",
    slack("{{#context.hits}}{{#rule}}a{{/context.hits}}{{/rule}}"),
    slack("{{#context.hits}}{{#rule}}{{name}}{{/rule}}{{/context.hits}}"),
    "params.message",
    /is not a Mustache template/,
  ],
  [
    "a section that is not closed",
    "mail",
    mail({ message: "{{#context.hits}}{{_id}}" }),
    mail({ message: "{{#context.hits}}{{_id}}{{/context.hits}}" }),
    "params.message",
    /Unclosed section/,
  ],
  [
    "a misspelt name in a section",
    "slack",
    slack("{{#context.reason}}x{{/context.reason}}{{#context.title}}{{context.titel}}{{/context.title}}"),
    slack("{{#context.title}}{{context.title}}{{/context.title}}"),
    "params.message",
    /titel/,
  ],
  [
    "a misspelt name of an object's section",
    "slack",
    slack("{{#context}}{{mesage}}{{/context}}"),
    slack("{{#context}}{{message}}{{/context}}"),
    "params.message",
    /mesage/,
  ],
  [
    "a list written as a value",
    "slack",
    slack("{{context.hits._source.message}} x"),
    slack("{{#context.hits}}{{_source.message}}{{/context.hits}} x"),
    "params.message",
    /is a list/,
  ],
  [
    "a summary's data for one alert",
    "slack",
    slack("{{#alerts.new.data}}{{kibana.alert.reason}}{{/alerts.new.data}}!"),
    slack("{{#alerts.new.data}}{{kibana.alert.reason}}{{/alerts.new.data}}!", summary),
    "params.message",
    /exists in a summary only/,
  ],
  [
    "one alert's id in a summary",
    "slack",
    slack("{{alert.id}}", summary),
    slack("{{alert.id}}"),
    "params.message",
    /is about one alert and a summary about many/,
  ],
  [
    "three braces in JSON",
    "hook",
    body('{"m": "{{{context.message}}}"}'),
    body('{"m": "{{context.message}}"}'),
    "params.body",
    /quotation mark or line break/,
  ],
  [
    "a text without quotation marks in JSON",
    "hook",
    body('{"m": {{context.message}}}'),
    body('{"m": {{context.value}}}'),
    "params.body",
    /is not JSON/,
  ],
  [
    "a comma at the end of a loop",
    "hook",
    body('{"h": [{{#context.hits}}{"id": "{{_id}}"},{{/context.hits}}]}'),
    body('{{#ParseHjson}}{"h": [{{#context.hits}}{"id": "{{_id}}"},{{/context.hits}}]}{{/ParseHjson}}'),
    "params.body",
    /is not JSON/,
  ],
  [
    "JSON that never was",
    "plain",
    body('{"m": "{{rule.name}}"'),
    body("[{{rule.name}}] {{context.title}} fired"),
    "params.body",
    /is not JSON/,
  ],
  [
    "JSON at a type that escapes nothing",
    "torq",
    body('{"m": "{{context.message}}"}'),
    body('{"m": "{{rule.id}}"}'),
    "params.body",
    /quotation mark or line break/,
  ],
  [
    "sums that cannot be done",
    "slack",
    slack("{{#EvalMath}}context.value * {{/EvalMath}}"),
    slack("{{#EvalMath}}context.value * 2{{/EvalMath}}"),
    "params",
    /EvalMath cannot read/,
  ],
  [
    "a time zone that does not exist",
    "slack",
    slack("{{#FormatDate}}{{date}};Europe/Berlinn;HH:mm{{/FormatDate}}"),
    slack("{{#FormatDate}}{{date}};Europe/Berlin;HH:mm{{/FormatDate}}"),
    "params",
    /time zone/,
  ],
  [
    "a number format without semicolons",
    "slack",
    slack("{{#FormatNumber}}{{context.value}}{{/FormatNumber}}"),
    slack("{{#FormatNumber}}{{context.value}};en-US;{{/FormatNumber}}"),
    "params",
    /two semicolons/,
  ],
  [
    "a function that is misspelt",
    "slack",
    slack("{{#FormatDates}}{{date}}{{/FormatDates}}a"),
    slack("{{#FormatDate}}{{date}}{{/FormatDate}}a"),
    "params.message",
    /FormatDate/,
  ],
  [
    "a message that is empty",
    "slack",
    slack("{{#context.nothing}}x{{/context.nothing}}"),
    slack("{{^context.title}}x{{/context.title}}{{rule.name}}"),
    "params.message",
    /is empty once filled in/,
  ],
  ["a subject that is empty", "mail", mail({ subject: " " }), mail({ subject: "{{date}}" }), "params.subject", /is empty once filled in/],
  [
    "nobody to mail to",
    "mail",
    mail({ to: ["{{context.owner}}"] }),
    mail({ to: ["{{context.owner}}", "ops@example.com"].slice(1) }),
    "params.to",
    /at least one address/,
  ],
  [
    "an address that is none once filled in",
    "mail",
    mail({ to: ["{{rule.id}}"] }),
    mail({ to: ["{{rule.id}}@example.com"] }),
    "params.to.0",
    /once filled in, must be an e-mail address/,
  ],
  [
    "an enum filled by a template",
    "pager",
    [page({ severity: "{{alert.actionGroup}}" }), resolve(key)],
    [page({ severity: "critical" }), resolve(key)],
    "params.severity",
    /once filled in, must be one of/,
  ],
  ["no key", "pager", [page({ dedupKey: undefined }), resolve(key)], [page({}), resolve(key)], "params.dedupKey", /is missing/],
  [
    "a fixed key",
    "pager",
    [page({ dedupKey: "disk" }), resolve("disk")],
    [page({ dedupKey: "disk-{{alert.id}}" }), resolve("disk-{{alert.id}}")],
    "params.dedupKey",
    /is fixed/,
    grouped,
  ],
  [
    "one key for many alerts",
    "pager",
    [page({ dedupKey: "{{rule.id}}" }), resolve("{{rule.id}}")],
    [page({}), resolve(key)],
    "params.dedupKey",
    /is the same for every alert/,
    grouped,
  ],
  [
    "a key of fixed text in a section",
    "pager",
    [page({ dedupKey: "{{#context}}const{{/context}}" }), resolve("{{#context}}const{{/context}}")],
    [page({ dedupKey: "{{#alert}}{{id}}{{/alert}}" }), resolve("{{alert.id}}")],
    "params.dedupKey",
    /is the same for every alert/,
    grouped,
  ],
  [
    "another key on recovery",
    "pager",
    [page({}), resolve("{{alert.id}}")],
    [page({ dedupKey: "{{alertId}}-{{alertInstanceId}}" }), resolve(key)],
    "params.dedupKey",
    /closes nothing/,
  ],
  [
    "an incident that opens on recovery",
    "pager",
    [page({}), page({}, recovers)],
    [page({}), resolve(key)],
    "params",
    /opens an incident when an alert recovers/,
  ],
  [
    "a key that makes another request of the one that closes",
    "genie",
    [alert({ alias: "db/{{alert.id}}" }), close("db/{{alert.id}}")],
    [alert({ alias: "db:{{alert.id}}" }), close("db:{{alert.id}}")],
    "params.subActionParams.alias",
    /is no plain id/,
  ],
  [
    "an alert's message of more than 130 characters",
    "genie",
    alert({ message: `{{rule.name}} ${"x".repeat(130)}` }),
    alert({ message: `{{rule.name}} ${"x".repeat(60)}` }),
    "params.subActionParams.message",
    /130/,
  ],
  [
    "a short description of more than 160",
    "snow",
    incident({ short_description: "x".repeat(161) }),
    incident({ short_description: "x".repeat(160) }),
    "params.subActionParams.incident.short_description",
    /160/,
  ],
  [
    "an issue's summary of more than 255",
    "jira",
    issue({ summary: `${"x".repeat(250)}{{rule.name}}` }),
    issue({ summary: "x".repeat(250) }),
    "params.subActionParams.incident.summary",
    /255/,
  ],
  [
    "a line break in an issue's summary",
    "jira",
    issue({ summary: "{{rule.name}}\nfired" }),
    issue({ summary: "{{rule.name}} fired" }),
    "params.subActionParams.incident.summary",
    /line break/,
  ],
  [
    "a line break in a subject",
    "mail",
    mail({ subject: "{{rule.name}}\nfired" }),
    mail({ subject: "{{rule.name}} fired" }),
    "params.subject",
    /line break/,
  ],
  [
    "a summary of more than 1,024",
    "pager",
    [page({ summary: `{{rule.name}}${"x".repeat(1024)}` }), resolve(key)],
    [page({ summary: "x".repeat(1024) }), resolve(key)],
    "params.summary",
    /1024/,
  ],
  [
    "a Teams message of more than 28 kB",
    "teams",
    { ...fires, params: { message: "x".repeat(28_001) } },
    { ...fires, params: { message: "x".repeat(20_000) } },
    "params.message",
    /28 kB/,
  ],
  ["a Slack message of more than 40,000", "slack", slack("x".repeat(40_001)), slack("x".repeat(39_000)), "params.message", /40,000/],
  ["a block of more than 3,000", "channels", blocks("x".repeat(3001)), blocks("x".repeat(2999)), "params.subActionParams.text", /3000/],
  [
    "blocks that a value breaks",
    "channels",
    blocks("{{{context.message}}}"),
    blocks("{{context.message}}"),
    "params.subActionParams.text",
    /quotation mark or line break/,
  ],
  [
    "a channel filled by a template",
    "channels",
    post({ channelNames: ["#{{rule.name}}"] }),
    post({}),
    "params.subActionParams.channelNames.0",
    /fills in no template there/,
  ],
  ["a channel that is not allowed", "channels", post({ channelNames: ["#random"] }), post({}), "params", /not among its allowedChannels/],
  [
    "a value that alerts of the type lose when they recover",
    "slack",
    [slack("{{context.value}}", metricsFire), slack("{{rule.name}}: {{context.value}}", recovers)],
    [slack("{{context.value}}", metricsFire), slack("{{rule.name}}: {{context.group}} {{context.originalAlertState}}", recovers)],
    "params.message",
    /that recover do not have it/,
    metrics,
  ],
  [
    "a host, of a rule with one alert for all",
    "slack",
    slack("{{rule.name}} on {{context.host.name}}", metricsFire),
    slack("{{rule.name}}: {{context.reason}} {{context.group}} {{context.tags}}", metricsFire),
    "params.message",
    /\{\{context\.host\.name\}\} renders empty: the rule has one alert/,
    { ...metrics, params: { criteria: [] } },
  ],
  [
    "a host, of a rule that groups by services",
    "slack",
    slack("{{rule.name}} on {{context.host.name}}", metricsFire),
    slack("{{rule.name}} on {{context.groupByKeys.service.name}}{{#context.host}} ({{context.host.name}}){{/context.host}}", metricsFire),
    "params.message",
    /does not group its alerts by hosts/,
    { ...metrics, params: { criteria: [], groupBy: ["service.name"] } },
  ],
  [
    "a container, of a rule with one alert for all",
    "slack",
    slack("{{context.container.id}} {{context.groupByKeys}}", metricsFire),
    slack("{{rule.name}} {{#context.host}}{{name}}{{/context.host}}", metricsFire),
    "params.message",
    /\{\{context\.groupByKeys\}\} renders empty/,
    { ...metrics, params: { criteria: [], groupBy: [] } },
  ],
  [
    "a condition that there is none of, in a value of several",
    "slack",
    slack("{{context.valeu.condition0}}", metricsFire),
    slack("{{context.metric.condition0}} is {{context.value.condition0}}", metricsFire),
    "params.message",
    /context\.valeu\.condition0\}\} is not known here/,
    metrics,
  ],
  [
    "a host of the wrong kind of rule",
    "slack",
    slack("{{context.host.name}}"),
    { ...slack("{{context.host.name}} {{context.cloud.region}}"), group: "metrics.threshold.fired" },
    "params.message",
    /context\.host\.name\}\} is not known here/,
  ],
  [
    "the context of a rule whose alerts recover without one",
    "slack",
    [slack("{{context.rule.name}}", { ...fires, group: "default" }), slack("{{rule.name}} {{context.rule.name}}", recovers)],
    [slack("{{context.rule.name}}", { ...fires, group: "default" }), slack("{{rule.name}} {{alert.id}}", recovers)],
    "params.message",
    /that recover have no context/,
    { rule_type_id: "siem.queryRule", consumer: "siem", params: { type: "query" } },
  ],
  [
    "a param that is misspelt",
    "log",
    { ...fires, params: { message: "{{rule.name}}", levl: "info" } },
    { ...fires, params: { message: "{{rule.name}}", level: "info" } },
    "params.levl",
    /level/,
  ],
];

test("a rehearsal names what is planted in each rule, and nothing in its innocent neighbour", { timeout: 60_000 }, async () => {
  const { call, bare, writes } = await product({ sandbox: { empty: true } });
  for (const [id, more] of Object.entries(rehearsedConnectors)) await bare("POST", `/api/actions/connector/${id}`, { name: id, ...more });

  async function problems(id: string, connector: string, actions: Body | Body[], more: Body = {}): Promise<Body[]> {
    const listed = [actions].flat().map((one) => ({ id: connector, ...one }));
    const kind = JSON.stringify(listed).includes("metrics.threshold") && !id.startsWith("wrong") ? metrics : {};
    const base = { name: id, rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "5m" }, tags: [], enabled: true };
    const params = { index: ["l-*"], threshold: [3], esQuery: "{}" };
    await bare("POST", `/api/alerting/rule/${id}`, { ...base, params, ...kind, ...more, actions: listed });
    const { body: answer } = await call("test_connector", { id: connector, rule: id });
    expect(answer).toMatchObject({ status: "no_change", result: { mode: "safe", rule: { id } } });
    return answer.result.problems ?? [];
  }

  const wrongAnswers: unknown[] = [];
  for (const [at, [what, connector, wrong, innocent, path, problem, rule]] of planted.entries()) {
    const found = await problems(`wrong-${at}`, connector, wrong, rule);
    if (!found.some((one) => one.path === path && problem.test(String(one.problem)) && one.fix)) wrongAnswers.push({ what, found });
    const falseAlarms = await problems(`right-${at}`, connector, innocent, rule);
    if (falseAlarms.length > 0) wrongAnswers.push({ what, falseAlarms });
  }
  expect(wrongAnswers).toEqual([]);
  expect(writes()).toEqual([]);
});
