import type { Feature, License } from "../catalog/connector-type.ts";
import { connectorTypes } from "../catalog/index.ts";

/** What Kibana lists of a type. */
export interface TypeRow {
  id: string;
  name: string;
  license: License;
  features: readonly string[];
  system: boolean;
}

/** Types without an entry in the catalogue, from reference/connector-types.json. Their config and secrets are not checked. */
const listed: readonly (readonly [id: string, name: string, license: License, features: string, system?: "system"])[] = [
  [".bedrock", "Amazon Bedrock", "enterprise", "GW"],
  [".cases", "Cases", "platinum", "UAS", "system"],
  [".cases-webhook", "Webhook - Case Management", "gold", "C"],
  [".crowdstrike", "CrowdStrike", "enterprise", "E"],
  [".d3security", "D3 Security", "gold", "ASWB"],
  [".gemini", "Google Gemini", "enterprise", "GW"],
  [".gen-ai", "OpenAI", "enterprise", "G"],
  [".http", "HTTP", "gold", "WB"],
  [".http-system", "HTTP", "gold", "WB", "system"],
  [".inference", "AI Connector", "enterprise", "GW"],
  [".jira", "Jira", "gold", "ACUS"],
  [".jira-service-management", "Jira Service Management", "platinum", "AUSWB"],
  [".mcp", "MCP", "enterprise", "GWB"],
  [".microsoft_defender_endpoint", "Microsoft Defender for Endpoint", "enterprise", "E"],
  [".observability-ai-assistant", "Observability AI Assistant", "enterprise", "A", "system"],
  [".opsgenie", "Opsgenie", "platinum", "AUSWB"],
  [".resilient", "IBM Resilient", "platinum", "ACS"],
  [".sentinelone", "Sentinel One", "enterprise", "E"],
  [".servicenow", "ServiceNow ITSM", "platinum", "ACUSW"],
  [".servicenow-itom", "ServiceNow ITOM", "platinum", "ASW"],
  [".servicenow-sir", "ServiceNow SecOps", "platinum", "ACSW"],
  [".slack_api", "Slack API", "gold", "AUSW"],
  [".swimlane", "Swimlane", "gold", "ACSW"],
  [".teams", "Microsoft Teams", "gold", "AUSWB"],
  [".thehive", "TheHive", "platinum", "AUSCW"],
  [".tines", "Tines", "gold", "S"],
  [".torq", "Torq", "gold", "AUS"],
  [".workflows", "Workflows", "gold", "AS", "system"],
  [".xmatters", "xMatters", "gold", "AS"],
  [".xsoar", "XSOAR", "platinum", "S"],
];

const letters: Readonly<Record<string, readonly Feature[]>> = {
  A: ["alerting"],
  B: ["agentBuilder"],
  C: ["cases"],
  E: ["endpointSecurity"],
  G: ["generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground"],
  S: ["siem"],
  U: ["uptime"],
  W: ["workflows"],
};

let rows: Map<string, TypeRow> | undefined;

/** All types by id; the catalogue's own account wins where it has an entry. */
export async function typeRows(): Promise<ReadonlyMap<string, TypeRow>> {
  if (rows) return rows;
  const all: TypeRow[] = listed.map(([id, name, license, features, system]) => ({
    id,
    name,
    license,
    features: [...features].flatMap((letter) => letters[letter] ?? []),
    system: system === "system",
  }));
  const known = await connectorTypes();
  rows = new Map([...all, ...known].map(({ id, name, license, features, system }) => [id, { id, name, license, features, system }]));
  return rows;
}

/** The id of the one connector that Kibana makes for a system type. */
export const systemConnectorId = (type: string) => `system-connector-${type}`;
