import type { Params } from "../connector-type.ts";

/** What an action is for; each needs other params and another frequency. */
export const workflows = ["itsm", "on_call", "chat", "chat_digest", "email", "audit_log", "webhook"] as const;
export type Workflow = (typeof workflows)[number];

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

/** What an action of the type writes. Only params that the oldest supported versions know too: Kibana checks them when the rule runs, and nobody sees it. */
export interface Recipe {
  /** The first is meant where none is named. */
  workflows: readonly [Workflow, ...Workflow[]];
  /** Each run opens something: on recovery it has to be closed, and not opened again. */
  opens?: true;
  params(about: About): Params;
}

/** One line on what happened, with nothing in it that may be missing. */
export function headline({ role, context }: About): string {
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

export const text = (about: About) => `${lines(headline(about), details(about))}${link}`;
export const slackText = (about: About) => {
  // The name of the rule stands above it.
  const rest = lines(headline(about).replace(/^\{\{rule\.name\}\}: /, ""), details(about));
  return `*{{rule.name}}*\n${rest}${link}`;
};
/** Older versions refuse an alert's message of more than 130 characters: what may be long is in the description. */
const short = (about: About) => (about.role === "active" ? "{{rule.name}}: {{alert.id}}" : headline(about));
export const description = (about: About) => lines(headline(about), details(about));

/** One alert as fields, for logs and for other programs. */
export function facts({ role, context }: About): Record<string, string> {
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

export const json = (about: About) => JSON.stringify({ ...facts(about), date: "{{date}}" });

export const push = (incident: Params): Params => ({ subAction: "pushToService", subActionParams: { incident, comments: [] } });
export const createAlert = (about: About): Params => ({
  subAction: "createAlert",
  subActionParams: { message: short(about), alias: about.key, description: description(about) },
});
export const serviceNow = (about: About): Params =>
  push({ short_description: headline(about), description: description(about), correlation_id: about.key });
