import { fits, type Kql, parseKql } from "../rules/kql.ts";
import type { State } from "../types.ts";
import { scopesByTags } from "./gate.ts";
import { type ActionPolicy, fitsEverything } from "./policy.ts";

/** What a policy's matcher may look at of a rule. */
export interface RuleFacts {
  id?: string | undefined;
  name?: string | undefined;
  tags?: string[] | undefined;
}

/** Whether Kibana's preview names a policy for a rule. It leaves out those whose matcher looks at alerts only. */
export function previewed({ matcher }: ActionPolicy, rule: RuleFacts, state: State): boolean {
  if (fitsEverything(matcher)) return true;
  if (scopesByTags(state)) return sharesTag(matcher?.tags, rule);
  return satisfies(matcher?.expression, rule, {});
}

/** Whether an alert of a rule passes a policy's matcher. */
export function applies({ matcher }: ActionPolicy, rule: RuleFacts, alert: Record<string, unknown>, state: State): boolean {
  if (!scopesByTags(state)) return satisfies(matcher?.expression, rule, alert);
  return (!matcher?.tags?.length || sharesTag(matcher.tags, rule)) && satisfies(matcher?.expression, {}, alert);
}

/** The gates before the matcher: dispatcher of alerting_v2. */
export function isSilent({ enabled, snoozedUntil }: ActionPolicy): boolean {
  return !enabled || (snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now());
}

function sharesTag(tags: readonly string[] | undefined, rule: RuleFacts): boolean {
  return tags?.some((tag) => rule.tags?.includes(tag)) ?? false;
}

/** Text that is no KQL fits nothing. */
function satisfies(expression: string | undefined, rule: RuleFacts, alert: Record<string, unknown>): boolean {
  if (!expression) return true;
  const facts: Record<string, unknown> = { ...alert, "rule.id": rule.id, "rule.name": rule.name, "rule.tags": rule.tags };
  const query = parsed(expression);
  return query !== undefined && fits(query, (field) => [facts[field]].flat());
}

function parsed(expression: string): Kql | undefined {
  try {
    return parseKql(expression);
  } catch {
    return undefined;
  }
}
