import type { Params } from "../catalog/connector-type.ts";
import { ToolError } from "../errors.ts";
import type { Workflow } from "./wanted.ts";

/** What a recipe writes about. */
export interface About {
  /** One alert that fires, one that recovered, or all of them at once. */
  role: "active" | "recovered" | "summary";
  /** The group is the rule type's main one, not a milder "warning" or "no data". */
  main: boolean;
  /** The de-duplication key, for types that have one. */
  key: string;
  /** Names that the rule type lists under `context.`. */
  context: readonly string[];
}

interface Recipe {
  /** The first is meant where none is named. */
  workflows: readonly [Workflow, ...Workflow[]];
  /** Each run opens something: on recovery it has to be closed, and not opened again. */
  opens?: true;
  params(about: About): Params;
}

/** One line on what happened, with nothing in it that may be missing. */
function headline({ role, context }: About): string {
  if (role === "summary") return `{{rule.name}}: ${counts}`;
  if (role === "recovered") return "{{rule.name}}: {{alert.id}} recovered";
  if (context.includes("reason")) return "{{rule.name}}: {{context.reason}}";
  return context.includes("title") ? "{{context.title}}" : "{{rule.name}}: {{alert.id}}";
}
const counts = "{{alerts.new.count}} new, {{alerts.ongoing.count}} ongoing, {{alerts.recovered.count}} recovered";

/** What the rule type has to say about it, where that is more than the headline. */
function details({ role, context }: About): string {
  if (role !== "active") return "";
  return context.includes("message") ? "{{context.message}}" : context.includes("conditions") ? "{{context.conditions}}" : "";
}

/** A link to the rule, where Kibana knows its own address. */
const link = "{{#rule.url}}\n{{{rule.url}}}{{/rule.url}}";

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

const text = (about: About) => `${lines(headline(about), details(about))}${link}`;
const slackText = (about: About) => {
  const rest = lines(about.role === "summary" ? counts : headline(about), details(about));
  return `*{{rule.name}}*\n${rest}${link}`;
};
/** Older versions refuse an alert's message of more than 130 characters: what may be long is in the description. */
const short = (about: About) => (about.role === "recovered" ? headline(about) : "{{rule.name}}: {{alert.id}}");
const description = (about: About) => lines(headline(about), details(about));

/** One alert as fields, for logs and for other programs. */
function facts({ role, context }: About): Record<string, string> {
  const rule = { rule_id: "{{rule.id}}", rule_name: "{{rule.name}}", space_id: "{{rule.spaceId}}" };
  if (role === "summary") {
    return { ...rule, new: "{{alerts.new.count}}", ongoing: "{{alerts.ongoing.count}}", recovered: "{{alerts.recovered.count}}" };
  }
  const said = ["reason", "message", "title"].find((name) => context.includes(name));
  return {
    ...rule,
    alert_id: "{{alert.id}}",
    alert_uuid: "{{alert.uuid}}",
    action_group: "{{alert.actionGroup}}",
    status: role,
    ...(said !== undefined && { reason: `{{context.${said}}}` }),
    ...(context.includes("value") && { value: "{{context.value}}" }),
  };
}

const json = (about: About) => JSON.stringify({ ...facts(about), date: "{{date}}" });

const push = (incident: Params): Params => ({ subAction: "pushToService", subActionParams: { incident, comments: [] } });
const createAlert = (about: About): Params => ({
  subAction: "createAlert",
  subActionParams: { message: short(about), alias: about.key, description: description(about) },
});
const serviceNow = (about: About): Params =>
  push({ short_description: headline(about), description: description(about), correlation_id: about.key });

/** Only params that the oldest supported versions know too: Kibana checks them when the rule runs, and nobody sees it. */
const recipes: Readonly<Record<string, Recipe>> = {
  ".pagerduty": {
    workflows: ["on_call"],
    opens: true,
    params: (about) => ({
      eventAction: "trigger",
      dedupKey: about.key,
      severity: about.main ? "critical" : "warning",
      summary: headline(about),
    }),
  },
  ".opsgenie": { workflows: ["on_call"], opens: true, params: createAlert },
  ".jira-service-management": { workflows: ["on_call", "itsm"], opens: true, params: createAlert },
  ".xmatters": {
    workflows: ["on_call"],
    params: (about) => ({
      alertActionGroupName: "{{alert.actionGroupName}}",
      signalId: about.key,
      ruleName: "{{rule.name}}",
      date: "{{date}}",
      spaceId: "{{rule.spaceId}}",
      severity: about.main ? "high" : "medium",
      tags: "{{rule.tags}}",
    }),
  },
  ".servicenow": { workflows: ["itsm"], opens: true, params: serviceNow },
  ".servicenow-sir": { workflows: ["itsm"], opens: true, params: serviceNow },
  ".servicenow-itom": {
    workflows: ["itsm", "on_call"],
    opens: true,
    params: (about) => ({
      subAction: "addEvent",
      subActionParams: {
        source: "Elastic",
        node: "{{alert.id}}",
        resource: "{{rule.name}}",
        severity: about.main ? "1" : "4",
        description: description(about),
        message_key: about.key,
      },
    }),
  },
  ".jira": { workflows: ["itsm"], opens: true, params: (about) => push({ summary: headline(about), description: description(about) }) },
  ".resilient": { workflows: ["itsm"], opens: true, params: (about) => push({ name: headline(about), description: description(about) }) },
  ".thehive": {
    workflows: ["itsm"],
    opens: true,
    params: (about) => ({
      subAction: "createAlert",
      subActionParams: {
        title: headline(about),
        description: description(about),
        type: "alert",
        source: "Elastic",
        sourceRef: about.key,
        severity: about.main ? 3 : 2,
        tlp: 2,
      },
    }),
  },
  ".slack": { workflows: ["chat", "chat_digest"], params: (about) => ({ message: slackText(about) }) },
  ".slack_api": {
    workflows: ["chat", "chat_digest"],
    params: (about) => ({ subAction: "postMessage", subActionParams: { text: slackText(about) } }),
  },
  ".teams": { workflows: ["chat", "chat_digest"], params: (about) => ({ message: text(about) }) },
  ".email": { workflows: ["email"], params: (about) => ({ subject: headline(about), message: text(about) }) },
  ".index": { workflows: ["audit_log"], params: (about) => ({ documents: [{ "@timestamp": "{{date}}", ...facts(about) }] }) },
  ".server-log": { workflows: ["audit_log"], params: (about) => ({ level: "info", message: headline(about) }) },
  ".webhook": { workflows: ["webhook"], params: (about) => ({ body: json(about) }) },
  ".torq": { workflows: ["webhook"], params: (about) => ({ body: json(about) }) },
  ".d3security": {
    workflows: ["itsm", "webhook"],
    params: (about) => ({
      subAction: "run",
      subActionParams: { body: json(about), severity: about.main ? "high" : "medium", eventType: "alert" },
    }),
  },
};

/** The recipe for a connector type; undefined: its params have to be given. */
export function recipeFor(type: string): Recipe | undefined {
  return Object.hasOwn(recipes, type) ? recipes[type] : undefined;
}

/**
 * What an action of this type is for: what was asked for, or what the type is there for.
 * @throws ToolError invalid_arguments with the workflows that fit
 */
export function workflowFor(type: string, asked: Workflow | undefined): Workflow | undefined {
  const fitting = recipeFor(type)?.workflows;
  if (asked === undefined) return fitting?.[0];
  if (fitting?.includes(asked)) return asked;
  throw new ToolError(
    "invalid_arguments",
    `The workflow ${asked} does not fit connectors of type ${type}.`,
    fitting ? `These do: ${fitting.join(", ")}.` : "Leave workflow out and give the params.",
    { workflows: fitting ?? [] },
  );
}
