import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { withRules } from "../shared/fields.ts";
import { serviceNow } from "../shared/recipe.ts";
import { longest } from "../shared/service-limits.ts";
import {
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

/** reference: .servicenow-sir; schema servicenow_sir/schemas/v1.ts, rules lib/servicenow/validators.ts. */
export const servicenowSir: ConnectorType = {
  id: ".servicenow-sir",
  name: "ServiceNow SecOps",
  aliases: ["sir", "secops", "servicenow security incident response", "snow"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "cases", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(z.strictObject({ ...serviceNowConfig(), usesTableApi: usesTableApi() }), serviceNowConfigRules),
    secrets: serviceNowSecrets(),
    params: subActionParams({
      pushToService: z.strictObject({
        incident: z.strictObject({
          ...incidentFields(),
          dest_ip: observables(),
          source_ip: observables(),
          malware_hash: observables(),
          malware_url: observables(),
          priority: nullableText(),
        }),
        comments: comments(),
      }),
      ...readParams(),
    }),
    connector: serviceNowConnector,
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: incidentRecords,
  acting: ["params.subActionParams.incident.externalId", "params.subActionParams.incident.correlation_id"],
  credentials: serviceNowCredentials,
  subActions: {
    pushToService: { effect: "creates", note: "Updates when incident.externalId is given", inAddress: { "incident.externalId": "path" } },
    ...readEffects,
  },
  headlines: ["subActionParams.incident.short_description"],
  limits: longest("subActionParams.incident.short_description", 160, "ServiceNow cuts it to 160"),
  tests: {
    safe: {
      params: { subAction: "getChoices", subActionParams: { fields: ["priority", "category"] } },
      effect: "Touches nothing: one read call",
      proves: ["URL and credentials are right"],
      doesNotProve: [
        "that the account may create security incidents",
        "with usesTableApi false: that the Elastic application is installed",
      ],
    },
    loud: {
      params: {
        subAction: "pushToService",
        subActionParams: { incident: { short_description: "Connector test", correlation_id: "connector-test-{unique}" }, comments: null },
      },
      effect: "Creates one security incident",
      proves: ["the account may create security incidents"],
      doesNotProve: ["that the right group sees them"],
      undo: { how: "Close the incident in ServiceNow: the connector cannot" },
    },
  },
  recoveryHint: "Close by hand in ServiceNow; the ITSM type can close.",
  dedupField: "correlation_id",
  recipe: { workflows: ["itsm"], opens: true, params: serviceNow },
  opensAnew: true,
  endOfLife: tableApi,
  risks,
  traps: [
    "There is no closeIncident here, and no severity, urgency or impact: use priority.",
    "isOAuth decides which fields must be given and which must not.",
    "usesTableApi is true when left out: that marks the connector as deprecated and makes additional_fields fail.",
    "The default correlation_id is a template: over _execute it is sent as it is.",
  ],
  exampleConfig: { apiUrl: "https://instance.service-now.com", isOAuth: false, usesTableApi: false },
  exampleSecrets: ["username", "password"],
};

function observables() {
  return z
    .union([z.string(), z.array(z.string())])
    .nullable()
    .default(null);
}
