import type { Service } from "../conversation.ts";
import { jiraServiceManagement, opsgenie } from "./alerts.ts";
import { casesWebhook } from "./cases-webhook.ts";
import { crowdStrike, defenderEndpoint, sentinelOne } from "./endpoints.ts";
import { d3, teams, torq, xmatters, xsoar } from "./events.ts";
import { httpRequest, webhook } from "./http-request.ts";
import { jira } from "./jira.ts";
import { mcp } from "./mcp.ts";
import { bedrock, gemini, openAi } from "./models.ts";
import { pagerduty, slack } from "./pages.ts";
import { resilient } from "./resilient.ts";
import { serviceNow, serviceNowEvents, serviceNowSecOps } from "./servicenow.ts";
import { swimlane } from "./swimlane.ts";
import { theHive } from "./thehive.ts";
import { tines } from "./tines.ts";

/** What types send, by type and sub-action (`run` for types without). Of one that is absent nothing is sent. */
export const services: Readonly<Record<string, Readonly<Record<string, Service>>>> = {
  ".bedrock": bedrock,
  ".cases-webhook": casesWebhook,
  ".crowdstrike": crowdStrike,
  ".d3security": d3,
  ".gemini": gemini,
  ".gen-ai": openAi,
  ".http": { run: httpRequest },
  ".jira": jira,
  ".jira-service-management": jiraServiceManagement,
  ".mcp": mcp,
  ".microsoft_defender_endpoint": defenderEndpoint,
  ".opsgenie": opsgenie,
  ".pagerduty": { run: pagerduty },
  ".resilient": resilient,
  ".sentinelone": sentinelOne,
  ".servicenow": serviceNow,
  ".servicenow-itom": serviceNowEvents,
  ".servicenow-sir": serviceNowSecOps,
  ".slack": { run: slack },
  ".swimlane": swimlane,
  ".teams": { run: teams },
  ".thehive": theHive,
  ".tines": tines,
  ".torq": { run: torq },
  ".webhook": { run: webhook },
  ".xmatters": { run: xmatters },
  ".xsoar": xsoar,
};
