/** A connector of each type that rules send through, as a sandbox takes it. */
export const rehearsedConnectors: Readonly<Record<string, Record<string, unknown>>> = {
  slack: { connector_type_id: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/T0/B0/x" } },
  channels: {
    connector_type_id: ".slack_api",
    config: { allowedChannels: [{ name: "#alerts", id: "C0000000001" }] },
    secrets: { token: "xoxb-1-abc" },
  },
  mail: {
    connector_type_id: ".email",
    config: { service: "other", host: "smtp.example.com", port: 587, secure: false, from: "kibana@example.com", hasAuth: true },
    secrets: { user: "u", password: "p" },
  },
  hook: {
    connector_type_id: ".webhook",
    config: {
      url: "https://hooks.internal.example/a",
      method: "post",
      hasAuth: false,
      authType: null,
      headers: { "Content-Type": "application/json" },
    },
    secrets: {},
  },
  plain: {
    connector_type_id: ".webhook",
    config: { url: "https://hooks.internal.example/b", method: "post", hasAuth: false, authType: null },
    secrets: {},
  },
  pager: { connector_type_id: ".pagerduty", config: {}, secrets: { routingKey: "r" } },
  genie: { connector_type_id: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } },
  jsm: { connector_type_id: ".jira-service-management", config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "k" } },
  snow: {
    connector_type_id: ".servicenow",
    config: { apiUrl: "https://x.service-now.com", isOAuth: false, usesTableApi: false },
    secrets: { username: "u", password: "p" },
  },
  itom: {
    connector_type_id: ".servicenow-itom",
    config: { apiUrl: "https://x.service-now.com", isOAuth: false },
    secrets: { username: "u", password: "p" },
  },
  sir: {
    connector_type_id: ".servicenow-sir",
    config: { apiUrl: "https://x.service-now.com", isOAuth: false, usesTableApi: false },
    secrets: { username: "u", password: "p" },
  },
  jira: {
    connector_type_id: ".jira",
    config: { apiUrl: "https://x.atlassian.net", projectKey: "OPS" },
    secrets: { email: "a@example.com", apiToken: "t" },
  },
  teams: { connector_type_id: ".teams", secrets: { webhookUrl: "https://x.logic.azure.com/a" } },
  torq: { connector_type_id: ".torq", config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/x" }, secrets: { token: "t" } },
  docs: { connector_type_id: ".index", config: { index: "alerts-out", refresh: false } },
  log: { connector_type_id: ".server-log" },
};
