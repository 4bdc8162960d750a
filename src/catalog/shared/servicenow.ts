import * as z from "zod";
import type { Config, Credentials, EndOfLife, Params, SubAction } from "../connector-type.ts";
import { extraFields } from "./extra-fields.ts";
import { optionalSecret, type Report, urlText, withRules } from "./fields.ts";
import { pemText } from "./file-kinds.ts";
import { anyParams, noParams, nullableText } from "./sub-actions.ts";

/** The key that Kibana groups by when none is given: a template, rendered only when a rule runs the action. */
export const defaultGroupingKey = "{{rule.id}}:{{alert.id}}";

/** The key of our examples, which attached actions get too: one for each alert of each rule. */
export const exampleKey = "{{rule.id}}-{{alert.id}}";

/** Config that the three ServiceNow types share. Source: servicenow/schemas/v1.ts. */
export function serviceNowConfig() {
  return {
    apiUrl: urlText("Instance URL"),
    isOAuth: z.boolean().default(false),
    userIdentifierValue: z.string().nullable().default(null).describe("With isOAuth"),
    clientId: z.string().nullable().default(null).describe("With isOAuth"),
    jwtKeyId: z.string().nullable().default(null).describe("With isOAuth"),
  };
}

/** Deprecated since Elastic's application is in ServiceNow's store. */
export const tableApi: EndOfLife = {
  ...{ what: "Access through ServiceNow's table API", source: "Kibana marks it as deprecated", when: { usesTableApi: true } },
  instead: "install Elastic's application in ServiceNow, then set usesTableApi to false",
};

/** The field that only the ITSM and SecOps types have. */
export function usesTableApi() {
  return z.boolean().default(true).describe("false needs the Elastic application in ServiceNow; true marks the connector as deprecated");
}

/** Rules over the config alone. Source: lib/servicenow/validators.ts. */
export function serviceNowConfigRules(config: Config, report: Report): void {
  if (config.isOAuth !== true) return;
  for (const field of oauthConfig) {
    if (config[field] == null) report(field, "is required when isOAuth is true");
  }
}

/** Secrets of the three types: user name and password, or what OAuth needs. */
export function serviceNowSecrets() {
  return withRules(
    z.strictObject({
      username: optionalSecret(),
      password: optionalSecret(),
      clientSecret: optionalSecret("With isOAuth"),
      privateKey: pemText().nullable().default(null).describe("With isOAuth: PEM"),
      privateKeyPassword: optionalSecret("With isOAuth, where the key has one"),
    }),
    ({ username, password, clientSecret, privateKey }, report) => {
      if (username || password) {
        if (!username || !password) report("", "needs username and password together");
      } else if (clientSecret || privateKey) {
        if (!clientSecret || !privateKey) report("", "needs clientSecret and privateKey together");
      } else {
        report("", "needs username and password, or clientSecret and privateKey");
      }
    },
  );
}

/** Rules between config and secrets: what isOAuth requires, and what it forbids. */
export function serviceNowConnector(config: Config, secrets: Config): string[] {
  if (config.isOAuth === true) {
    const missing = [
      ...oauthConfig.filter((field) => config[field] == null),
      ...["clientSecret", "privateKey"].filter((field) => secrets[field] == null),
    ].map((field) => `${field} is required when isOAuth is true`);
    const wrong = secrets.username || secrets.password ? ["username and password must not be given when isOAuth is true"] : [];
    return [...missing, ...wrong];
  }
  const missing = ["username", "password"]
    .filter((field) => secrets[field] == null)
    .map((field) => `${field} is required when isOAuth is false`);
  const wrong = [...oauthConfig.filter((field) => config[field]), ...["clientSecret", "privateKey"].filter((field) => secrets[field])];
  return [...missing, ...wrong.map((field) => `${field} must not be given when isOAuth is false`)];
}

const oauthConfig = ["userIdentifierValue", "clientId", "jwtKeyId"];

/** Ways to authenticate. */
export const serviceNowCredentials: readonly Credentials[] = [
  { name: "oauth", fields: ["clientSecret", "privateKey"], optional: ["privateKeyPassword"], when: { isOAuth: true } },
  { name: "basic", fields: ["username", "password"], when: { isOAuth: false } },
];

/** What every incident takes. */
export function incidentFields() {
  return {
    short_description: z.string(),
    description: nullableText(),
    externalId: nullableText("sys_id: updates this record"),
    category: nullableText(),
    subcategory: nullableText(),
    correlation_id: z.string().nullable().default(defaultGroupingKey).describe("Names the incident; rendered only when a rule runs it"),
    correlation_display: nullableText(),
    additional_fields: extraFields(20, ownFields).describe(
      "Columns by name, at most 20, an object or its JSON text; refused when usesTableApi is true",
    ),
  };
}

/** What names the record that an incident becomes; a column may name whom it is assigned to and who is told. */
export const incidentRecords = ["externalId", "correlation_id", "additional_fields", "category.**", "subcategory.**"].map(
  (field) => `params.subActionParams.incident.${field}`,
);

/** Both ways to reach ServiceNow take the same params but for additional fields. Source: lib/servicenow/{service,utils}.ts. */
export function risks({ subActionParams }: Params, { usesTableApi: table = true }: Config): string[] {
  const { additional_fields: extra } = Object(Object(subActionParams).incident);
  if (table === false)
    return ["everything, unless the Elastic application is installed in ServiceNow (a test that only reads does not show it)"];
  return extra ? ["additional_fields, which usesTableApi refuses"] : [];
}

const ownFields = [
  "short_description",
  "description",
  "externalId",
  "category",
  "subcategory",
  "correlation_id",
  "correlation_display",
  "additional_fields",
];

/** Element names whose choices are read. */
export function choicesParams() {
  return z.strictObject({ fields: z.array(z.string()).describe("Such as urgency, severity, impact, category, priority") });
}

/** The sub-actions that read, of ITSM and SecOps. */
export function readParams() {
  return {
    getChoices: choicesParams(),
    getFields: anyParams(),
    getIncident: z.strictObject({ externalId: z.string() }),
    handshake: noParams(),
  };
}

/** What reading choices does. */
export const choicesEffect = { effect: "none", inAddress: { fields: "query" } } as const satisfies SubAction;

/** What those do. */
export const readEffects = {
  getChoices: choicesEffect,
  getFields: { effect: "none" },
  getIncident: { effect: "none", note: "Answers nothing", inAddress: { externalId: "path" } },
  handshake: { effect: "none", note: "Not implemented: always fails" },
} as const;
