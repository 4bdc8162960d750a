import { expect, test } from "vitest";
import type { RuleType } from "../../src/kibana/rules.ts";
import { type SampleOf, sampleVariables } from "../../src/rules/sample-alert.ts";
import { ruleType } from "../rules/rules.ts";
import { product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";

const often = { summary: false, notify_when: "onActiveAlert", throttle: null };
const text =
  "{{rule.name}} {{rule.tags}} {{rule.params.index}} {{{rule.params}}} {{alert.id}} {{alert.actionGroupName}} {{alert.flapping}} {{context.title}} {{{context.message}}} {{context.value}} {{context.link}} {{context.hits}} {{#context.hits}}<{{_id}}|{{_source.message}}>{{/context.hits}} {{context.hits.1._source.host.name}} {{{context.hits.asJSON}}} {{^context.nothing}}none{{/context.nothing}} {{params.threshold}} {{spaceId}} {{alertName}} {{#EvalMath}}round(context.value / 7, 2){{/EvalMath}} {{#FormatNumber}}{{context.value}};de-DE;style: currency, currency: EUR{{/FormatNumber}} {{#EncodeURIComponent}}a b&{{/EncodeURIComponent}} {{rule.nothing}} a_b*c";
const json = '{"t": "{{context.title}} {{context.message}}", "h": [{{{context.hits}}}], "v": {{context.value}}}';
const bodies: Record<string, object> = {
  slack: { message: text },
  channels: { subAction: "postMessage", subActionParams: { channelNames: ["#alerts"], text } },
  mail: { to: ["{{rule.id}}@example.com"], subject: text, message: text },
  hook: { body: json },
  plain: { body: text },
  pager: { eventAction: "trigger", dedupKey: "{{rule.id}}-{{alert.id}}", summary: "{{rule.name}}", customDetails: { a: text } },
  genie: {
    subAction: "createAlert",
    subActionParams: { message: "{{rule.name}}", alias: "{{alert.id}}", description: text, tags: ["{{rule.tags}}", "x"] },
  },
  snow: {
    subAction: "pushToService",
    subActionParams: { incident: { short_description: "{{rule.name}}", description: text, correlation_id: "{{alert.id}}" }, comments: [] },
  },
  teams: { message: text },
  torq: { body: '{"n": "{{rule.name}}", "v": {{context.value}}}' },
  docs: { documents: [{ a: text, n: 1, deep: { b: ["{{alert.id}}"] } }] },
  log: { message: text },
};

test("what a rehearsal shows is what the connector is run with when the rule fires, for active and recovered alerts", async () => {
  const { call, bare } = await product({ sandbox: { empty: true, license: "trial" } });
  const type: RuleType = ruleType({
    groups: ["query matched"],
    variables: { context: ["message", "title", "date", "value", "hits", "conditions", "link"], state: [], params: [] },
  });
  for (const [id, params] of Object.entries(bodies)) {
    await bare("POST", `/api/actions/connector/${id}`, { name: id, ...rehearsedConnectors[id] });
    const rule = {
      ...{
        name: `Rule <of> "${id}"`,
        rule_type_id: ".es-query",
        consumer: "stackAlerts",
        schedule: { interval: "5m" },
        tags: ["a", "b_c"],
      },
      ...{ enabled: true, params: { index: ["l-*", "m-*"], threshold: [3, 4], esQuery: '{"a": 1}' } },
      actions: ["query matched", "recovered"].map((group) => ({ id, group, frequency: often, params })),
    };
    await bare("POST", `/api/alerting/rule/${id}`, rule);
    const { body } = await call("test_connector", { id, rule: id });
    for (const [at, state] of ["active", "recovered"].entries()) {
      const of: SampleOf = { role: state === "active" ? "active" : "recovered", group: at === 0 ? "query matched" : "recovered", which: 1 };
      const read = JSON.parse(await bare("GET", `/api/alerting/rule/${id}`));
      const { context } = sampleVariables({ rule: read, type, space: "default", kibanaUrl: "http://x" }, of);
      const order = { state, alerts: [{ id: "sample-alert-1", context }] };
      const fired = JSON.parse(await bare("POST", `/sandbox/rules/${id}/fire`, order));
      const shown = body.result.actions[at];
      expect([id, shown.role, uncut(shown.sends, fired.actions[0].params)]).toEqual([id, state, fired.actions[0].params]);
    }
  }
});

/** A shown text that is cut stands for the one that was sent, if that begins alike. */
function uncut(shown: unknown, sent: unknown): unknown {
  if (typeof shown === "string" && typeof sent === "string") {
    const [beginning = "", more] = shown.split(/… \((\d+) more characters\)$/);
    return more !== undefined && sent.startsWith(beginning) && sent.length === beginning.length + Number(more) ? sent : shown;
  }
  if (Array.isArray(shown)) return shown.map((item, at) => uncut(item, Array.isArray(sent) ? sent[at] : undefined));
  if (shown === null || typeof shown !== "object") return shown;
  return Object.fromEntries(Object.entries(shown).map(([key, item]) => [key, uncut(item, Object(sent)[key])]));
}
