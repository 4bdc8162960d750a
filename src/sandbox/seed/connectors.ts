import type { Connector, Dict } from "../types.ts";

const noSecrets = { user: null, password: null, crt: null, key: null, pfx: null, clientSecret: null, secretHeaders: null };
const jira = (projectKey: string) => ({ apiUrl: "https://example.atlassian.net", projectKey });
const slackUrl = (path: string) => ({ webhookUrl: `https://hooks.slack.com/services/T0SEED/${path}` });
const auditIndex = { index: "alert-audit", refresh: false, executionTimeField: "@timestamp" };
const bearer = { Authorization: "Bearer seed-7f3c9a1e5b2d4c6f8a0b" };
const oldServiceNow = { apiUrl: "https://example.service-now.com", isOAuth: false, usesTableApi: true };
const serviceNowLogin = { username: "kibana", password: "seed-servicenow-password" };
const opsgenie = { apiUrl: "https://api.opsgenie.com" };
const settlement = "https://hooks.example.org/settlement?token=seed-4b1d8c2f9e";
const routingKey = (team: string) => ({ routingKey: `seed-routing-key-${team}` });
const webhook = (url: string, headers: Dict | null = null) => ({ url, method: "post", headers, hasAuth: false, authType: null });

/** Each is something that an audit should find, or should not complain about. No secret is real. */
export const seedConnectors: readonly Connector[] = [
  // Used by several rules, and by a queued run.
  saved("ops-pagerduty", "default", ".pagerduty", "Ops PagerDuty", { apiUrl: null }, { routingKey: "seed-routing-key-ops" }),
  // The same name twice; the second is unused, and Slack no longer accepts its URL.
  saved("ops-slack", "default", ".slack", "Ops Slack", {}, slackUrl("B0OPS/seed-ops")),
  saved("ops-slack-2", "default", ".slack", "Ops Slack", {}, slackUrl("B0OLD/revoked-last-year")),
  saved("alert-audit-index", "default", ".index", "Alert audit log", auditIndex, {}),
  // A credential readable in config: everybody who may list connectors can read it.
  saved("deploy-hook", "default", ".webhook", "Deploy hook", webhook("https://deploy.example.com/hooks/kibana", bearer), noSecrets),
  // Used only by a rule that is disabled.
  saved("batch-jira", "default", ".jira", "Batch Jira", jira("BATCH"), { email: "jira@example.com", apiToken: "seed-jira-token" }),
  // Came from an import, which never carries secrets.
  { ...saved("imported-pagerduty", "default", ".pagerduty", "PagerDuty (imported)", { apiUrl: null }, {}), missingSecrets: true },
  // Still on ServiceNow's old table API; only a case refers to it.
  saved("servicenow-itsm", "default", ".servicenow", "ServiceNow ITSM", oldServiceNow, serviceNowLogin),
  saved("kibana-log", "default", ".server-log", "Kibana log", {}, {}),
  saved("payments-pagerduty", "team-payments", ".pagerduty", "Payments PagerDuty", { apiUrl: null }, routingKey("payments")),
  saved("payments-opsgenie", "team-payments", ".opsgenie", "Payments Opsgenie", opsgenie, { apiKey: "seed-opsgenie-key" }),
  // A token in the query string: that is its authentication.
  saved("settlement-hook", "team-payments", ".webhook", "Settlement hook", webhook(settlement), noSecrets),
  // A case pushes to it as well.
  saved("soc-jira", "security", ".jira", "SOC Jira", jira("SOC"), { email: "soc@example.com", apiToken: "seed-soc-jira-token" }),
  saved("soc-slack", "security", ".slack", "SOC Slack", {}, slackUrl("B0SOC/seed-soc")),
];

/** No rule uses it: a workflow does. */
export const onlyForWorkflows = saved(
  "payments-on-call",
  "team-payments",
  ".slack",
  "Payments on-call",
  {},
  slackUrl("B0PAY/seed-on-call"),
);

/** Has the name of another space's, and an index of its own. */
export const copyInPayments = saved(
  "payments-audit-index",
  "team-payments",
  ".index",
  "Alert audit log",
  { ...auditIndex, index: "alert-audit-2025" },
  {},
);

function saved(id: string, space: string, type: string, name: string, config: Dict, secrets: Dict): Connector {
  return { id, space, type, name, config, secrets, missingSecrets: false };
}
