import { closedPort } from "../fixtures.ts";

const url = closedPort.slice(0, -1);
const login = { username: "contract", password: "s3cr3t-of-the-contract" };
const caseUrl = `${url}/{{{external.system.id}}}`;

/** A connector of each type that these cases run: all it sends goes to a port that nobody listens on. */
export const ofType = {
  ".opsgenie": { config: { apiUrl: url }, secrets: { apiKey: "k" } },
  ".tines": { config: { url }, secrets: { email: "e", token: "t" } },
  ".resilient": { config: { apiUrl: url, orgId: "201" }, secrets: { apiKeyId: "k", apiKeySecret: "s" } },
  ".d3security": { config: { url }, secrets: { token: "t" } },
  ".bedrock": { config: { apiUrl: url, defaultModel: "m" }, secrets: { accessKey: "k", secret: "s" } },
  ".gen-ai": { config: { apiProvider: "OpenAI", apiUrl: url, defaultModel: "m" }, secrets: { apiKey: "k" } },
  ".gemini": { config: { apiUrl: url, gcpRegion: "r", gcpProjectID: "p", defaultModel: "m" }, secrets: { credentialsJson: "{}" } },
  ".jira": { config: { apiUrl: url, projectKey: "CT" }, secrets: { email: "e", apiToken: "t" } },
  ".servicenow": { config: { apiUrl: url, isOAuth: false, usesTableApi: false }, secrets: login },
  ".servicenow-sir": { config: { apiUrl: url, isOAuth: false, usesTableApi: false }, secrets: login },
  ".servicenow-itom": { config: { apiUrl: url, isOAuth: false }, secrets: login },
  ".swimlane": { config: { apiUrl: url, appId: "a", connectorType: "all", mappings: {} }, secrets: { apiToken: "t" } },
  ".torq": { config: { webhookIntegrationUrl: "http://localhost:2/" }, secrets: { token: "t" } },
  ".xmatters": { config: { configUrl: closedPort, usesBasic: true }, secrets: { user: "u", password: "p" } },
  ".slack": { config: {}, secrets: { webhookUrl: closedPort } },
  ".slack_api": { config: {}, secrets: { token: "xoxb-contract" } },
  ".teams": { config: {}, secrets: { webhookUrl: closedPort } },
  ".webhook": { config: { url: closedPort, hasAuth: false }, secrets: {} },
  ".pagerduty": { config: { apiUrl: closedPort }, secrets: { routingKey: "k" } },
  ".email": { config: { service: "__json", from: "bob@example.com", hasAuth: false }, secrets: {} },
  ".cases-webhook": {
    config: {
      createIncidentUrl: url,
      createIncidentJson: '{"title":{{{case.title}}}}',
      createIncidentResponseKey: "id",
      getIncidentUrl: caseUrl,
      getIncidentResponseExternalTitleKey: "title",
      viewIncidentUrl: caseUrl,
      updateIncidentUrl: caseUrl,
      updateIncidentJson: '{"title":{{{case.title}}}}',
      createCommentUrl: `${caseUrl}/comments`,
      createCommentJson: '{"body":{{{case.comment}}}}',
    },
    secrets: { user: login.username, password: login.password },
  },
} satisfies Record<string, { config: Record<string, unknown>; secrets: Record<string, unknown> }>;

export type TypeName = keyof typeof ofType;
