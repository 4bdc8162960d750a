import { isTimestamp } from "../../../catalog/shared/timestamp.ts";
import type { Dict } from "../../types.ts";
import { emailConfig, emailConnector, emailParams } from "./email.ts";
import { extraFieldsMisfits } from "./extra-fields.ts";
import { geminiSecrets, genAiSecrets, modelConfig } from "./llm.ts";
import { pagerdutyConfig, torqConfig, webhookUrl, xmattersConfig, xmattersConnector, xmattersSecrets } from "./messages.ts";
import type { Misfit, TypeRules } from "./rule.ts";
import { serviceNow } from "./servicenow.ts";
import { casesWebhookConfig, casesWebhookConnector, oneGroupOfCredentials, webhookConfig } from "./webhooks.ts";

/** What Kibana checks beyond the shape; sources: stack_connectors/server/connector_types/{type}. */
export const typeRules: Readonly<Record<string, TypeRules>> = {
  ".slack": { check: { secrets: webhookUrl("slack") } },
  ".slack_api": { refine: { params: slackMisfits } },
  ".teams": { check: { secrets: webhookUrl("teams") } },
  ".webhook": { check: { config: webhookConfig("webhook") }, refine: { secrets: oneGroupOfCredentials } },
  ".http": { check: { config: webhookConfig("http") }, refine: { secrets: oneGroupOfCredentials } },
  ".cases-webhook": {
    check: { config: casesWebhookConfig },
    refine: { secrets: oneGroupOfCredentials },
    connector: casesWebhookConnector,
    plainUnion: true,
  },
  ".pagerduty": { check: { config: pagerdutyConfig }, refine: { params: pagerdutyMisfits } },
  ".email": { check: { config: emailConfig, params: emailParams }, connector: emailConnector },
  ".index": { refine: { params: indexMisfits } },
  ".jira": {
    refine: { params: jiraMisfits },
    subActions: ["getFields", "getIncident", "handshake", "pushToService", "issueTypes", "fieldsByIssueType", "issues", "issue"],
  },
  ".servicenow": serviceNow,
  ".servicenow-sir": serviceNow,
  ".servicenow-itom": serviceNow,
  ".torq": { check: { config: torqConfig } },
  ".xmatters": { check: { config: xmattersConfig, secrets: xmattersSecrets }, connector: xmattersConnector },
  ".bedrock": { check: { config: modelConfig("Amazon Bedrock") }, refine: { params: bedrockMisfits } },
  ".gemini": { check: { config: modelConfig("Google Gemini"), secrets: geminiSecrets } },
  ".gen-ai": { check: { config: modelConfig("OpenAI"), secrets: genAiSecrets } },
  ".opsgenie": { refine: { params: alertMisfits } },
  ".jira-service-management": { refine: { params: alertMisfits } },
  ".resilient": { refine: { params: resilientMisfits } },
};

function pagerdutyMisfits({ timestamp, eventAction, dedupKey }: Dict): Misfit[] {
  if (typeof timestamp === "string" && !isTimestamp(timestamp)) return [{ path: [], message: `error parsing timestamp "${timestamp}"` }];
  const needsKey = eventAction === "resolve" || eventAction === "acknowledge";
  return needsKey && !dedupKey ? [{ path: [], message: `DedupKey is required when eventAction is "${eventAction}"` }] : [];
}

function indexMisfits({ indexOverride }: Dict): Misfit[] {
  const prefix = "kibana-alert-history-";
  if (typeof indexOverride !== "string" || indexOverride.startsWith(prefix)) return [];
  return [{ path: ["indexOverride"], message: `index must start with "${prefix}"` }];
}

function slackMisfits({ subAction, subActionParams }: Dict): Misfit[] {
  if (subAction !== "postBlockkit") return [];
  const message = blocksProblem(String(Object(subActionParams).text));
  return message ? [{ path: ["subActionParams", "text"], message }] : [];
}

function blocksProblem(text: string): string | undefined {
  try {
    return Object.hasOwn(Object(JSON.parse(text)), "blocks") ? undefined : 'block kit body must contain field "blocks"';
  } catch (error) {
    return `block kit body is not valid JSON - ${error instanceof Error ? error.message : String(error)}`;
  }
}

function jiraMisfits({ subActionParams }: Dict): Misfit[] {
  const { labels, otherFields } = Object(Object(subActionParams).incident);
  const spaced = (Array.isArray(labels) ? labels : []).map((label, at) => ({ label: String(label), at }));
  const own = ["summary", "description", "externalId", "issueType", "priority", "labels", "parent", "otherFields"];
  return [
    ...spaced
      .filter(({ label }) => /\s/.test(label))
      .map(({ label, at }) => ({
        path: ["subActionParams", "incident", "labels", at],
        message: `The label ${label} cannot contain spaces`,
      })),
    ...extraFieldsMisfits("otherFields", otherFields, own),
  ];
}

function resilientMisfits({ subActionParams }: Dict): Misfit[] {
  const own = ["name", "description", "externalId", "incidentTypes", "severityCode", "additionalFields"];
  return extraFieldsMisfits("additionalFields", Object(Object(subActionParams).incident).additionalFields, own, 50);
}

function alertMisfits({ subActionParams }: Dict): Misfit[] {
  const { message } = Object(subActionParams);
  if (typeof message !== "string" || message.trim() !== "") return [];
  return [{ path: ["subActionParams", "message"], message: "must be populated with a value other than just whitespace" }];
}

function bedrockMisfits({ subActionParams }: Dict): Misfit[] {
  const { messages } = Object(subActionParams);
  return (Array.isArray(messages) ? messages : []).flatMap((one, at) => {
    const given = ["content", "rawContent"].filter((field) => Object(one)[field] !== undefined);
    const message =
      given.length === 0 ? "Must specify either content or rawContent" : "content and rawContent can not be used at the same time";
    return given.length === 1 ? [] : [{ path: ["subActionParams", "messages", at], message }];
  });
}
