import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { plainJson, plainText } from "../../plain-text.ts";
import { ruleUse } from "../../rules/find-rules.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { explainReferences } from "../../usage/references.ts";
import { type RuleNow, worstFirst } from "../connectors/rules-now.ts";
import { compact } from "../fields.ts";

/** Characters of one text in an action's params. */
const longest = 300;

interface Shown {
  space: string;
  /** The most rules to show. */
  most: number;
  /** Whether to show what their actions send, when and for which alerts. */
  withActions: boolean;
  /** What is in the way of a rule now; undefined where that was not looked up. */
  now(rule: Rule): RuleNow | undefined;
  /** References of others that were found. */
  counted: number;
  /** Gets an explanation if Kibana counts more uses. */
  notes: string[];
}

/** The rules that use a connector, as an answer shows them. */
export function shownRules(found: Connector, rules: readonly Rule[], { space, most, withActions, now, counted, notes }: Shown) {
  const references = found.references === undefined ? undefined : found.references - counted;
  const difference = explainReferences({ ...found, references }, rules.length);
  if (difference) notes.push(difference);
  const rows = rules.map((rule) => ({
    ...ruleUse(rule, found.id, space),
    name: plainText(rule.name, 120),
    ...now(rule),
    ...(withActions ? { actions: rule.actions.filter(({ id }) => id === found.id).map((action) => shownAction(action, rule)) } : {}),
  }));
  return {
    // What is left out tells somebody, as far as that can be.
    rules: (rules.length > most ? rows.sort(worstFirst) : rows).slice(0, most),
    rules_total: rules.length,
    ...(rules.length > most ? { rules_left_out: rules.length - most } : {}),
  };
}

/** With secrets hidden and long texts cut. Before 8.6 the frequency is the rule's (reference/kibana-api.md §6.1). */
function shownAction({ group, params, frequency, alerts_filter: filter }: RuleAction, rule: Rule) {
  const ofRule = { notify_when: rule.notify_when ?? undefined, throttle: rule.throttle ?? undefined };
  const often = frequency ?? (group == null ? undefined : ofRule);
  return compact({
    group: group ?? undefined,
    params: plainJson(hideSecrets(params ?? {}).config, longest),
    frequency: compact({ ...often, throttle: often?.throttle ?? undefined }),
    alerts_filter: filter ? plainJson(hideSecrets(withoutDsl(filter)).config, longest) : undefined,
  });
}

/** Kibana makes the `dsl` of a filter from its `kql` and `filters`. */
function withoutDsl({ query, ...filter }: NonNullable<RuleAction["alerts_filter"]>): Record<string, unknown> {
  if (query === null || typeof query !== "object") return filter;
  const { dsl: _made, ...asGiven } = Object(query) as Record<string, unknown>;
  return { ...filter, query: asGiven };
}
