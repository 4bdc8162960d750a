type Dict = Record<string, unknown>;

/** A realistic connector, with every secret that its authentication method can have. */
export interface Stored {
  type: string;
  way: string;
  config: Dict;
  secrets: Dict;
  /** One key that a person may want to change, and nothing else. */
  patch: Dict;
  /** The method's own credentials: without them Kibana would refuse the update, or forget them. */
  required: string[];
  /** Other secrets that may be stored, and that Kibana forgets silently. */
  possible: string[];
}

const url = "https://hooks.example.com/kibana";
const headers = { secretHeaders: { "X-Api-Key": "stored-header-value" } };
const pem = "-----BEGIN CERTIFICATE-----\nc3RvcmVk\n-----END CERTIFICATE-----";
const key = "-----BEGIN PRIVATE KEY-----\nc3RvcmVk\n-----END PRIVATE KEY-----";
const container = Buffer.from([0x30, 0x82, 0x01, 0x00, ...Array.from({ length: 256 }, (_, n) => n)]).toString("base64");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const llm = { apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" };
const serviceNow = { apiUrl: "https://instance.service-now.com" };
const serviceNowOauth = { isOAuth: true, clientId: "id", userIdentifierValue: "u", jwtKeyId: "k" };
const cases = {
  createIncidentUrl: "https://cm.example.com/api/issue",
  createIncidentJson: '{"title":{{{case.title}}}}',
  createIncidentResponseKey: "id",
  getIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  getIncidentResponseExternalTitleKey: "key",
  viewIncidentUrl: "https://cm.example.com/browse/{{{external.system.title}}}",
  updateIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  updateIncidentJson: '{"title":{{{case.title}}}}',
};

const one = (type: string, way: string, config: Dict, secrets: Dict, patch: Dict, more: Partial<Stored> = {}): Stored => ({
  type,
  way,
  config,
  secrets,
  patch,
  required: Object.keys(secrets),
  possible: [],
  ...more,
});

/** .webhook, .cases-webhook and .http: secret headers may be stored with every method. */
function family(type: string, base: Dict, patch: Dict, { oauth = true, beside = [] as string[], sslPassword = true } = {}): Stored[] {
  const also = (way: string, config: Dict, secrets: Dict, more: string[] = []) =>
    one(type, way, { ...base, ...config }, { ...secrets, ...headers }, patch, {
      required: Object.keys(secrets).filter((field) => !more.includes(field)),
      possible: [...more, "secretHeaders", ...beside],
    });
  const ssl = { hasAuth: true, authType: "webhook-authentication-ssl" };
  const password = sslPassword ? ["password"] : [];
  return [
    also("none", { hasAuth: false }, {}),
    also("basic", { hasAuth: true, authType: "webhook-authentication-basic" }, { user: "kibana", password: "stored-password" }),
    also("ssl-crt-key", { ...ssl, certType: "ssl-crt-key" }, { crt: base64(pem), key: base64(key), password: "stored-password" }, password),
    also("ssl-pfx", { ...ssl, certType: "ssl-pfx" }, { pfx: container, password: "stored-password" }, password),
    ...(oauth
      ? [
          also(
            "oauth2",
            {
              hasAuth: true,
              authType: "webhook-oauth2-client-credentials",
              accessTokenUrl: "https://login.example.com/token",
              clientId: "id",
            },
            { clientSecret: "stored-client-secret" },
          ),
        ]
      : []),
  ];
}

/** Every type that can be created, with each authentication method. Written from reference/connector-types.md, not from the code. */
export const stored: readonly Stored[] = [
  one(".index", "none", { index: "audit", refresh: false, executionTimeField: "at" }, {}, { index: "audit-2" }),
  one(".server-log", "none", {}, {}, {}),
  one(".slack", "webhook URL", {}, { webhookUrl: "https://hooks.slack.com/services/T0/B0/stored" }, {}),
  one(".teams", "webhook URL", {}, { webhookUrl: "https://example.webhook.office.com/stored" }, {}),
  one(".slack_api", "token", { allowedChannels: [{ name: "#alerts" }] }, { token: "xoxb-stored" }, { allowedChannels: [{ name: "#ops" }] }),
  one(
    ".pagerduty",
    "routing key",
    { apiUrl: null },
    { routingKey: "stored-key" },
    { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" },
  ),
  one(
    ".email",
    "basic",
    { service: "other", host: "smtp.example.com", port: 587, secure: false, from: "k@example.com", hasAuth: true },
    { user: "kibana", password: "stored-password" },
    { from: "alerts@example.com" },
  ),
  one(
    ".email",
    "none",
    { service: "other", host: "smtp.example.com", port: 587, secure: false, from: "k@example.com", hasAuth: false },
    { user: "kibana", password: "stored-password" },
    { from: "alerts@example.com" },
    { required: [], possible: ["user", "password"] },
  ),
  one(
    ".email",
    "exchange",
    { service: "exchange_server", from: "k@example.com", clientId: "c", tenantId: "t", hasAuth: true },
    { clientSecret: "stored-client-secret" },
    { from: "alerts@example.com" },
  ),
  ...family(".webhook", { url, method: "post" }, { method: "put" }),
  ...family(".cases-webhook", cases, { createIncidentResponseKey: "key" }, { oauth: false }),
  ...family(".http", { url }, { url: `${url}/2` }, { beside: ["proxyUsername", "proxyPassword"] }),
  one(
    ".http",
    "query",
    { url, hasAuth: true, authType: "http-authentication-query-param" },
    { secretQueryParams: { sig: "stored" }, ...headers },
    { url: `${url}/2` },
    { required: ["secretQueryParams"], possible: ["secretHeaders", "proxyUsername", "proxyPassword"] },
  ),
  one(
    ".bedrock",
    "access key",
    { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" },
    { accessKey: "stored", secret: "stored" },
    { defaultModel: "m" },
  ),
  one(
    ".gemini",
    "service account",
    { apiUrl: "https://us-central1-aiplatform.googleapis.com", gcpRegion: "us-central1", gcpProjectID: "my-project" },
    { credentialsJson: '{"client_email":"a@example.com","private_key":"stored"}' },
    { gcpRegion: "europe-west1" },
  ),
  one(
    ".gen-ai",
    "API key",
    { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" },
    { apiKey: "stored" },
    { defaultModel: "gpt-2" },
    { required: [], possible: ["apiKey", "certificateData", "privateKeyData", "caData"] },
  ),
  one(
    ".gen-ai",
    "certificate",
    { apiProvider: "Other", ...llm },
    { certificateData: base64(pem), privateKeyData: base64(pem.replaceAll("CERTIFICATE", "PRIVATE KEY")), caData: base64(pem) },
    { defaultModel: "n" },
    { required: [], possible: ["apiKey", "certificateData", "privateKeyData", "caData"] },
  ),
  one(
    ".inference",
    "provider",
    { provider: "openai", taskType: "chat_completion", inferenceId: "openai-x", providerConfig: { model_id: "gpt" } },
    { providerSecrets: { api_key: "stored" } },
    { providerConfig: { model_id: "gpt-2" } },
    { required: [], possible: ["providerSecrets"] },
  ),
  one(
    ".mcp",
    "bearer",
    { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "bearer" },
    { token: "stored", ...headers },
    { serverUrl: "https://mcp.example.com/2" },
    { required: ["token"], possible: ["secretHeaders"] },
  ),
  one(
    ".mcp",
    "API key",
    { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "apiKey" },
    { apiKey: "stored" },
    { serverUrl: "https://mcp.example.com/2" },
    { possible: ["secretHeaders"] },
  ),
  one(
    ".mcp",
    "basic",
    { serverUrl: "https://mcp.example.com/mcp", hasAuth: true, authType: "basic" },
    { user: "u", password: "stored" },
    { serverUrl: "https://mcp.example.com/2" },
    { possible: ["secretHeaders"] },
  ),
  one(
    ".mcp",
    "none",
    { serverUrl: "https://mcp.example.com/mcp", hasAuth: false },
    { ...headers },
    { serverUrl: "https://mcp.example.com/2" },
    { required: [], possible: ["secretHeaders"] },
  ),
  one(
    ".jira",
    "API token",
    { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
    { email: "a", apiToken: "stored" },
    { projectKey: "DEV" },
  ),
  one(
    ".jira-service-management",
    "API key",
    { apiUrl: "https://api.atlassian.com" },
    { apiKey: "stored" },
    { apiUrl: "https://api.example.com" },
  ),
  one(".opsgenie", "API key", { apiUrl: "https://api.opsgenie.com" }, { apiKey: "stored" }, { apiUrl: "https://api.eu.opsgenie.com" }),
  one(
    ".resilient",
    "API key",
    { apiUrl: "https://resilient.example.com", orgId: "201" },
    { apiKeyId: "stored", apiKeySecret: "stored" },
    { orgId: "202" },
  ),
  ...[".servicenow", ".servicenow-sir"].flatMap((type) => [
    one(
      type,
      "basic",
      { ...serviceNow, usesTableApi: false, isOAuth: false },
      { username: "kibana", password: "stored" },
      { usesTableApi: true },
    ),
    one(
      type,
      "oauth",
      { ...serviceNow, usesTableApi: false, ...serviceNowOauth },
      { clientSecret: "stored", privateKey: pem, privateKeyPassword: "stored" },
      { usesTableApi: true },
      { required: ["clientSecret", "privateKey"], possible: ["privateKeyPassword"] },
    ),
  ]),
  one(
    ".servicenow-itom",
    "basic",
    { ...serviceNow, isOAuth: false },
    { username: "kibana", password: "stored" },
    { apiUrl: "https://b.service-now.com" },
  ),
  one(
    ".servicenow-itom",
    "oauth",
    { ...serviceNow, ...serviceNowOauth },
    { clientSecret: "stored", privateKey: pem, privateKeyPassword: "stored" },
    { jwtKeyId: "k2" },
    { required: ["clientSecret", "privateKey"], possible: ["privateKeyPassword"] },
  ),
  one(
    ".swimlane",
    "API token",
    {
      apiUrl: "https://swimlane.example.com",
      appId: "APP",
      connectorType: "all",
      mappings: { alertIdConfig: { id: "a1", key: "alert-id", name: "Alert ID", fieldType: "text" } },
    },
    { apiToken: "stored" },
    { appId: "APP2" },
  ),
  one(".thehive", "API key", { url: "https://thehive.example.com", organisation: "org" }, { apiKey: "stored" }, { organisation: "other" }),
  one(
    ".tines",
    "token",
    { url: "https://tenant.tines.com" },
    { email: "a@example.com", token: "stored" },
    { url: "https://other.tines.com" },
  ),
  one(
    ".torq",
    "token",
    { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID" },
    { token: "stored" },
    {
      webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID2",
    },
  ),
  one(
    ".xmatters",
    "basic",
    { configUrl: "https://example.xmatters.com/api/triggers", usesBasic: true },
    { user: "u", password: "stored" },
    { configUrl: "https://example.xmatters.com/api/other" },
  ),
  one(".xmatters", "URL", { usesBasic: false }, { secretsUrl: "https://example.xmatters.com/stored?apiKey=x" }, {}),
  one(
    ".xsoar",
    "API key",
    { url: "https://xsoar.example.com" },
    { apiKey: "stored", apiKeyID: "stored" },
    { url: "https://x2.example.com" },
    {
      required: ["apiKey"],
      possible: ["apiKeyID"],
    },
  ),
  one(
    ".crowdstrike",
    "API client",
    { url: "https://api.crowdstrike.com" },
    { clientId: "stored", clientSecret: "stored" },
    { url: "https://api.eu-1.crowdstrike.com" },
  ),
  one(".d3security", "token", { url: "https://d3.example.com/alert" }, { token: "stored" }, { url: "https://d3.example.com/other" }),
  one(
    ".sentinelone",
    "API token",
    { url: "https://tenant.sentinelone.net" },
    { token: "stored" },
    { url: "https://other.sentinelone.net" },
  ),
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
    { clientSecret: "stored" },
    { apiUrl: "https://api-eu.securitycenter.windows.com" },
  ),
];
