import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { alertRecipients, closeAlertEffect, closeAlertParams, createAlertFields, responderKinds } from "../shared/alert-params.ts";
import { urlText } from "../shared/fields.ts";
import { createAlert } from "../shared/recipe.ts";
import { createAlertRendering } from "../shared/rendering.ts";
import { longest } from "../shared/service-limits.ts";
import { subActionParams } from "../shared/sub-actions.ts";
import { toJiraServiceManagement } from "../translations/opsgenie-alerts.ts";

/** reference: .opsgenie; schema opsgenie/schemas/v1.ts, executor opsgenie/connector.ts. */
export const opsgenie: ConnectorType = {
  id: ".opsgenie",
  name: "Opsgenie",
  aliases: ["ops genie", "atlassian opsgenie"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "uptime", "siem", "workflows", "agentBuilder"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({ apiUrl: urlText("https://api.opsgenie.com or https://api.eu.opsgenie.com") }),
    secrets: z.strictObject({ apiKey: z.string().describe("Key of an API integration") }),
    params: subActionParams({
      createAlert: z.strictObject({
        ...createAlertFields(),
        responders: z
          .array(
            z.union([
              z.strictObject({ name: z.string(), type: z.enum(responderKinds) }),
              z.strictObject({ id: z.string(), type: z.enum(responderKinds) }),
              z.strictObject({ username: z.string(), type: z.literal("user") }),
            ]),
          )
          .max(50)
          .optional(),
        visibleTo: z
          .array(
            z.union([
              z.strictObject({ name: z.string(), type: z.literal("team") }),
              z.strictObject({ id: z.string(), type: z.literal("team") }),
              z.strictObject({ id: z.string(), type: z.literal("user") }),
              z.strictObject({ username: z.string(), type: z.literal("user") }),
            ]),
          )
          .max(50)
          .optional(),
      }),
      closeAlert: closeAlertParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: alertRecipients,
  acting: ["params.subActionParams.alias"],
  terraformChanges: { other: true },
  credentials: [{ name: "API key", fields: ["apiKey"] }],
  subActions: { createAlert: { effect: "creates" }, closeAlert: closeAlertEffect },
  rendering: createAlertRendering,
  headlines: ["subActionParams.message"],
  limits: longest("subActionParams.message", 130, "Kibana cuts it to 130 in its newest versions, and older ones refuse it"),
  tests: {
    near_safe: {
      params: { subAction: "closeAlert", subActionParams: { alias: "connector-probe-{unique}" } },
      effect: "Opsgenie receives one close of an alert that does not exist: nothing changes",
      proves: ["Opsgenie takes the request with this key"],
      doesNotProve: ["which team the key belongs to", "that the request was carried out: Opsgenie works later"],
      reliesOn: "Opsgenie ignoring a close of an unknown alias",
    },
    loud: {
      params: {
        subAction: "createAlert",
        subActionParams: { message: "Connector test", alias: "connector-test-{unique}", priority: "P5" },
      },
      effect: "Opens one alert of the lowest priority: may notify responders",
      inGeneral: "Opens one alert: may notify responders",
      proves: ["an alert opens"],
      doesNotProve: ["that the right people are on call"],
      undo: { params: { subAction: "closeAlert", subActionParams: { alias: "connector-test-{unique}" } } },
    },
  },
  noSafeTest: "createAlert and closeAlert are the only sub-actions, and both write.",
  recovery: { params: { subAction: "closeAlert", subActionParams: { alias: "{{rule.id}}-{{alert.id}}" } } },
  dedupField: "alias",
  recipe: { workflows: ["on_call"], opens: true, params: createAlert },
  translations: { ".jira-service-management": toJiraServiceManagement },
  secretTarget: true,
  endOfLife: {
    ...{ what: "Opsgenie with its API", date: "2027-04-05", source: "Atlassian; an organisation that has migrated: after 120 days" },
    ...{ successor: ".jira-service-management", instead: "use .jira-service-management, of Kibana 9.2 and later" },
  },
  traps: [
    "Without alias no alert can be closed by recovery.",
    "Messages over 130 characters are cut in the newest versions and refused in older ones.",
    "An alias over 512 characters is replaced by its hash.",
  ],
  exampleConfig: { apiUrl: "https://api.opsgenie.com" },
  exampleSecrets: ["apiKey"],
};
