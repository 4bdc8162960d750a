import { describe, expect, test } from "vitest";
import type { RuleContext } from "../../src/audit/facts.ts";
import type { Rule } from "../../src/kibana/rules.ts";
import { action, connector, context, ofRule, rule } from "./facts.ts";

const pd = connector({ id: "pd", name: "Ops PagerDuty", type: ".pagerduty" });
const pd2 = connector({ id: "pd2", name: "Web PagerDuty", type: ".pagerduty" });
const og = connector({ id: "og", name: "Ops Opsgenie", type: ".opsgenie" });
const snow = connector({ id: "snow", type: ".servicenow" });
const itom = connector({ id: "itom", type: ".servicenow-itom" });
const jira = connector({ id: "jira", type: ".jira" });
const slack = connector({ id: "slack", type: ".slack" });
const hook = connector({ id: "hook", type: ".webhook" });
const index = connector({ id: "index", type: ".index" });
const log = connector({ id: "log", type: ".server-log" });
const mail = connector({ id: "elastic-cloud-email", type: ".email", preconfigured: true, config: undefined });
const all = [pd, pd2, og, snow, itom, jira, slack, hook, index, log, mail];

const key = "{{rule.id}}:{{alert.id}}";
const fires = "query matched";
const trigger = (more = {}) => action("pd", fires, { eventAction: "trigger", dedupKey: key, ...more });
const resolve = (more = {}) => action("pd", "recovered", { eventAction: "resolve", dedupKey: key, ...more });
const summary = { frequency: { summary: true, notify_when: "onActiveAlert", throttle: null } };
const eachRun = { frequency: { summary: false, notify_when: "onActiveAlert", throttle: null } };
const sub = (subAction: string, subActionParams: Record<string, unknown> = {}) => ({ subAction, subActionParams });

type Row = [name: string, given: Partial<Rule>, found: (string | undefined)[], within?: Partial<RuleContext>];
/** Severities of what one check finds in the rule. */
const severities = (check: string, given: Partial<Rule>, within: Partial<RuleContext> = {}) =>
  ofRule(check, rule(given), context(all, within)).map((one) => one.severity);

describe("dangling_reference", () => {
  test.each<Row>([
    ["a connector that is gone", { actions: [action("gone", fires)] }, ["critical"]],
    ["named in two groups: once", { actions: [action("gone", fires), action("gone", "recovered")] }, ["critical"]],
    ["two that are gone: each", { actions: [action("gone", fires), action("gone-too", fires)] }, ["critical", "critical"]],
    ["in a disabled rule", { enabled: false, actions: [action("gone", fires)] }, ["low"]],
    ["a connector that is there", { actions: [action("slack", fires)] }, []],
    ["a preconfigured one", { actions: [action("elastic-cloud-email", fires)] }, []],
    ["a system connector, which is in no list", { actions: [action("system-connector-.cases", fires)] }, []],
    ["no action", {}, []],
  ])("%s", (_name, given, found) => expect(severities("dangling_reference", given)).toEqual(found));

  const gone = (type: string) => action("gone", fires, {}, { connector_type_id: type });
  test("proposes only a look: neither another connector, which may serve somebody else, nor removing the action", () => {
    for (const type of [".slack", ".pagerduty"]) {
      const next = ofRule("dangling_reference", rule({ actions: [gone(type)] }), context(all))[0]?.next;
      expect([next?.tool, next?.args]).toEqual(["list_connectors", { space: "payments", type }]);
    }
  });
  test("says how many others go silent with it", () => {
    const [found] = ofRule("dangling_reference", rule({ actions: [gone(".slack"), action("pd", fires)] }), context(all));
    expect(found?.evidence).toBe("The connector is not in this space; 1 other connector of the rule goes silent with it.");
  });
});

describe("no_recovery_action", () => {
  test.each<Row>([
    ["PagerDuty is triggered and nothing resolves", { actions: [trigger()] }, ["medium"]],
    ["a trigger by default", { actions: [action("pd", fires, { summary: "x", dedupKey: key })] }, ["medium"]],
    ["Opsgenie", { actions: [action("og", fires, sub("createAlert", { alias: key }))] }, ["medium"]],
    ["ServiceNow, where people may want to close by hand", { actions: [action("snow", fires, sub("pushToService"))] }, ["low"]],
    ["ITOM sends no clear", { actions: [action("itom", fires, sub("addEvent", { severity: "1" }))] }, ["medium"]],
    ["it resolves under another key", { actions: [trigger(), resolve({ dedupKey: "{{alert.id}}" })] }, ["medium"]],
    ["a message on recovery closes nothing", { actions: [trigger(), action("slack", "recovered", { message: "fine" })] }, ["medium"]],
    [
      "another tool is closed, not this one",
      { actions: [trigger(), action("og", "recovered", sub("closeAlert", { alias: key }))] },
      ["medium"],
    ],
    ["the same action on recovery triggers once more", { actions: [trigger(), action("pd", "recovered", { dedupKey: key })] }, ["medium"]],
    ["it resolves", { actions: [trigger(), resolve()] }, []],
    [
      "under the same key, written in another way",
      { actions: [trigger(), resolve({ dedupKey: "{{ alertId }}:{{{alertInstanceId}}}" })] },
      [],
    ],
    ["through another connector of the type", { actions: [trigger(), { ...resolve(), id: "pd2" }] }, []],
    [
      "another connector of the type closes what it opens itself",
      { actions: [trigger(), { ...trigger(), id: "pd2" }, { ...resolve(), id: "pd2" }] },
      ["medium"],
    ],
    [
      "the same, and this one has no key",
      { actions: [trigger({ dedupKey: undefined }), { ...trigger(), id: "pd2" }, { ...resolve(), id: "pd2" }] },
      ["medium"],
    ],
    [
      "two connectors of the type, and each closes its own",
      { actions: [trigger(), resolve(), { ...trigger(), id: "pd2" }, { ...resolve(), id: "pd2" }] },
      [],
    ],
    [
      "Opsgenie closes",
      { actions: [action("og", fires, sub("createAlert", { alias: key })), action("og", "recovered", sub("closeAlert", { alias: key }))] },
      [],
    ],
    [
      "ServiceNow closes",
      { actions: [action("snow", fires, sub("pushToService")), action("snow", "recovered", sub("closeIncident"))] },
      [],
    ],
    [
      "ITOM clears",
      {
        actions: [
          action("itom", fires, sub("addEvent", { severity: "1" })),
          action("itom", "recovered", sub("addEvent", { severity: "0" })),
        ],
      },
      [],
    ],
    ["a program on recovery may close it", { actions: [trigger(), action("hook", "recovered", { body: "{}" })] }, []],
    ["Jira cannot close", { actions: [action("jira", fires, sub("pushToService"))] }, []],
    ["Slack has nothing to close", { actions: [action("slack", fires, { message: "x" })] }, []],
    ["an acknowledgement opens nothing", { actions: [action("pd", fires, { eventAction: "acknowledge", dedupKey: key })] }, []],
    ["a summary of many alerts", { actions: [{ ...trigger(), ...summary }] }, []],
    ["the rule is disabled", { enabled: false, actions: [trigger()] }, []],
    ["the rule type has no recovery", { rule_type_id: "no.recovery", actions: [trigger()] }, []],
    ["detection alerts never recover", { rule_type_id: "siem.queryRule", actions: [action("pd", "default", { dedupKey: key })] }, []],
    ["the connector is gone: that is said already", { actions: [{ ...trigger(), id: "gone" }] }, []],
    ["without a key there is nothing to close by: another finding", { actions: [trigger({ dedupKey: undefined }), resolve()] }, []],
  ])("%s", (_name, given, found) => expect(severities("no_recovery_action", given)).toEqual(found));

  test("for an unknown rule type it is likely, and the ready call names the connector and the rule", () => {
    const [found] = ofRule("no_recovery_action", rule({ rule_type_id: "of.tomorrow", actions: [trigger()] }), context(all));
    expect(found).toMatchObject({
      confidence: "likely",
      next: { tool: "attach_connector", args: { connector: "pd", rules: ["cpu"], space: "payments" } },
    });
  });
});

describe("no_dedup_key", () => {
  const noKey = trigger({ dedupKey: undefined });
  test.each<Row>([
    ["a trigger without a key", { actions: [noKey, resolve()] }, ["medium"]],
    ["an empty key", { actions: [trigger({ dedupKey: " " })] }, ["medium"]],
    ["in two groups: once", { actions: [noKey, { ...noKey, group: "warning" }] }, ["medium"]],
    ["Opsgenie without alias", { actions: [action("og", fires, sub("createAlert", { message: "x" }))] }, ["medium"]],
    [
      "ServiceNow with the key taken out",
      { actions: [action("snow", fires, sub("pushToService", { incident: { correlation_id: null } }))] },
      ["medium"],
    ],
    ["a key per alert", { actions: [trigger()] }, []],
    ["any other key", { actions: [trigger({ dedupKey: "{{rule.name}}/{{context.host}}" })] }, []],
    ["one key for the rule", { actions: [trigger({ dedupKey: "checkout-down" })] }, []],
    [
      "ServiceNow, where Kibana's default is the same text for all",
      { actions: [action("snow", fires, sub("pushToService", { incident: {} }))] },
      ["medium"],
    ],
    ["ITOM, which groups events by their other fields", { actions: [action("itom", fires, sub("addEvent", { severity: "1" }))] }, []],
    ["a summary of many alerts", { actions: [{ ...noKey, ...summary }] }, []],
    ["the recovery action, which cannot be without", { actions: [action("pd", "recovered", { eventAction: "trigger" })] }, []],
    ["the rule is disabled", { enabled: false, actions: [noKey] }, []],
    ["Slack has none", { actions: [action("slack", fires, { message: "x" })] }, []],
    ["a detection rule: one alert, one run", { rule_type_id: "siem.queryRule", actions: [action("pd", "default", {})] }, []],
  ])("%s", (_name, given, found) => expect(severities("no_dedup_key", given)).toEqual(found));
});

describe("shared_dedup_key", () => {
  const several = { params: { groupBy: "top", termField: "host.name" } };
  const keyed = (dedupKey: string) => trigger({ dedupKey });
  test.each<Row>([
    ["a constant key", { ...several, actions: [keyed("checkout-down"), resolve()] }, ["medium"]],
    ["one key for the rule", { ...several, actions: [keyed("{{rule.id}}")] }, ["medium"]],
    ["of an older name", { ...several, actions: [keyed("{{alertId}}")] }, ["medium"]],
    ["Opsgenie", { ...several, actions: [action("og", fires, sub("createAlert", { message: "x", alias: "a" }))] }, ["medium"]],
    ["a list of fields", { rule_type_id: "metrics.alert.threshold", params: { groupBy: ["host"] }, actions: [keyed("a")] }, ["medium"]],
    ["a key per alert", { ...several, actions: [trigger(), resolve()] }, []],
    ["a key of each alert, as a section", { ...several, actions: [keyed("{{#alert}}{{id}}{{/alert}}")] }, []],
    ["a key by what the alert is about", { ...several, actions: [keyed("{{rule.name}}/{{context.host}}")] }, []],
    ["no key: said elsewhere", { ...several, actions: [trigger({ dedupKey: undefined })] }, []],
    ["one alert for the rule", { params: {}, actions: [keyed("checkout-down")] }, []],
    ["a type that does not say", { rule_type_id: "monitoring_alert_cpu_usage", ...several, actions: [keyed("a")] }, []],
    ["a summary", { ...several, actions: [{ ...keyed("a"), ...summary }] }, []],
    ["a recovery action alone", { ...several, actions: [{ ...keyed("a"), group: "recovered" }] }, []],
    ["the rule is disabled", { ...several, enabled: false, actions: [keyed("a")] }, []],
    ["Slack has none", { ...several, actions: [action("slack", fires, { message: "x" })] }, []],
  ])("%s", (_name, given, found) => expect(severities("shared_dedup_key", given)).toEqual(found));
});

test.each(["xoxb-1234567890-abcdefghij", "key ghp_0123456789abcdefABCDEF0123456789abcd", "password=correct-horse-battery"])(
  "a shared key that holds a token is told without it: %s",
  (key) => {
    const given = { params: { groupBy: "top", termField: "host.name" }, actions: [trigger({ dedupKey: key })] };
    const [found] = ofRule("shared_dedup_key", rule(given), context(all));
    expect(found?.evidence).toContain("all open the incident");
    expect(found?.evidence).not.toContain(key.split(/[= ]/).at(-1));
  },
);

describe("noisy_frequency", () => {
  const each = (id: string, more = {}) => action(id, fires, { message: "x" }, { ...eachRun, ...more });
  test.each<Row>([
    ["Slack on each run, each minute", { actions: [each("slack")] }, ["medium"]],
    ["mail on each run", { actions: [each("elastic-cloud-email")] }, ["medium"]],
    ["an issue in Jira on each run", { actions: [each("jira")] }, ["medium"]],
    ["each half hour", { schedule: { interval: "30m" }, actions: [each("slack")] }, ["low"]],
    ["a summary each minute", { actions: [each("slack", summary)] }, ["low"]],
    ["each hour", { schedule: { interval: "1h" }, actions: [each("slack")] }, []],
    ["each day", { schedule: { interval: "1d" }, actions: [each("slack")] }, []],
    ["on change alone", { actions: [action("slack", fires)] }, []],
    ["throttled", { actions: [each("slack", { frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "1h" } })] }, []],
    ["an audit index wants each run", { actions: [each("index")] }, []],
    ["so does a log", { actions: [each("log")] }, []],
    ["and a program", { actions: [each("hook")] }, []],
    ["one incident of many messages by its key", { actions: [{ ...trigger(), ...eachRun }] }, []],
    ["on recovery, once", { actions: [each("slack", { group: "recovered" })] }, []],
    ["the rule is disabled", { enabled: false, actions: [each("slack")] }, []],
    [
      "the older setting of the rule: said elsewhere",
      { notify_when: "onActiveAlert", actions: [action("slack", fires, {}, { frequency: null })] },
      [],
    ],
    [
      "before 8.7, where there is no other setting",
      { notify_when: "onActiveAlert", actions: [action("slack", fires, {}, { frequency: null })] },
      ["medium"],
      { actionFrequencies: false },
    ],
    ["detection rules notify of new alerts alone", { rule_type_id: "siem.queryRule", actions: [each("slack", { group: "default" })] }, []],
  ])("%s", (_name, given, found, within) => expect(severities("noisy_frequency", given, within)).toEqual(found));
});

describe("deprecated_rule_notify", () => {
  const bare = action("slack", fires, {}, { frequency: undefined });
  const old = { notify_when: "onActiveAlert", actions: [bare] };
  test.each<Row>([
    ["the rule says when", old, ["low"]],
    ["the rule throttles", { throttle: "1h", actions: [bare] }, ["low"]],
    ["in a disabled rule", { ...old, enabled: false }, ["info"]],
    ["each action says when", { actions: [action("slack", fires)] }, []],
    ["left over beside the actions' own", { notify_when: "onActiveAlert", actions: [action("slack", fires)] }, []],
    ["no actions", { notify_when: "onActiveAlert" }, []],
    ["a system action has none", { notify_when: "onActiveAlert", actions: [{ ...bare, id: "system-connector-.cases" }] }, []],
    ["before 8.7 there is no other way", old, [], { actionFrequencies: false }],
  ])("%s", (_name, given, found, within) => expect(severities("deprecated_rule_notify", given, within)).toEqual(found));
});

describe("rule_key_owner", () => {
  const own = { api_key_owner: "ci-bot", api_key_created_by_user: true, actions: [action("slack", fires)] };
  test.each<Row>([
    ["somebody's own key", own, ["low"]],
    ["a key that Kibana made", { ...own, api_key_created_by_user: false }, []],
    ["Kibana does not say", { ...own, api_key_created_by_user: null }, []],
    ["disabled: enabling makes a new one", { ...own, enabled: false }, []],
    ["notifies nobody", { ...own, actions: [] }, []],
  ])("%s", (_name, given, found) => expect(severities("rule_key_owner", given)).toEqual(found));
});
