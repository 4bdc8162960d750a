import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { parsedUrl, withRules } from "../shared/fields.ts";
import { json } from "../shared/recipe.ts";
import { only } from "../shared/rendering.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";
import { webhookAuthentication, webhookAuthenticationRules, webhookCredentials, webhookSecrets } from "../shared/webhook-authentication.ts";

/** reference: .webhook; schema webhook/schemas/v1.ts, rules webhook/validations.ts. */
export const webhook: ConnectorType = {
  id: ".webhook",
  name: "Webhook",
  aliases: ["web hook"],
  category: "Webhook",
  license: "gold",
  features: ["alerting", "uptime", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(
      z.strictObject({
        url: parsedUrl("Where the request goes"),
        method: z.enum(["post", "put", "patch", "get", "delete"]).default("post").describe("Lower case; before 9.2 post and put only"),
        ...webhookAuthentication(),
      }),
      webhookAuthenticationRules,
    ),
    secrets: webhookSecrets(),
    params: z.strictObject({
      body: z.string().optional().describe("Sent as it is with post, put and patch"),
    }),
  }),
  allowedHosts: ["config.url", "config.accessTokenUrl"],
  target: {
    kind: "config",
    fields: ["url", "accessTokenUrl"],
    verifiedBy: { url: "verificationMode", accessTokenUrl: "verificationMode" },
  },
  recipients: ["config.method", "config.url", "params.body.**"],
  credentials: webhookCredentials,
  effect: "sends",
  rendering: only("body", "json"),
  headlines: ["body"],
  tests: {
    safeWhen: {
      when: { method: "get" },
      probe: {
        params: {},
        effect: "One GET request to the configured URL: as harmless as that address is",
        proves: ["the URL answers with success, with the credentials if there are any"],
        doesNotProve: ["what the receiver does with it"],
      },
    },
    loud: {
      params: { body: '{"test":true}' },
      effect: 'One HTTP request with the body {"test":true} to the configured URL',
      inGeneral: "One HTTP request to the configured URL",
      proves: ["the URL answers with success"],
      doesNotProve: ["what the receiver did with the request"],
      undo: { how: "Ask the owner of the receiving service" },
    },
  },
  noSafeTest: "The request goes to a fixed URL with a fixed method: only as harmless as that endpoint is.",
  recoveryHint: "Send another body on the recovered action group.",
  recipe: { workflows: ["webhook"], params: (about) => ({ body: json(about) }) },
  automation: true,
  openAddress: { secretHeaders: "since 9.2" },
  traps: [
    "With hasAuth false send authType null: some versions default to basic and then refuse it.",
    "This server encodes PEM and files for crt, key, pfx and ca.",
    "A success echoes the request, not the response.",
    "Secret headers, from 9.2: secrets.secretHeaders has a reference for each name; config.headers is readable by all.",
    userAgentOnCloud,
  ],
  exampleConfig: {
    url: "https://hooks.example.com/kibana",
    method: "post",
    headers: { "Content-Type": "application/json" },
    hasAuth: false,
    authType: null,
  },
  exampleSecrets: [],
};
