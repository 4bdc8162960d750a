import type { Rule } from "../kibana/rules.ts";
import { plainText, word } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";

/**
 * How a rule groups its alerts, which decides how many incidents there can be at once: each alert opens its own. By rule
 * type, from Kibana's own params (stack_alerts, infra, apm, observability).
 * @returns `one for the whole rule`, `one for each host.name (20 at most)`, or that it is not known
 */
export function groupingOf({ rule_type_id: type, params }: Pick<Rule, "rule_type_id" | "params">): string {
  const group = fieldsOf(type, params);
  if (group === undefined) return "how many at once is not known for this rule type";
  if (group.length === 0) return "one for the whole rule";
  const size = params.termSize;
  const most = topTypes.includes(type) && typeof size === "number" ? ` (${size} at most)` : "";
  return `one for each ${group.map((field) => (field === row ? field : word(plainText(hideInText(field), 80)))).join(" and ")}${most}`;
}

/** Whether a rule can have several alerts at once; undefined where its type does not say. */
export function hasSeveralAlerts({ rule_type_id: type, params }: Pick<Rule, "rule_type_id" | "params">): boolean | undefined {
  const group = fieldsOf(type, params);
  return group && group.length > 0;
}

/** With ES|QL each row of the result can be an alert. */
const row = "row of the result";
const topTypes = [".es-query", ".index-threshold"];
const listTypes = ["metrics.alert.threshold", "logs.alert.document.count", "observability.rules.custom_threshold"];
const perService = ["service.name", "service.environment"];
/** Types whose alerts are about a thing of their own, whatever the params say; `groupBy` adds to it. */
const always: Record<string, readonly string[]> = {
  "apm.transaction_duration": [...perService, "transaction.type"],
  "apm.transaction_error_rate": [...perService, "transaction.type"],
  "apm.error_rate": perService,
};

/** The fields by which alerts are told apart, none where there is one alert; undefined where the type is not known. */
function fieldsOf(type: string, params: Record<string, unknown>): string[] | undefined {
  const { groupBy } = params;
  if (topTypes.includes(type)) {
    if (groupBy === "row") return [row];
    return groupBy === "top" ? texts(params.termField) : [];
  }
  if (listTypes.includes(type)) return texts(groupBy);
  const own = always[type];
  if (own) return [...new Set([...own, ...texts(groupBy)])];
  if (type === "metrics.alert.inventory.threshold" && typeof params.nodeType === "string") return [params.nodeType];
  return undefined;
}

function texts(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === "string" && one !== "") as string[];
}
