import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import { readUrl } from "../../read-url.ts";
import type { Config, Credentials } from "../connector-type.ts";
import { optionalSecret, parseJson, type Report, urlText, withRules } from "./fields.ts";
import { base64File, type FileKind } from "./file-kinds.ts";

/** Rules that .webhook has over its authentication. Source: webhook/validations.ts. */
export function webhookAuthenticationRules(config: Config, report: Report): void {
  const { authType, accessTokenUrl } = config;
  authenticationRules(config, report);
  if (
    authType === "webhook-oauth2-client-credentials" &&
    typeof accessTokenUrl === "string" &&
    accessTokenUrl !== "" &&
    !readUrl(accessTokenUrl)
  ) {
    report("accessTokenUrl", "must be a full URL such as https://host.example.com/path");
  }
}

/** Those that .http has too. Source: http/validations.ts. */
export function authenticationRules({ hasAuth, authType, accessTokenUrl, clientId, additionalFields }: Config, report: Report): void {
  if (hasAuth === false && authType) report("authType", "must be null or left out when hasAuth is false");
  if (typeof additionalFields === "string" && additionalFields !== "" && !isNonEmptyObjectText(additionalFields)) {
    report("additionalFields", "must be the text of a JSON object with at least one key");
  }
  if (typeof authType !== "string" || !authType.includes("oauth2")) return;
  if (!accessTokenUrl) report("accessTokenUrl", "is required for OAuth2");
  // The password grant, of .http alone, does without.
  if (!clientId && !authType.includes("password")) report("clientId", "is required for OAuth2");
}

/** Config about authentication that .webhook, .cases-webhook and .http share. Source: common/auth/schemas/v1.ts. */
export function webhookAuthentication() {
  return {
    headers: z
      .record(z.string(), z.string())
      .nullable()
      .default(null)
      .describe("Readable by all who read connectors; secret ones go in secrets.secretHeaders"),
    hasAuth: z.boolean().default(true),
    authType: z
      .enum(["webhook-authentication-basic", "webhook-authentication-ssl", "webhook-oauth2-client-credentials"])
      .nullable()
      .optional()
      .describe("null when hasAuth is false; basic when left out"),
    certType: z.enum(["ssl-crt-key", "ssl-pfx"]).optional().describe("With webhook-authentication-ssl"),
    ca: base64File("certificate").optional().describe("Certificate authority, with verificationMode"),
    verificationMode: z.enum(["none", "certificate", "full"]).optional(),
    accessTokenUrl: urlText("OAuth2").optional(),
    clientId: z.string().optional().describe("OAuth2"),
    scope: z.string().optional().describe("OAuth2"),
    additionalFields: z.string().nullable().optional().describe("OAuth2: text of a JSON object with at least one key"),
  };
}

/** Secrets of the webhook family: none, or one group of credentials; secret headers go with any. */
export function webhookSecrets() {
  return withRules(z.strictObject(webhookSecretFields()), oneGroupOfCredentials);
}

/** The fields of those secrets. Source: common/auth/schemas/v1.ts. */
export function webhookSecretFields() {
  return {
    user: optionalSecret(),
    password: optionalSecret("Or the passphrase of key or pfx"),
    crt: fileSecret("certificate", "Of PEM"),
    key: fileSecret("private key", "Of PEM"),
    pfx: fileSecret("PKCS #12", "Of a .p12; the operator must allow it"),
    clientSecret: optionalSecret("OAuth2"),
    secretHeaders: z.record(z.string(), z.string()).nullable().default(null).describe("Encrypted headers, from 9.2"),
  };
}

function fileSecret(kind: FileKind, note: string) {
  return base64File(kind).nullable().default(null).describe(note);
}

/** Kibana refuses any mix of credentials. */
export function oneGroupOfCredentials(secrets: Config, report: Report): void {
  const given = ["user", "password", "crt", "key", "pfx", "clientSecret"].filter((field) => secrets[field]).join(" ");
  if (!credentialGroups.includes(given)) {
    report("", "must be one of: user and password; crt and key (password optional); pfx (password optional); clientSecret (OAuth2)");
  }
}

/** Fields that may be given together, in the order of the schema. */
const credentialGroups = ["", "user password", "crt key", "password crt key", "pfx", "password pfx", "clientSecret"];

/** Ways to authenticate of the webhook family. */
export const webhookCredentials: readonly Credentials[] = [
  { name: "none", fields: [], optional: ["secretHeaders"], when: { hasAuth: false } },
  {
    name: "ssl-crt-key",
    fields: ["crt", "key"],
    optional: ["password", "secretHeaders"],
    when: { authType: "webhook-authentication-ssl", certType: "ssl-crt-key" },
  },
  {
    name: "ssl-pfx",
    fields: ["pfx"],
    optional: ["password", "secretHeaders"],
    when: { authType: "webhook-authentication-ssl", certType: "ssl-pfx" },
  },
  // Without certType, which is for Kibana's form: a run sends what is stored of these. Source: common/auth/utils.ts.
  {
    name: "ssl",
    fields: [],
    optional: ["crt", "key", "pfx", "password", "secretHeaders"],
    when: { authType: "webhook-authentication-ssl" },
  },
  { name: "oauth2", fields: ["clientSecret"], optional: ["secretHeaders"], when: { authType: "webhook-oauth2-client-credentials" } },
  { name: "basic", fields: ["user", "password"], optional: ["secretHeaders"], when: { hasAuth: true } },
];

function isNonEmptyObjectText(text: string): boolean {
  const value = parseJson(text);
  return isPlainObject(value) && Object.keys(value).length > 0;
}
