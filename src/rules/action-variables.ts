import type { Rule, RuleType } from "../kibana/rules.ts";

/** The names that templates of one action may use. */
export interface Names {
  /** Full names; what is below one of them is known too: `context.hits` covers `context.hits.0._id`. */
  known: readonly string[];
  /** Kinds of names (`context`) that the rule type lists in full: others of the kind render empty. */
  listed: readonly string[];
  /** Names that work in the other kind of action only, per alert or in a summary. */
  elsewhere: readonly string[];
}

/** Kibana's functions for templates: `{{#FormatDate}}…{{/FormatDate}}`. Source: actions/server/lib/mustache_lambdas.ts. */
export const lambdas: readonly string[] = ["EvalMath", "ParseHjson", "FormatDate", "FormatNumber", "EncodeURI", "EncodeURIComponent"];

/** Names from before 7.13, with those to use. */
export const oldNames: Readonly<Record<string, string>> = {
  alertId: "rule.id",
  alertName: "rule.name",
  alertInstanceId: "alert.id",
  alertActionGroup: "alert.actionGroup",
  alertActionGroupName: "alert.actionGroupName",
  spaceId: "rule.spaceId",
  tags: "rule.tags",
};

/** Empty unless the operator set `server.publicBaseUrl`. */
export const linkNames: readonly string[] = ["rule.url", "kibanaBaseUrl"];

const everywhere = ["date", ...linkNames, ...["id", "name", "spaceId", "tags", "type", "params"].map((name) => `rule.${name}`)];
const perAlert = ["id", "uuid", "actionGroup", "actionGroupName", "flapping", "consecutiveMatches"].map((name) => `alert.${name}`);
const inSummary = ["new", "ongoing", "recovered", "all"].flatMap((kind) => [`alerts.${kind}.count`, `alerts.${kind}.data`]);

/** What security rules and summaries get besides what is listed: alerting/server/task_runner/transform_action_params.ts. */
const ofSummaries = ["context.alerts", "context.results_link", "context.rule", "state.signals_count"];

/**
 * The names that an action of this rule may use in its templates. Source: alerting/server/task_runner/
 * transform_action_params.ts; reference/kibana-api.md §6.3 for what the rule type adds.
 */
export function namesFor(rule: Pick<Rule, "params">, type: RuleType, summary: boolean): Names {
  const { context = [], state = [], params = [] } = type.variables ?? {};
  const own = (kind: string, names: readonly string[]) => names.map((name) => `${kind}.${name}`);
  const rest = [...everywhere, ...Object.keys(oldNames), ...own("params", [...params, ...Object.keys(rule.params)])];
  const ofAlert = [...perAlert, ...own("context", context), ...own("state", state)];
  // Detection rules list a made-up name: what they really have depends on the alert.
  const listed = type.variables === undefined || type.detection ? [] : ["context", "state"];
  if (summary) return { known: [...rest, ...inSummary, ...ofSummaries], listed: ["context", "state"], elsewhere: ofAlert };
  return { known: [...rest, ...ofAlert], listed, elsewhere: inSummary };
}
