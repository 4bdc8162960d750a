import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { comments, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .swimlane; schema swimlane/schemas/v1.ts, executor swimlane/index.ts. */
export const swimlane: ConnectorType = {
  id: ".swimlane",
  name: "Swimlane",
  category: "Incident management",
  license: "gold",
  features: ["alerting", "cases", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: urlText(),
      appId: z.string(),
      connectorType: z.enum(["all", "alerts", "cases"]),
      mappings: z
        .strictObject({
          ruleNameConfig: mapping(),
          alertIdConfig: mapping(),
          caseIdConfig: mapping(),
          caseNameConfig: mapping(),
          commentsConfig: mapping(),
          severityConfig: mapping(),
          descriptionConfig: mapping(),
        })
        .describe("Which Swimlane field takes what; may be {}"),
    }),
    secrets: z.strictObject({ apiToken: z.string() }),
    params: subActionParams({
      pushToService: z.strictObject({
        incident: z.strictObject({
          alertId: nullableText(),
          ruleName: nullableText(),
          caseId: nullableText(),
          caseName: nullableText(),
          severity: nullableText(),
          description: nullableText(),
          externalId: nullableText("Updates this record"),
        }),
        comments: comments(),
      }),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: [
    "config.appId",
    "params.subActionParams.incident.externalId",
    "params.subActionParams.incident.caseId",
    "params.subActionParams.incident.alertId",
  ],
  acting: [
    "params.subActionParams.incident.externalId",
    "params.subActionParams.incident.caseId",
    "params.subActionParams.incident.alertId",
  ],
  credentials: [{ name: "API token", fields: ["apiToken"] }],
  subActions: {
    pushToService: { effect: "creates", note: "Updates when incident.externalId is given", inAddress: { "incident.externalId": "path" } },
  },
  headlines: ["subActionParams.incident.ruleName"],
  otherKeys: ["subActionParams.incident.alertId", "subActionParams.incident.caseId"],
  tests: {
    loud: {
      params: {
        subAction: "pushToService",
        subActionParams: { incident: { ruleName: "Connector test", alertId: "connector-test-{unique}" }, comments: null },
      },
      effect: "Creates one record in the Swimlane application",
      proves: ["URL, application and token are right"],
      doesNotProve: ["that every mapping is right"],
      undo: { how: "Delete the record in Swimlane: the connector cannot" },
    },
  },
  noSafeTest: "pushToService is the only sub-action, and it writes.",
  recoveryHint: "Push to the same record.",
  automation: true,
  traps: [
    "mappings is required, if only as {}; only values with a mapping reach Swimlane.",
    "Which mappings a connectorType needs is checked by Kibana's form only.",
  ],
  exampleConfig: {
    apiUrl: "https://swimlane.example.com",
    appId: "APP_ID",
    connectorType: "alerts",
    mappings: { alertIdConfig: { id: "a1", key: "alert-id", name: "Alert ID", fieldType: "text" } },
  },
  exampleSecrets: ["apiToken"],
};

function mapping() {
  return z.strictObject({ id: z.string(), key: z.string(), name: z.string(), fieldType: z.string() }).nullable().default(null);
}
