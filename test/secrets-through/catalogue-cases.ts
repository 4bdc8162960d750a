import type { Shape } from "./canaries.ts";

/** A connector with every secret of one way to authenticate: by field, or by field and name. */
export interface Case {
  type: string;
  way: string;
  config: Record<string, unknown>;
  secrets: Record<string, Shape | Record<string, Shape>>;
}

const url = "https://hooks.example.com/kibana";
const basic: Case["secrets"] = { user: "text", password: "text" };
const headers = { secretHeaders: { "X-Api-Key": "text", Authorization: "text" } } as const;
const certificate = { crt: "pemFile", key: "pemFile", password: "text" } as const;
const ssl = { hasAuth: true, authType: "webhook-authentication-ssl" };
const oauth = {
  hasAuth: true,
  authType: "webhook-oauth2-client-credentials",
  accessTokenUrl: "https://login.example.com/token",
  clientId: "id",
};
const casesWebhook = {
  createIncidentUrl: "https://cm.example.com/api/issue",
  createIncidentJson: '{"title":{{{case.title}}}}',
  createIncidentResponseKey: "id",
  getIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  getIncidentResponseExternalTitleKey: "key",
  viewIncidentUrl: "https://cm.example.com/browse/{{{external.system.title}}}",
  updateIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  updateIncidentJson: '{"title":{{{case.title}}}}',
};
const openai = { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt-4.1" };
const serviceNow = { apiUrl: "https://instance.service-now.com", usesTableApi: false };
const serviceNowOauth = { isOAuth: true, clientId: "id", userIdentifierValue: "u", jwtKeyId: "k" };
const keyOfServiceNow = { clientSecret: "text", privateKey: "pem", privateKeyPassword: "text" } as const;

/** The webhook family's ways; each has secret headers on top. */
function family(type: string, base: Record<string, unknown>): Case[] {
  return [
    { type, way: "none", config: { ...base, hasAuth: false }, secrets: { ...headers } },
    { type, way: "basic", config: { ...base, hasAuth: true, authType: "webhook-authentication-basic" }, secrets: { ...basic, ...headers } },
    { type, way: "ssl-crt-key", config: { ...base, ...ssl, certType: "ssl-crt-key" }, secrets: { ...certificate, ...headers } },
    { type, way: "ssl-pfx", config: { ...base, ...ssl, certType: "ssl-pfx" }, secrets: { pfx: "base64", password: "text", ...headers } },
    { type, way: "oauth2", config: { ...base, ...oauth }, secrets: { clientSecret: "text", ...headers } },
  ];
}

const one = (type: string, way: string, config: Case["config"], secrets: Case["secrets"]): Case => ({ type, way, config, secrets });

/** Every type that can be created, in each of its ways, with every secret field. Written from connector-types.md, not from the code. */
export const cases: readonly Case[] = [
  one(".bedrock", "access key", { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" }, { accessKey: "text", secret: "text" }),
  ...family(".cases-webhook", casesWebhook).filter(({ way }) => way !== "oauth2"),
  one(".crowdstrike", "API client", { url: "https://api.crowdstrike.com" }, { clientId: "text", clientSecret: "text" }),
  one(".d3security", "token", { url: "https://d3.example.com/alert" }, { token: "text" }),
  one(".email", "basic", { service: "other", host: "smtp.example.com", port: 587, from: "k@example.com", hasAuth: true }, basic),
  one(
    ".email",
    "exchange",
    { service: "exchange_server", from: "k@example.com", clientId: "c", tenantId: "t", hasAuth: true },
    { clientSecret: "text" },
  ),
  one(
    ".gemini",
    "service account",
    { apiUrl: "https://us-central1-aiplatform.googleapis.com", gcpRegion: "us-central1", gcpProjectID: "my-project" },
    { credentialsJson: "json" },
  ),
  one(".gen-ai", "API key", openai, { apiKey: "text" }),
  one(
    ".gen-ai",
    "certificate",
    { apiProvider: "Other", apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" },
    { certificateData: "pem64", privateKeyData: "pem64", caData: "pem64" },
  ),
  ...family(".http", { url }),
  one(
    ".http",
    "query",
    { url, hasAuth: true, authType: "http-authentication-query-param" },
    { secretQueryParams: { key: "text", sig: "text" }, ...headers },
  ),
  one(
    ".http",
    "proxy",
    { url, hasAuth: false, proxyUrl: "https://proxy.example.com", hasProxyAuth: true },
    { proxyUsername: "text", proxyPassword: "text" },
  ),
  one(
    ".inference",
    "provider",
    { provider: "openai", taskType: "chat_completion", inferenceId: "openai-x", providerConfig: { model_id: "gpt-4.1" } },
    { providerSecrets: { api_key: "text" } },
  ),
  one(".jira", "API token", { apiUrl: "https://example.atlassian.net", projectKey: "OPS" }, { email: "text", apiToken: "text" }),
  one(".jira-service-management", "API key", { apiUrl: "https://api.atlassian.com" }, { apiKey: "text" }),
  one(".mcp", "bearer", { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "bearer" }, { token: "text", ...headers }),
  one(".mcp", "API key", { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "apiKey" }, { apiKey: "text" }),
  one(".mcp", "basic", { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "basic" }, basic),
  one(".mcp", "none", { serverUrl: "https://mcp.example.com/mcp", hasAuth: false }, { ...headers }),
  one(
    ".microsoft_defender_endpoint",
    "client secret",
    {
      clientId: "00000000-0000-0000-0000-000000000001",
      tenantId: "00000000-0000-0000-0000-000000000002",
      oAuthServerUrl: "https://login.microsoftonline.com",
      oAuthScope: "https://securitycenter.onmicrosoft.com/windowsatpservice/.default",
      apiUrl: "https://api.securitycenter.windows.com",
    },
    { clientSecret: "text" },
  ),
  one(".opsgenie", "API key", { apiUrl: "https://api.opsgenie.com" }, { apiKey: "text" }),
  one(".pagerduty", "routing key", {}, { routingKey: "text" }),
  one(".resilient", "API key", { apiUrl: "https://resilient.example.com", orgId: "201" }, { apiKeyId: "text", apiKeySecret: "text" }),
  one(".sentinelone", "API token", { url: "https://tenant.sentinelone.net" }, { token: "text" }),
  ...[".servicenow", ".servicenow-sir"].flatMap((type) => [
    one(type, "basic", { ...serviceNow, isOAuth: false }, { username: "text", password: "text" }),
    one(type, "oauth", { ...serviceNow, ...serviceNowOauth }, keyOfServiceNow),
  ]),
  one(".servicenow-itom", "basic", { apiUrl: serviceNow.apiUrl, isOAuth: false }, { username: "text", password: "text" }),
  one(".servicenow-itom", "oauth", { apiUrl: serviceNow.apiUrl, ...serviceNowOauth }, keyOfServiceNow),
  one(".slack", "webhook", {}, { webhookUrl: "url" }),
  one(".slack_api", "bot token", { allowedChannels: [{ name: "#alerts" }] }, { token: "text" }),
  one(
    ".swimlane",
    "API token",
    {
      apiUrl: "https://swimlane.example.com",
      appId: "APP_ID",
      connectorType: "alerts",
      mappings: {
        alertIdConfig: { id: "a1", key: "alert-id", name: "Alert ID", fieldType: "text" },
        ruleNameConfig: null,
        caseIdConfig: null,
        caseNameConfig: null,
        commentsConfig: null,
        severityConfig: null,
        descriptionConfig: null,
      },
    },
    { apiToken: "text" },
  ),
  one(".teams", "webhook", {}, { webhookUrl: "url" }),
  one(".thehive", "API key", { url: "https://thehive.example.com", organisation: "org" }, { apiKey: "text" }),
  one(".tines", "token", { url: "https://tenant.tines.com" }, { email: "text", token: "text" }),
  one(".torq", "token", { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID" }, { token: "text" }),
  ...family(".webhook", { url, method: "post" }),
  one(".xmatters", "basic", { configUrl: "https://example.xmatters.com/api/triggers", usesBasic: true }, basic),
  one(".xmatters", "url", { usesBasic: false }, { secretsUrl: "url" }),
  one(".xsoar", "API key", { url: "https://xsoar.example.com" }, { apiKey: "text", apiKeyID: "text" }),
];

/** Types that hold no secret. */
export const withoutSecrets = [".index", ".server-log"];
