import { AsyncLocalStorage } from "node:async_hooks";
import type { Config, ConnectorType } from "./connector-type.ts";

/** Every type with an entry, by its id. Each is loaded when it is asked for: a start loads none. */
const entries: Readonly<Record<string, () => Promise<ConnectorType>>> = {
  ".bedrock": async () => (await import("./types/bedrock.ts")).bedrock,
  ".cases": async () => (await import("./types/cases.ts")).cases,
  ".cases-webhook": async () => (await import("./types/cases-webhook.ts")).casesWebhook,
  ".crowdstrike": async () => (await import("./types/crowdstrike.ts")).crowdstrike,
  ".d3security": async () => (await import("./types/d3security.ts")).d3security,
  ".email": async () => (await import("./types/email.ts")).email,
  ".gemini": async () => (await import("./types/gemini.ts")).gemini,
  ".gen-ai": async () => (await import("./types/gen-ai.ts")).genAi,
  ".http": async () => (await import("./types/http.ts")).http,
  ".http-system": async () => (await import("./types/http-system.ts")).httpSystem,
  ".index": async () => (await import("./types/index-type.ts")).indexType,
  ".inference": async () => (await import("./types/inference.ts")).inference,
  ".jira": async () => (await import("./types/jira.ts")).jira,
  ".jira-service-management": async () => (await import("./types/jira-service-management.ts")).jiraServiceManagement,
  ".mcp": async () => (await import("./types/mcp.ts")).mcp,
  ".microsoft_defender_endpoint": async () => (await import("./types/microsoft-defender-endpoint.ts")).microsoftDefenderEndpoint,
  ".observability-ai-assistant": async () => (await import("./types/observability-ai-assistant.ts")).observabilityAiAssistant,
  ".opsgenie": async () => (await import("./types/opsgenie.ts")).opsgenie,
  ".pagerduty": async () => (await import("./types/pagerduty.ts")).pagerduty,
  ".resilient": async () => (await import("./types/resilient.ts")).resilient,
  ".sentinelone": async () => (await import("./types/sentinelone.ts")).sentinelone,
  ".server-log": async () => (await import("./types/server-log.ts")).serverLog,
  ".servicenow": async () => (await import("./types/servicenow.ts")).servicenow,
  ".servicenow-itom": async () => (await import("./types/servicenow-itom.ts")).servicenowItom,
  ".servicenow-sir": async () => (await import("./types/servicenow-sir.ts")).servicenowSir,
  ".slack": async () => (await import("./types/slack.ts")).slack,
  ".slack_api": async () => (await import("./types/slack-api.ts")).slackApi,
  ".swimlane": async () => (await import("./types/swimlane.ts")).swimlane,
  ".teams": async () => (await import("./types/teams.ts")).teams,
  ".thehive": async () => (await import("./types/thehive.ts")).thehive,
  ".tines": async () => (await import("./types/tines.ts")).tines,
  ".torq": async () => (await import("./types/torq.ts")).torq,
  ".webhook": async () => (await import("./types/webhook.ts")).webhook,
  ".workflows": async () => (await import("./types/workflows.ts")).workflows,
  ".xmatters": async () => (await import("./types/xmatters.ts")).xmatters,
  ".xsoar": async () => (await import("./types/xsoar.ts")).xsoar,
};

/** Ids of the types with an entry, for those who need no entry. */
export const catalogIds: readonly string[] = Object.keys(entries);

const loaded = new Map<string, Promise<ConnectorType>>();

/** Finds the entry of a type that a deployment describes itself. */
export interface OfferedTypes {
  type(id: string): Promise<ConnectorType | undefined>;
  /** An entry whose hosts the operator may choose, with those that this Kibana says; absent: nobody is asked. */
  asSet?(entry: ConnectorType): Promise<ConnectorType>;
}
const offered = new AsyncLocalStorage<OfferedTypes>();

/** While `work` runs, `connectorType` also knows what its Kibana offers. */
export function withOfferedTypes<T>(types: OfferedTypes, work: () => T): T {
  return offered.run(types, work);
}

/**
 * The entry of a type by its exact id, of the catalogue or else of the Kibana that this call works with; undefined where there is
 * none. The catalogue's is always the same object, its schemas made once; only what the operator chose is put in.
 * @param configs that it is for: in some of them the operator may have chosen the host
 */
export async function connectorType(id: string, ...configs: readonly (Config | undefined)[]): Promise<ConnectorType | undefined> {
  const entry = await catalogType(id);
  const here = offered.getStore();
  if (!entry) return here?.type(id);
  const { operators } = entry;
  return operators && here?.asSet && configs.some((config) => config && operators.mayChoose(config)) ? here.asSet(entry) : entry;
}

/** The entry of the catalogue alone. */
export async function catalogType(id: string): Promise<ConnectorType | undefined> {
  const load = Object.hasOwn(entries, id) ? entries[id] : undefined;
  if (!load) return undefined;
  const entry = loaded.get(id) ?? load().then(withSchemasKept);
  loaded.set(id, entry);
  return entry;
}

function withSchemasKept(entry: ConnectorType): ConnectorType {
  let made: ReturnType<ConnectorType["schemas"]> | undefined;
  return {
    ...entry,
    schemas() {
      made ??= entry.schemas();
      return made;
    },
  };
}

/** All entries of the catalogue. */
export async function connectorTypes(): Promise<ConnectorType[]> {
  return (await Promise.all(catalogIds.map(catalogType))).filter((entry) => entry !== undefined);
}
