import type { Rule, RuleType } from "../kibana/rules.ts";

/** The names that templates of one action may use. */
export interface Names {
  /** Full names; what is below one of them is known too: `context.hits` covers `context.hits.0._id`. */
  known: readonly string[];
  /** Kinds of names (`context`) that the rule type lists in full: others of the kind render empty. */
  listed: readonly string[];
  /** Names that work in the other kind of action only, per alert or in a summary. */
  elsewhere: readonly string[];
  /** Known names, or what they begin with, that alerts of this kind have no value for; and why. */
  absent: readonly Absent[];
  /** First parts of fields in the alert's document, which are variables too: what is below them is listed nowhere. */
  document: readonly string[];
}

interface Absent {
  names: readonly string[];
  why: string;
}

/** What a name stands for: its value decides what a section around other names does. */
export type ValueKind = "one" | "object" | "list" | "unknown";

/** First parts of fields that each alert's document has. */
const everyDocument = ["kibana", "@timestamp", "event"];
/** Those that rules of Observability and Security copy from their sources (ECS). */
const copied = `agent client cloud container data_stream destination dns ecs error file group host http labels log message monitor
  network observer orchestrator organization package process related server service source threat tls trace transaction url user`.split(
  /\s+/,
);

const lists = /^(?:rule\.tags|tags|alerts\.\w+\.data|context\.(?:hits|alerts|tags|sourceFields))$/;
const objects =
  /^(?:rule|alert|alerts|alerts\.(?:new|ongoing|recovered|all)|context|state|params|rule\.params|context\.(?:rule|grouping|groupByKeys))$/;
const singles =
  /^(?:rule\.(?:id|name|spaceId|type|url)|alert\.\w+|alerts\.\w+\.count|date|kibanaBaseUrl|spaceId|alert[A-Z]\w*|context\.(?:message|title|reason|date|timestamp|link|conditions|group|alertState|\w+Url|results_link)|state\.signals_count)$/;

/** What a variable's value is, as far as its name says. */
export function valueKind(name: string): ValueKind {
  if (lists.test(name)) return "list";
  if (objects.test(name)) return "object";
  return singles.test(name) ? "one" : "unknown";
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

const everywhere = ["date", ...linkNames, ...["id", "name", "spaceId", "tags", "type"].map((name) => `rule.${name}`)];
const perAlert = ["id", "uuid", "actionGroup", "actionGroupName", "flapping", "consecutiveMatches"].map((name) => `alert.${name}`);
const inSummary = ["new", "ongoing", "recovered", "all"].flatMap((kind) => [`alerts.${kind}.count`, `alerts.${kind}.data`]);

/** What security rules and summaries get besides what is listed: alerting/server/task_runner/transform_action_params.ts. */
const ofSummaries = ["context.alerts", "context.results_link", "context.rule", "state.signals_count"];

/**
 * The names that an action of this rule may use in its templates. Source: alerting/server/task_runner/
 * transform_action_params.ts; reference/kibana-api.md §6.3 for what the rule type adds.
 * @param group the action's
 */
export function namesFor(rule: Pick<Rule, "params">, type: RuleType, summary: boolean, group?: string): Names {
  const sources = type.id.startsWith(".") ? [] : copied;
  const document = type.alertsAsData && !summary ? [...everyDocument, ...sources] : [];
  const { context = [], state = [], params = [] } = type.variables ?? {};
  const own = (kind: string, names: readonly string[]) => names.map((name) => `${kind}.${name}`);
  const ofRule = [...new Set([...params, ...Object.keys(rule.params)])];
  const rest = [...everywhere, ...Object.keys(oldNames), ...own("params", ofRule), ...own("rule.params", ofRule)];
  const ofAlert = [...perAlert, ...own("context", context), ...own("state", state)];
  // Detection rules list a made-up name: what they really have depends on the alert.
  const listed = type.variables === undefined || type.detection ? [] : ["context", "state"];
  const absent = summary ? [] : [absentFrom(type, group === type.recoveryGroup), absentByGrouping(rule, type)];
  if (summary)
    return { known: [...rest, ...inSummary, ...ofSummaries], listed: ["context", "state"], elsewhere: ofAlert, absent, document };
  return { known: [...rest, ...ofAlert], listed, elsewhere: inSummary, absent, document };
}

/** What alerts lack when they recover, which Kibana's list does not say. Source: infra/server/lib/alerting/{metric,inventory_metric}_threshold. */
const lostOnRecovery: Readonly<Record<string, readonly string[]>> = {
  "metrics.alert.threshold": ["value"],
  "metrics.alert.inventory.threshold": ["value", "reason"],
};

/** Names under `context.` of those that the rule type lists, for which its alerts have a value in that state. */
export function contextIn(type: RuleType, recovered: boolean): string[] {
  const { context = [] } = type.variables ?? {};
  if (!recovered) return context.filter((name) => !type.ofRecovery.includes(name));
  const lost = Object.hasOwn(lostOnRecovery, type.id) ? (lostOnRecovery[type.id] ?? []) : [];
  return type.recoversWithoutContext ? [] : context.filter((name) => !lost.includes(name));
}

/** Fields of which one has to be among those that a rule groups by, so that its alerts have more of the same thing. */
const things = ["host.name", "host.hostname", "host.id", "kubernetes.pod.uid", "container.id"];
const ofThings = ["host", "container", "cloud", "orchestrator", "labels"];
const groupingTypes = ["metrics.alert.threshold", "observability.rules.custom_threshold"];

/**
 * What alerts lack because of what their rule groups by. Source: infra/server/lib/alerting/common/utils.ts and
 * observability/server/lib/rules/custom_threshold/utils.ts.
 */
export function absentByGrouping({ params }: Pick<Rule, "params">, { id, variables }: RuleType): Absent {
  const groupBy = [params.groupBy].flat().filter((one) => typeof one === "string" && one !== "");
  if (!groupingTypes.includes(id) || groupBy.some((field) => things.includes(String(field)))) return { names: [], why: "" };
  const names = [...ofThings, ...(groupBy.length === 0 ? ["grouping", "groupByKeys"] : [])]
    .filter((name) => variables?.context?.includes(name) && !groupBy.some((field) => String(field).startsWith(`${name}.`)))
    .map((name) => `context.${name}`);
  const why =
    groupBy.length === 0 ? "the rule has one alert for all that it looks at" : "the rule does not group its alerts by hosts or containers";
  return { names, why };
}

function absentFrom(type: RuleType, recovered: boolean): Absent {
  if (recovered && type.recoversWithoutContext) return { names: ["context"], why: `alerts of ${type.id} that recover have no context` };
  const there = contextIn(type, recovered);
  const names = (type.variables?.context ?? []).filter((name) => !there.includes(name)).map((name) => `context.${name}`);
  return { names, why: recovered ? `alerts of ${type.id} that recover do not have it` : "only alerts that recover have it" };
}
