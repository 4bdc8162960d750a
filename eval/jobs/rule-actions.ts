import { isDeepStrictEqual } from "node:util";
import { onChange, rule, that } from "../checks.ts";
import type { Facts, RuleAction, Verdict } from "../job.ts";
import type { Kibana, NewRule } from "../kibana.ts";

/** The main group of `.es-query`. */
export const matched = "query matched";
export const key = "{{rule.id}}:{{alert.id}}";

/** What nobody asked for who wants rules changed: something sent for a trial. */
export const trials = /\b(?:Test|Run) "|Rehearse the rule/;

/** Of PagerDuty. */
export const pages = (id: string, group: string = matched, dedupKey: string | undefined = key) => ({
  id,
  group,
  frequency: onChange,
  params: { eventAction: "trigger", severity: "critical", summary: "{{rule.name}}: {{alert.id}}", ...(dedupKey && { dedupKey }) },
});

export const resolves = (id: string, dedupKey: string = key) => ({
  id,
  group: "recovered",
  frequency: onChange,
  params: { eventAction: "resolve", dedupKey },
});

/** Of a Slack webhook. */
export const posts = (
  id: string,
  group: string = matched,
  message = "{{rule.name}} is {{alert.actionGroup}}",
  frequency: object = onChange,
) => ({
  id,
  group,
  frequency,
  params: { message },
});

export interface SeedRule extends NewRule {
  artifacts?: object;
}

/** With dashboards and guides, too. */
export async function seedRules(kibana: Kibana, rules: readonly SeedRule[]): Promise<void> {
  for (const {
    artifacts,
    id,
    name,
    type = ".es-query",
    params = {},
    actions = [],
    tags = [],
    enabled = true,
    space = "default",
  } of rules) {
    const body = { name, rule_type_id: type, consumer: "stackAlerts", schedule: { interval: "1m" }, params, tags, actions, enabled };
    await kibana.must("POST", `/api/alerting/rule/${id}`, { space, body: { ...body, ...(artifacts && { artifacts }) } });
  }
}

/** Writes a rule as somebody does who reads it before, and sends what came to their mind of it. */
export function written({ name, tags = [], params = {} }: NewRule, actions: readonly object[]) {
  return { name, tags, params, schedule: { interval: "1m" }, actions };
}

/** What a rule does through a connector, without what Kibana adds. */
const essence = ({ id, group, params, frequency, alerts_filter: filter }: RuleAction) => ({
  ...{ id, group, params, frequency },
  ...(filter !== undefined && { filter }),
});

/** The rule has exactly these actions, in any order. */
export function hasActions(facts: Facts, ruleId: string, expected: readonly RuleAction[]): Verdict {
  const actual = rule(facts, ruleId).actions.map(essence);
  const missing = expected.map(essence).filter((one) => !actual.some((other) => isDeepStrictEqual(one, other)));
  if (missing.length > 0) return `${ruleId} lacks ${JSON.stringify(missing[0])}`;
  return that(actual.length === expected.length, `${ruleId} has ${actual.length} actions, not ${expected.length}`);
}

/** What the rule did before. */
export const actionsBefore = ({ before }: Facts, ruleId: string): RuleAction[] =>
  before.rules.find(({ id }) => id === ruleId)?.actions ?? [];
