import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { extraFields } from "../shared/extra-fields.ts";
import { urlText } from "../shared/fields.ts";
import { description, headline, push } from "../shared/recipe.ts";
import { comments, noParams, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** What an incident has of its own, so not among additionalFields. */
const ownFields = ["name", "description", "externalId", "incidentTypes", "severityCode", "additionalFields"];

/** reference: .resilient; schema resilient/schemas/v1.ts, executor resilient/resilient.ts. */
export const resilient: ConnectorType = {
  id: ".resilient",
  name: "IBM Resilient",
  aliases: ["ibm soar", "qradar soar"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "cases", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: urlText(),
      orgId: z.string().describe("Text, even where it is a number"),
    }),
    secrets: z.strictObject({ apiKeyId: z.string(), apiKeySecret: z.string() }),
    params: subActionParams({
      pushToService: z.object({
        incident: z.strictObject({
          name: z.string(),
          description: nullableText("Sent as HTML"),
          externalId: nullableText("Updates this incident"),
          incidentTypes: z.array(z.coerce.number()).nullable().default(null).describe("Ids"),
          severityCode: z.coerce.number().nullable().default(null),
          additionalFields: extraFields(50, ownFields),
        }),
        comments: comments(),
      }),
      incidentTypes: noParams(),
      severity: noParams(),
      getFields: noParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: [
    "config.orgId",
    ...["externalId", "additionalFields", "incidentTypes.**"].map((field) => `params.subActionParams.incident.${field}`),
  ],
  acting: ["params.subActionParams.incident.externalId"],
  terraformChanges: { other: true },
  credentials: [{ name: "API key", fields: ["apiKeyId", "apiKeySecret"] }],
  subActions: {
    pushToService: { effect: "creates", note: "Updates when incident.externalId is given", inAddress: { "incident.externalId": "path" } },
    incidentTypes: { effect: "none" },
    severity: { effect: "none" },
    getFields: { effect: "none" },
  },
  headlines: ["subActionParams.incident.name"],
  tests: {
    safe: {
      params: { subAction: "incidentTypes", subActionParams: {} },
      effect: "Touches nothing: one read call",
      proves: ["URL, organisation and key are right"],
      doesNotProve: ["that the key may create incidents"],
    },
    loud: {
      params: { subAction: "pushToService", subActionParams: { incident: { name: "Connector test" }, comments: null } },
      effect: "Creates one incident",
      proves: ["the key may create incidents"],
      doesNotProve: ["that fields the organisation requires will be given"],
      undo: { how: "Close the incident in Resilient: the connector cannot" },
    },
  },
  recoveryHint: "Close by hand in Resilient.",
  recipe: { workflows: ["itsm"], opens: true, params: (about) => push({ name: headline(about), description: description(about) }) },
  opensAnew: true,
  traps: ["orgId is text even where it is a number.", "The sub-actions are incidentTypes, severity and getFields: mixed naming."],
  exampleConfig: { apiUrl: "https://resilient.example.com", orgId: "201" },
  exampleSecrets: ["apiKeyId", "apiKeySecret"],
};
