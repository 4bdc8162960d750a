import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { action, makeConnector, makeRule, ruleOf, steady } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const colon = "{{rule.id}}:{{alert.id}}";
const opsgenie = { config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } };
const atlassian = { config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "k" } };

const opening = (more: Dict = {}) => ({ subAction: "createAlert", subActionParams: { message: "{{rule.name}}", alias: colon, ...more } });
const closing = (more: Dict = {}) => ({ subAction: "closeAlert", subActionParams: { alias: colon, ...more } });
const fires = (params: Dict, more: Dict = {}) => action("genie", { params, ...more });
const recovers = (params: Dict = closing(), more: Dict = {}) => action("genie", { params, group: "recovered", ...more });
const metrics = { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure" };
const inGroup = (name: string, params: Dict) => fires(params, { group: `metrics.threshold.${name}` });

/** What rules do with Opsgenie, each in one form. */
const forms: Record<string, { actions: Dict[]; rule?: Dict; groups?: string[]; alert?: Dict }> = {
  "the usual alias": { actions: [fires(opening()), recovers()] },
  "an alias of its own": { actions: [fires(opening({ alias: "ops/{{alert.id}}" })), recovers(closing({ alias: "ops/{{alert.id}}" }))] },
  "an alias with old names": {
    actions: [fires(opening({ alias: "{{alertId}}_{{alertInstanceId}}" })), recovers(closing({ alias: "{{rule.id}}_{{alert.id}}" }))],
  },
  "no alias": { actions: [fires(opening({ alias: undefined }))] },
  "an alias of 600 characters": {
    actions: [fires(opening({ alias: `${"x".repeat(600)}${colon}` })), recovers(closing({ alias: `${"x".repeat(600)}${colon}` }))],
  },
  "no close": { actions: [fires(opening())] },
  "a close with a note": {
    actions: [fires(opening()), recovers(closing({ note: "over at {{date}}", user: "kibana", source: "{{rule.id}}" }))],
  },
  "several groups with one alias": {
    rule: metrics,
    groups: ["fired", "warning"],
    actions: [inGroup("fired", opening()), inGroup("warning", opening({ priority: "P4" })), recovers()],
  },
  "several groups, each with its alias": {
    rule: metrics,
    groups: ["fired", "warning"],
    actions: [
      inGroup("fired", opening({ alias: "f-{{alert.id}}" })),
      inGroup("warning", opening({ alias: "w-{{alert.id}}" })),
      recovers(closing({ alias: "f-{{alert.id}}" })),
      recovers(closing({ alias: "w-{{alert.id}}" })),
    ],
  },
  "a summary": {
    actions: [
      fires(opening({ alias: "{{rule.id}}", message: "{{alerts.new.count}} new" }), {
        frequency: { summary: true, notify_when: "onThrottleInterval", throttle: "1h" },
      }),
    ],
  },
  "a summary beside single alerts": {
    actions: [
      fires(opening()),
      recovers(),
      fires(opening({ alias: "sum-{{rule.id}}" }), { frequency: { summary: true, notify_when: "onActiveAlert", throttle: null } }),
    ],
  },
  "every field": {
    actions: [
      fires(
        opening({
          description: "{{context.message}}\n{{#context.hits}}* {{_source.host}}{{/context.hits}}",
          tags: ["{{rule.tags}}", "env:{{rule.spaceId}}", "prod"],
          details: { "rule id": "{{rule.id}}", link: "{{{rule.url}}}" },
          entity: "{{alert.id}}",
          source: "kibana",
          priority: "P1",
          user: "bot",
          note: "n",
          actions: ["restart"],
        }),
      ),
      recovers(),
    ],
  },
  "a long message": { actions: [fires(opening({ message: `{{rule.name}}: ${"disk is nearly full, ".repeat(12)}` })), recovers()] },
  "a filter and a throttle": {
    actions: [
      fires(opening(), {
        frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "1h" },
        alerts_filter: { query: { kql: "host.name: web*", filters: [] } },
        use_alert_data_for_template: true,
      }),
      recovers(),
    ],
  },
  "other connectors": { actions: [action("chat"), fires(opening()), recovers(), action("chat", { group: "recovered" })] },
  "responders by id": {
    actions: [fires(opening({ responders: [{ id: "t1", type: "team" }], visibleTo: [{ id: "u1", type: "user" }] })), recovers()],
  },
  "responders by name": {
    actions: [fires(opening({ responders: [{ name: "Search", type: "team" }] })), recovers()],
    alert: { message: "{{rule.name}}", alias: colon },
  },
  "responders of all kinds": {
    actions: [
      fires(
        opening({
          responders: [
            { username: "ana@example.com", type: "user" },
            { id: "t1", type: "team" },
            { name: "{{rule.name}}", type: "schedule" },
          ],
          visibleTo: [{ name: "Search", type: "team" }],
        }),
      ),
      recovers(),
    ],
    alert: { message: "{{rule.name}}", alias: colon, responders: [{ id: "t1", type: "team" }] },
  },
};
const kinds = Object.keys(forms);
const formOf = (id: string) => forms[kinds[Number(id.slice(1)) % kinds.length] ?? ""] ?? { actions: [] };

/** Rules of all forms, one after the other. */
async function deployment(rules: number, version = "9.5"): Promise<{ made: Made; ids: string[] }> {
  const made = await product({ person: accepts, settings: { maxChangesPerHour: 1000 }, sandbox: { empty: true, version } });
  await makeConnector(made, "genie", ".opsgenie", opsgenie);
  await makeConnector(made, "jsm", ".jira-service-management", atlassian);
  await makeConnector(made, "chat");
  const ids = Array.from({ length: rules }, (_, n) => `r${n}`);
  for (const id of ids) await makeRule(made, id, formOf(id).actions, formOf(id).rule ?? {});
  return { made, ids };
}

const migrate = async (made: Made, args: Dict = {}) => (await made.call("replace_connector", { from: "genie", to: "jsm", ...args })).body;

/** Lets one alert of each rule (one in each of its groups) begin and end, and returns what became of the incidents. */
async function fireAll(made: Made, ids: readonly string[], states: readonly string[] = ["active", "recovered"]) {
  const before = (await incidents(made)).length;
  for (const id of ids)
    for (const state of states) {
      const alerts = (formOf(id).groups ?? [undefined]).map((group, n) =>
        state === "active" && group ? { id: `alert${n}`, group: `metrics.threshold.${group}` } : `alert${n}`,
      );
      await made.bare("POST", `/sandbox/rules/${id}/fire`, { state, alerts });
    }
  return (await incidents(made)).slice(before);
}

interface Incident {
  type: string;
  key: string;
  status: string;
  events: number;
}
const incidents = async (made: Made): Promise<Incident[]> => JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents;
/** An alert without alias has a key that the service chose. */
const compared = (all: readonly Incident[]) =>
  all.map(({ key, status, events }) => ({ key: /^[\w-]{36}$/.test(key) ? "chosen by the service" : key, status, events }));
const actionsOf = (rule: Dict | undefined) => (rule?.actions ?? []) as Dict[];
const typesOf = (all: readonly Incident[]) => [...new Set(all.map(({ type }) => type))];
/** Rules without what every save and every run changes. */
const allRules = async (made: Made, ids: readonly string[]) =>
  (await Promise.all(ids.map((id) => ruleOf(made, id)))).map((rule) => {
    const { last_run: _run, ...rest } = steady(rule);
    return rest;
  });

test.each([
  ["9.2", kinds.length],
  ["9.3", kinds.length],
  ["9.4", kinds.length],
  ["9.5", 100],
  ["9.6", kinds.length],
])(
  "Opsgenie rules of %s, %i of them, move in one plan, open and close the same incidents, and come back as they were",
  async (version, many) => {
    const { made: stays } = await deployment(many, version);
    const { made, ids } = await deployment(many, version);
    const asOpsgenie = await fireAll(stays, ids);
    expect(typesOf(asOpsgenie)).toEqual([".opsgenie"]);
    const before = await allRules(made, ids);
    const early = ["r0", "r1"];
    for (const id of early) await made.bare("POST", `/sandbox/rules/${id}/fire`, { state: "active", alerts: ["early"] });

    const { status, result, change, warnings } = await migrate(made);
    expect([status, result.counts]).toEqual(["done", { moved: many }]);
    expect(warnings[0]).toMatch(
      /^2 rules \("Rule r0", "Rule r1"\) had active alerts at the last run\. What "Connector genie" opened .*"alias":"…"/,
    );
    for (const [at, rule] of (await allRules(made, ids)).entries()) {
      const { alert } = formOf(`r${at}`);
      const actions = actionsOf(before[at]).map((was, n) => {
        if (was.id !== "genie") return was;
        const params = alert && n === 0 ? { subAction: "createAlert", subActionParams: alert } : was.params;
        return { ...was, id: "jsm", connector_type_id: ".jira-service-management", params };
      });
      expect(rule.actions).toEqual(actions);
    }

    const asJsm = await fireAll(made, ids);
    expect(typesOf(asJsm)).toEqual([".jira-service-management"]);
    expect(compared(asJsm)).toEqual(compared(asOpsgenie));
    expect(asJsm.filter(({ key }) => key === "r0:alert0")).toEqual([expect.objectContaining({ status: "closed", events: 2 })]);

    expect((await made.call("undo_change", { change })).body).toMatchObject({ status: "done", result: { rules_put_back: many } });
    expect(await allRules(made, ids)).toEqual(before);
    expect(typesOf(await fireAll(made, early))).toEqual([".opsgenie"]);
    for (const id of early) await made.bare("POST", `/sandbox/rules/${id}/fire`, { state: "recovered", alerts: ["early"] });
    expect((await incidents(made)).filter(({ key }) => key.endsWith("early")).map((one) => [one.type, one.status])).toEqual([
      [".opsgenie", "closed"],
      [".opsgenie", "closed"],
    ]);
  },
);
