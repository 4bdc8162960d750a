import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { withRules } from "../shared/fields.ts";
import { serviceNow } from "../shared/recipe.ts";
import { longest } from "../shared/service-limits.ts";
import {
  defaultGroupingKey,
  exampleKey,
  incidentFields,
  incidentRecords,
  readEffects,
  readParams,
  risks,
  serviceNowConfig,
  serviceNowConfigRules,
  serviceNowConnector,
  serviceNowCredentials,
  serviceNowSecrets,
  tableApi,
  usesTableApi,
} from "../shared/servicenow.ts";
import { comments, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .servicenow; schema servicenow_itsm/schemas/v1.ts, rules lib/servicenow/validators.ts. */
export const servicenow: ConnectorType = {
  id: ".servicenow",
  name: "ServiceNow ITSM",
  aliases: ["itsm", "servicenow incident", "snow"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "cases", "uptime", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(z.strictObject({ ...serviceNowConfig(), usesTableApi: usesTableApi() }), serviceNowConfigRules),
    secrets: serviceNowSecrets(),
    params: subActionParams({
      pushToService: z.strictObject({
        incident: z.strictObject({ ...incidentFields(), severity: nullableText(), urgency: nullableText(), impact: nullableText() }),
        comments: comments(),
      }),
      closeIncident: z.strictObject({
        incident: z.strictObject({
          externalId: nullableText("sys_id; wins over correlation_id"),
          correlation_id: z.string().nullable().default(defaultGroupingKey),
        }),
      }),
      ...readParams(),
    }),
    connector: serviceNowConnector,
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: incidentRecords,
  acting: ["params.subActionParams.incident.externalId", "params.subActionParams.incident.correlation_id"],
  unused: ({ subAction, subActionParams }) => {
    const { externalId, correlation_id } = Object(Object(subActionParams).incident);
    // A template may be filled in with nothing.
    const named = typeof externalId === "string" && externalId !== "" && !externalId.includes("{{");
    return subAction === "closeIncident" && named && correlation_id
      ? [{ field: "subActionParams.incident.correlation_id", problem: "externalId is used instead" }]
      : [];
  },
  credentials: serviceNowCredentials,
  subActions: {
    pushToService: { effect: "creates", note: "Updates when incident.externalId is given", inAddress: { "incident.externalId": "path" } },
    closeIncident: {
      effect: "updates",
      note: "An unknown id is no error",
      inAddress: { "incident.externalId": "path", "incident.correlation_id": "query" },
    },
    ...readEffects,
  },
  headlines: ["subActionParams.incident.short_description"],
  limits: longest("subActionParams.incident.short_description", 160, "ServiceNow cuts it to 160"),
  tests: {
    safe: {
      params: { subAction: "getChoices", subActionParams: { fields: ["urgency", "severity", "impact"] } },
      effect: "Touches nothing: one read call",
      proves: ["URL and credentials are right"],
      doesNotProve: ["that the account may create incidents", "with usesTableApi false: that the Elastic application is installed"],
    },
    loud: {
      params: {
        subAction: "pushToService",
        subActionParams: { incident: { short_description: "Connector test", correlation_id: "connector-test-{unique}" }, comments: null },
      },
      effect: "Creates one incident",
      proves: ["the account may create incidents"],
      doesNotProve: ["that the right group sees them"],
      undo: { params: { subAction: "closeIncident", subActionParams: { incident: { correlation_id: "connector-test-{unique}" } } } },
    },
  },
  recovery: {
    params: { subAction: "closeIncident", subActionParams: { incident: { correlation_id: exampleKey } } },
    since: "8.12",
  },
  dedupField: "correlation_id",
  defaultKey: defaultGroupingKey,
  recipe: { workflows: ["itsm"], opens: true, params: serviceNow },
  opensAnew: true,
  endOfLife: tableApi,
  risks,
  traps: [
    "isOAuth decides which fields must be given and which must not.",
    "usesTableApi is true when left out: that marks the connector as deprecated and makes additional_fields fail.",
    "The default correlation_id is a template: over _execute it is sent as it is, so give a real value.",
    "Closing an unknown id succeeds with an empty result; closing by correlation_id takes the newest record with it.",
    "Kibana does not stop a second incident with the same correlation_id.",
  ],
  exampleConfig: { apiUrl: "https://instance.service-now.com", isOAuth: false, usesTableApi: false },
  exampleSecrets: ["username", "password"],
};
