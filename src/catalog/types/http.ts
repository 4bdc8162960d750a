import * as z from "zod";
import type { Config, ConnectorType } from "../connector-type.ts";
import { optionalSecret, parsedUrl, urlText, withRules } from "../shared/fields.ts";
import { httpFreeRecipients, httpParams, httpParamTargets } from "../shared/http-params.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";
import {
  authenticationRules,
  oneGroupOfCredentials,
  webhookAuthentication,
  webhookCredentials,
  webhookSecretFields,
} from "../shared/webhook-authentication.ts";

const authTypes = [
  "webhook-authentication-basic",
  "webhook-authentication-ssl",
  "webhook-oauth2-client-credentials",
  "http-authentication-query-param",
] as const;

/** reference: .http; schema http/schemas/v1.ts, rules http/validations.ts and http/http_connector.ts. */
export const http: ConnectorType = {
  id: ".http",
  name: "HTTP",
  aliases: ["http request"],
  category: "Webhook",
  license: "gold",
  features: ["workflows", "agentBuilder"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(
      z.strictObject({
        url: parsedUrl("Base URL"),
        ...webhookAuthentication(),
        authType: z
          .union([
            z.enum(authTypes),
            // Newest versions have a password grant too; its exact name is not known here.
            z.string().refine(
              (text) =>
                /password/i.test(
                  text
                    .split(/oauth2/i)
                    .slice(1)
                    .join(""),
                ),
              { error: `must be one of: ${authTypes.join(", ")}` },
            ),
          ])
          .nullable()
          .optional()
          .describe("null when hasAuth is false; basic when left out"),
        proxyUrl: urlText("Newest versions").nullable().default(null),
        proxyVerificationMode: z.enum(["none", "certificate", "full"]).optional(),
        hasProxyAuth: z.boolean().default(false),
      }),
      authenticationRules,
    ),
    secrets: withRules(
      z.strictObject({
        ...webhookSecretFields(),
        proxyUsername: optionalSecret("With hasProxyAuth"),
        proxyPassword: optionalSecret("With hasProxyAuth"),
        secretQueryParams: z.record(z.string(), z.string()).nullable().default(null).describe("With http-authentication-query-param"),
      }),
      (secrets, report) => {
        oneGroupOfCredentials(secrets, report);
        if (Boolean(secrets.proxyUsername) !== Boolean(secrets.proxyPassword)) report("", "needs proxyUsername and proxyPassword together");
      },
    ),
    params: httpParams(),
    connector: proxyRules,
  }),
  allowedHosts: ["config.url", "config.proxyUrl", "params.url"],
  target: {
    kind: "config",
    fields: ["url", "accessTokenUrl", "proxyUrl"],
    verifiedBy: { url: "verificationMode", accessTokenUrl: "verificationMode", proxyUrl: "proxyVerificationMode" },
  },
  paramTargets: httpParamTargets(true),
  recipients: ["params.method", "params.url", "params.path", "config.url", ...httpFreeRecipients],
  addressees: ["url"],
  credentials: [
    {
      name: "query",
      fields: ["secretQueryParams"],
      optional: ["secretHeaders"],
      when: { authType: "http-authentication-query-param" },
    },
    ...webhookCredentials,
    { name: "proxy", fields: ["proxyUsername", "proxyPassword"], when: { hasProxyAuth: true }, beside: true },
  ],
  effect: "executes",
  tests: {
    near_safe: {
      params: { method: "GET" },
      effect: "The configured URL receives one GET request",
      proves: ["the URL answers with success", "the credentials are accepted"],
      doesNotProve: ["that other methods are allowed"],
      reliesOn: "GET being harmless on that server",
    },
  },
  noSafeTest: "A GET is only as harmless as the server makes it.",
  automation: true,
  openAddress: { secretHeaders: "always" },
  traps: [
    "Secret headers, from 9.2: secrets.secretHeaders has a reference for each name; config.headers is readable by everyone who may read connectors.",
    "This server encodes PEM and files for crt, key, pfx and ca.",
    "Methods are upper case here, lower case in .webhook.",
    "It answers with the response (status, headers, data), unlike .webhook.",
    "For workflows and Agent Builder: no rule can use it.",
    "accessTokenUrl is not compared with the allowed hosts here.",
    "params.url wins over config.url; another host is refused here.",
    userAgentOnCloud,
  ],
  exampleConfig: { url: "https://api.example.com", hasAuth: false, authType: null },
  exampleSecrets: [],
};

function proxyRules(config: Config, secrets: Config): string[] {
  if (config.hasProxyAuth !== true) return [];
  return [
    ...(config.proxyUrl ? [] : ["proxyUrl is required when hasProxyAuth is true"]),
    ...(secrets.proxyUsername && secrets.proxyPassword ? [] : ["proxyUsername and proxyPassword are required when hasProxyAuth is true"]),
  ];
}
