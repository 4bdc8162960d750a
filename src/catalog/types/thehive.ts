import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { jsonBody } from "../shared/json-body.ts";
import { description, headline } from "../shared/recipe.ts";
import { plainRendering, severityOfRule } from "../shared/rendering.ts";
import { comments, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .thehive; schema thehive/schemas/v1.ts, executor thehive/thehive.ts. */
export const thehive: ConnectorType = {
  id: ".thehive",
  name: "TheHive",
  aliases: ["the hive", "hive"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "siem", "uptime", "cases", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      url: urlText(),
      organisation: nullableText("British spelling; sent as X-Organisation"),
    }),
    secrets: z.strictObject({ apiKey: z.string() }),
    params: subActionParams({
      pushToService: z.strictObject({
        incident: z.strictObject({
          title: z.string(),
          description: z.string(),
          externalId: nullableText("Updates this case"),
          severity: severity(),
          tlp: tlp(),
          tags: z.array(z.string()).nullable().default(null),
        }),
        comments: comments(),
      }),
      createAlert: z.strictObject({
        title: z.string(),
        description: z.string(),
        type: z.string(),
        source: z.string(),
        sourceRef: z.string().describe("TheHive refuses a second alert with the same type, source and sourceRef"),
        severity: severity(),
        isRuleSeverity: z.boolean().nullable().default(false),
        tlp: tlp(),
        tags: z.array(z.string()).nullable().default(null),
        body: nullableText("JSON text of more fields: its keys win"),
        template: z.string().nullable().optional().describe("In some versions"),
      }),
    }),
  }),
  allowedHosts: ["config.url"],
  target: { kind: "config", fields: ["url"] },
  recipients: [
    "config.organisation",
    "params.subActionParams.incident.externalId",
    "params.subActionParams.type",
    "params.subActionParams.source",
    "params.subActionParams.sourceRef",
    // Its keys win over those three.
    "params.subActionParams.body.**",
    ...["tags.**", "template.**", "incident.tags.**"].map((field) => `params.subActionParams.${field}`),
  ],
  acting: ["params.subActionParams.incident.externalId", "params.subActionParams.sourceRef"],
  credentials: [{ name: "API key", fields: ["apiKey"] }],
  subActions: {
    pushToService: {
      effect: "creates",
      note: "A case; updates when incident.externalId is given",
      inAddress: { "incident.externalId": "path" },
    },
    createAlert: { effect: "creates" },
  },
  rendering: (params, fill) => (params.subAction === "pushToService" ? plainRendering : severityOfRule(2))(params, fill),
  headlines: ["subActionParams.title", "subActionParams.incident.title"],
  tests: {
    loud: {
      params: {
        subAction: "createAlert",
        subActionParams: {
          title: "Connector test",
          description: "test",
          type: "test",
          source: "kibana",
          sourceRef: "connector-test-{unique}",
          severity: 1,
          tlp: 2,
        },
      },
      effect: "Creates one alert in TheHive",
      proves: ["URL, organisation and key are right"],
      doesNotProve: ["what analysts do with an alert"],
      undo: { how: "Delete the alert in TheHive: the connector cannot" },
    },
  },
  noSafeTest: "pushToService and createAlert are the only sub-actions, and both write.",
  recoveryHint: "Close by hand in TheHive.",
  dedupField: "sourceRef",
  recipe: {
    workflows: ["itsm"],
    opens: true,
    params: (about) => ({
      subAction: "createAlert",
      subActionParams: {
        title: headline(about),
        description: description(about),
        type: "alert",
        source: "Elastic",
        sourceRef: about.key,
        severity: about.main ? 3 : 2,
        tlp: 2,
      },
    }),
  },
  usualKey: "{{alert.uuid}}",
  sharedKey: "TheHive takes the first and refuses the others",
  unrunnable: jsonBody(["subActionParams", "body"], true),
  traps: [
    "organisation is spelled the British way.",
    "In createAlert the keys of body win over the other fields; in .xsoar it is the other way round.",
    "Kibana does not limit severity (1 to 4) and tlp (0 to 4); TheHive does.",
  ],
  exampleConfig: { url: "https://thehive.example.com", organisation: "org" },
  exampleSecrets: ["apiKey"],
};

function severity() {
  return z.coerce.number().nullable().default(null).describe("1 low, 2 medium, 3 high, 4 critical");
}

function tlp() {
  return z.coerce.number().nullable().default(null).describe("0 clear, 1 green, 2 amber, 3 amber strict, 4 red");
}
