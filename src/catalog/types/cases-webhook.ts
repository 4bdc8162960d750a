import * as z from "zod";
import type { Config, ConnectorType } from "../connector-type.ts";
import { parsedUrl, type Report, withRules } from "../shared/fields.ts";
import { comments, nullableText, subActionParams } from "../shared/sub-actions.ts";
import { webhookAuthentication, webhookCredentials, webhookSecrets } from "../shared/webhook-authentication.ts";

const requestUrls = ["createIncidentUrl", "getIncidentUrl", "updateIncidentUrl", "createCommentUrl", "accessTokenUrl"] as const;

/** reference: .cases-webhook; schema cases_webhook/schemas/v1.ts, rules cases_webhook/validators.ts. */
export const casesWebhook: ConnectorType = {
  id: ".cases-webhook",
  name: "Webhook - Case Management",
  aliases: ["case webhook", "case management webhook"],
  category: "Webhook",
  license: "gold",
  features: ["cases"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(
      z.strictObject({
        createIncidentUrl: parsedUrl(),
        createIncidentMethod: z.enum(["post", "put"]).default("post"),
        createIncidentJson: z
          .string()
          .describe("JSON with {{{case.title}}}, {{{case.description}}}, {{{case.id}}}, {{{case.tags}}} …: three braces"),
        createIncidentResponseKey: z.string().describe("Key of the answer that holds the id"),
        getIncidentUrl: parsedUrl("With {{{external.system.id}}}"),
        getIncidentMethod: z.enum(["get", "post"]).default("get"),
        getIncidentJson: nullableText(),
        getIncidentResponseExternalTitleKey: z.string(),
        viewIncidentUrl: parsedUrl("With {{{external.system.id}}} or {{{external.system.title}}}"),
        updateIncidentUrl: parsedUrl("With {{{external.system.id}}}"),
        updateIncidentMethod: z.enum(["post", "patch", "put"]).default("put"),
        updateIncidentJson: z.string(),
        createCommentUrl: parsedUrl().nullable().default(null),
        createCommentMethod: z.enum(["post", "put", "patch"]).nullable().default("put"),
        createCommentJson: nullableText(),
        ...webhookAuthentication(),
      }),
      noOAuth,
    ),
    secrets: webhookSecrets(),
    params: subActionParams({
      pushToService: z.strictObject({
        incident: z.strictObject({
          title: z.string(),
          description: nullableText(),
          id: nullableText(),
          severity: nullableText(),
          status: nullableText(),
          externalId: nullableText("Updates this record"),
          tags: z.array(z.string()).nullable().default(null),
        }),
        comments: comments(),
      }),
    }),
    connector: (config, secrets) =>
      config.hasAuth === true && Object.keys(secrets).length === 0 ? ["secrets are required when hasAuth is true"] : [],
  }),
  allowedHosts: [
    "config.createIncidentUrl",
    "config.createCommentUrl",
    "config.viewIncidentUrl",
    "config.getIncidentUrl",
    "config.updateIncidentUrl",
  ],
  // viewIncidentUrl is for people to open: nothing is sent there.
  target: {
    kind: "config",
    fields: [...requestUrls],
    verifiedBy: Object.fromEntries(requestUrls.map((field) => [field, "verificationMode"])),
  },
  recipients: [
    "params.subActionParams.incident.externalId",
    "params.subActionParams.incident.id",
    "params.subActionParams.incident.tags.**",
  ],
  acting: ["params.subActionParams.incident.externalId", "params.subActionParams.incident.id"],
  credentials: webhookCredentials.filter((way) => way.name !== "oauth2"),
  subActions: {
    pushToService: {
      effect: "creates",
      note: "Updates when incident.externalId is given",
      inAddress: { "incident.externalId": "encoded" },
    },
  },
  headlines: ["subActionParams.incident.title"],
  otherKeys: ["subActionParams.incident.id"],
  tests: {
    loud: {
      params: { subAction: "pushToService", subActionParams: { incident: { title: "Connector test" }, comments: null } },
      effect: "Creates one record in the other system",
      proves: ["the create and get URLs and the credentials are right"],
      doesNotProve: ["that updates and comments work"],
      undo: { how: "Delete the record in the other system: the connector cannot" },
    },
  },
  noSafeTest: "pushToService is the only sub-action, and it writes.",
  openAddress: { secretHeaders: "since 9.2" },
  traps: [
    "Templates have three braces: {{{case.title}}}.",
    "This server encodes PEM and files for crt, key, pfx and ca.",
    "OAuth2 is refused although the list of authTypes has it.",
    "With hasAuth false send authType null.",
    "For Cases only: no rule can use it.",
  ],
  exampleConfig: {
    createIncidentUrl: "https://cm.example.com/api/issue",
    createIncidentJson: '{"title":{{{case.title}}}}',
    createIncidentResponseKey: "id",
    getIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
    getIncidentResponseExternalTitleKey: "key",
    viewIncidentUrl: "https://cm.example.com/browse/{{{external.system.title}}}",
    updateIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
    updateIncidentJson: '{"title":{{{case.title}}}}',
    hasAuth: true,
    authType: "webhook-authentication-basic",
  },
  exampleSecrets: ["user", "password"],
};

/** Kibana checks nothing else about the authentication of this type. */
function noOAuth({ authType }: Config, report: Report): void {
  if (authType === "webhook-oauth2-client-credentials") report("authType", "must not be OAuth2: this type does not support it");
}
