import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { alertRecipients, closeAlertEffect, closeAlertParams, createAlertFields, responderKinds } from "../shared/alert-params.ts";
import { urlText } from "../shared/fields.ts";
import { createAlert } from "../shared/recipe.ts";
import { createAlertRendering } from "../shared/rendering.ts";
import { longest } from "../shared/service-limits.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** reference: .jira-service-management; schema jira-service-management/schemas/v1.ts, executor jira-service-management/connector.ts. */
export const jiraServiceManagement: ConnectorType = {
  id: ".jira-service-management",
  name: "Jira Service Management",
  aliases: ["jsm", "jira service desk"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "uptime", "siem", "workflows", "agentBuilder"],
  status: "ga",
  system: false,
  since: "9.2",
  schemas: () => ({
    config: z.strictObject({ apiUrl: urlText("Normally https://api.atlassian.com; its path is replaced") }),
    secrets: z.strictObject({ apiKey: z.string().describe("Key of an integration") }),
    params: subActionParams({
      createAlert: z.strictObject({
        ...createAlertFields(),
        responders: z
          .array(z.strictObject({ id: z.string(), type: z.enum(responderKinds) }))
          .max(50)
          .optional(),
        visibleTo: z
          .array(
            z.union([
              z.strictObject({ id: z.string(), type: z.literal("team") }),
              z.strictObject({ id: z.string(), type: z.literal("user") }),
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
  credentials: [{ name: "API key", fields: ["apiKey"] }],
  subActions: { createAlert: { effect: "creates" }, closeAlert: closeAlertEffect },
  rendering: createAlertRendering,
  headlines: ["subActionParams.message"],
  limits: longest("subActionParams.message", 130, "Kibana cuts it to 130 in its newest versions, and older ones refuse it"),
  tests: {
    near_safe: {
      params: { subAction: "closeAlert", subActionParams: { alias: "connector-probe-{unique}" } },
      effect: "Atlassian receives one close of an alert that does not exist: nothing changes",
      proves: ["Atlassian takes the request with this key"],
      doesNotProve: ["which team the key belongs to", "that the request was carried out: Atlassian works later"],
      reliesOn: "Atlassian ignoring a close of an unknown alias",
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
  recipe: { workflows: ["on_call", "itsm"], opens: true, params: createAlert },
  secretTarget: true,
  traps: [
    "Without alias no alert can be closed by recovery.",
    "Responders are named by id only; Opsgenie takes names too.",
    "Messages over 130 characters are cut in the newest versions and refused in older ones.",
  ],
  exampleConfig: { apiUrl: "https://api.atlassian.com" },
  exampleSecrets: ["apiKey"],
};
