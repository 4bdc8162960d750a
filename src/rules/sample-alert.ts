import type { Rule, RuleType } from "../kibana/rules.ts";
import { isPlainObject } from "../plain-object.ts";
import { absentByGrouping, contextIn, valueKind } from "./action-variables.ts";

/** What an action is about: an alert in a group, one that recovered, or all in a summary. */
export type Role = "active" | "recovered" | "summary";

/** Who is about to run an action. */
export interface Sampled {
  rule: Rule;
  type: RuleType;
  space: string;
  /** Kibana's address, where links lead. */
  kibanaUrl: string;
}

export interface SampleOf {
  role: Role;
  group: string;
  /** Which of several alerts: all that may differ between two of them does. */
  which: 1 | 2;
  /** Texts from outside hold what breaks an unescaped JSON text. */
  hostile?: true;
}

export type Variables = Record<string, unknown>;

const when = "2026-01-02T03:04:05.678Z";
const later = "2026-01-02T03:04:06.789Z";

/**
 * The variables of a template with a made-up alert: the rule's own are real, what its type lists has a sample by its name.
 * Source: alerting/server/task_runner/transform_action_params.ts.
 */
export function sampleVariables(about: Sampled, of: SampleOf): Variables {
  const { rule, type, space, kibanaUrl } = about;
  const url = `${kibanaUrl}${space === "default" ? "" : `/s/${space}`}/app/management/insightsAndAlerting/triggersActions/rule/${rule.id}`;
  const common = {
    rule: { id: rule.id, name: rule.name, spaceId: space, tags: rule.tags, params: rule.params, type: type.id, url },
    ...{ date: of.which === 1 ? when : later, kibanaBaseUrl: kibanaUrl, params: rule.params, spaceId: space, tags: rule.tags },
    ...{ alertId: rule.id, alertName: rule.name },
  };
  return of.role === "summary" ? { ...common, ...ofSummary(rule, url) } : { ...common, ...ofAlert(about, of) };
}

function ofAlert({ rule, type }: Sampled, of: SampleOf): Variables {
  const { group, which } = of;
  const id = text("sample-alert", of);
  const groupName = type.groupNames[group] ?? group;
  return {
    ...(type.alertsAsData ? document(rule, id, which, group) : {}),
    ...{ alertInstanceId: id, alertActionGroup: group, alertActionGroupName: groupName },
    alert: { id, uuid: uuid(which), actionGroup: group, actionGroupName: groupName, flapping: false, consecutiveMatches: 1 },
    context: contextOf(rule, type, of),
    state: Object.fromEntries((type.variables?.state ?? []).map((name) => [name, sample(name, of)])),
  };
}

function contextOf(rule: Rule, type: RuleType, of: SampleOf): Variables {
  const recovered = of.role === "recovered";
  const { names: absent } = absentByGrouping(rule, type);
  const listed = contextIn(type, recovered).filter((name) => !absent.includes(`context.${name}`));
  const own = Object.fromEntries(listed.map((name) => [name, sample(name, of)]));
  if (!type.detection || recovered) return own;
  return {
    ...own,
    rule: ruleInContext(rule),
    results_link: "https://kibana.example/results",
    alerts: [document(rule, "sample-alert-1", 1, of.group)],
  };
}

function ofSummary(rule: Rule, url: string): Variables {
  const one = document(rule, "sample-alert-1", 1, "default");
  const other = document(rule, "sample-alert-2", 2, "default");
  return {
    ...{ alertInstanceId: rule.id, alertActionGroup: "default", alertActionGroupName: "Default" },
    alert: { id: rule.id, uuid: rule.id, actionGroup: "default", actionGroupName: "Default", flapping: false, consecutiveMatches: 0 },
    context: { alerts: [one, other], results_link: url, rule: ruleInContext(rule) },
    state: { signals_count: 2 },
    alerts: {
      new: { count: 1, data: [one] },
      ongoing: { count: 0, data: [] },
      recovered: { count: 1, data: [other] },
      all: { count: 2, data: [one, other] },
    },
  };
}

function ruleInContext(rule: Rule): Variables {
  const fields = Object.entries({ ...rule.params, name: rule.name, id: rule.id });
  return Object.fromEntries(fields.map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
}

/** What is in every alert's document. */
function document(rule: Rule, id: string, which: 1 | 2, group: string): Variables {
  const instance = { id: which === 1 ? id : id.replace("1", "2") };
  return {
    _id: uuid(which),
    _index: ".internal.alerts-sample-000001",
    "@timestamp": when,
    event: { action: which === 1 ? "open" : "close", kind: "signal" },
    tags: rule.tags,
    kibana: {
      space_ids: ["default"],
      version: "9.0.0",
      alert: {
        ...{ uuid: uuid(which), status: which === 1 ? "active" : "recovered", reason: "sample reason", start: when, action_group: group },
        ...{ flapping: false, workflow_status: "open", severity: "critical", instance, url: "https://kibana.example/alert" },
        ...{ duration: { us: "60000000" }, time_range: { gte: when }, evaluation: { value: 42, threshold: 40 }, consecutive_matches: 1 },
        rule: {
          ...{ name: rule.name, uuid: rule.id, tags: rule.tags, parameters: rule.params, consumer: rule.consumer },
          ...{ rule_type_id: rule.rule_type_id, category: rule.rule_type_id, producer: rule.consumer, revision: 1 },
        },
      },
    },
  };
}

const uuid = (which: 1 | 2) => `00000000-0000-4000-8000-00000000000${which}`;

/** Values by what names mean in Kibana's rule types; a text where that is not known. */
function sample(name: string, of: SampleOf): unknown {
  const { which, group } = of;
  const kind = valueKind(`context.${name}`);
  if (/^(?:date|timestamp|\w*(?:_at|At|Date|Time|Timestamp))$/.test(name)) return which === 1 ? when : later;
  if (/(?:url|link)$/i.test(name)) return `https://kibana.example/sample/${which}`;
  if (/^(?:value|count|score|duration|total|limit|interval)$|(?:Count|Score|Value|Percent|Ratio)$/.test(name)) return 40 + which;
  if (name === "threshold") return [40];
  if (name === "hits") return [hit(1, of), hit(2, of)];
  if (["tags", "sourceFields", "grouping", "groupByKeys"].includes(name)) return name === "tags" ? ["sample"] : {};
  if (/^(?:host|container|orchestrator|cloud|labels|service|agent)$/.test(name))
    return { name: text("sample", of), id: text("sample", of) };
  if (name === "alertState") return of.role === "recovered" ? "OK" : "ALERT";
  if (/^originalAlertStateWas/.test(name)) return true;
  if (name === "group") return text("sample-group", of);
  if (kind === "list") return [];
  if (of.hostile) return text(`sample ${name}`, of);
  // Only these tell of the alert's state: others are the same when it recovers, so they may be its key.
  const state = /^(?:reason|message|title|conditions)$/.test(name) ? `${group}, ` : "";
  // No number at the end: JavaScript reads one as a date.
  return `sample ${name} (${state}alert ${which})`;
}

/** Whether a text has a sample of which only the name is known: the alert's own value may be a number or a date. */
export function isOfUnknownKind(text: string): boolean {
  return /\bsample \S+(?: \(alert \d\)|-\d)/.test(text);
}

function hit(number: number, of: SampleOf): Variables {
  const message = text(`sample message ${number}`, of);
  return {
    _index: "sample-index",
    _id: `sample-${number}`,
    _source: { "@timestamp": when, message, host: { name: text("sample-host", of) } },
  };
}

function text(words: string, { which, hostile }: SampleOf): string {
  return hostile ? `${words} "quoted" \\ ${which}\nnext line` : `${words}-${which}`;
}

/** Parts of a name with dots: objects that are nested deeper cannot be walked through. */
export const mostParts = 50;

/**
 * The variables with a sample for further names that templates use, where nobody lists what there is: fields of documents, and
 * what is below a listed name.
 */
export function withUsed(variables: Variables, names: readonly string[], of: SampleOf): Variables {
  const all = structuredClone(variables);
  for (const name of names.filter((one) => one.split(".").length <= mostParts))
    put(all, name.split("."), text(`sample ${name.split(".").at(-1)}`, of));
  return all;
}

function put(into: unknown, [key = "", ...rest]: readonly string[], value: string): void {
  if (key === "__proto__" || into === null || typeof into !== "object") return;
  const at: unknown = Reflect.get(into, key);
  if (rest.length === 0) {
    if (at === undefined || !Object.hasOwn(into, key)) Reflect.set(into, key, value);
    return;
  }
  const below = Array.isArray(at) || isPlainObject(at) ? at : {};
  if (below !== at) Reflect.set(into, key, below);
  put(below, rest, value);
}
