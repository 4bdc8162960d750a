import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { parsedUrl } from "../shared/fields.ts";
import { text } from "../shared/recipe.ts";
import { largest } from "../shared/service-limits.ts";

/** reference: .teams; schema teams/schemas/v1.ts, executor teams/index.ts. */
export const teams: ConnectorType = {
  id: ".teams",
  name: "Microsoft Teams",
  aliases: ["ms teams", "msteams"],
  category: "Messaging",
  license: "gold",
  features: ["alerting", "uptime", "siem", "workflows", "agentBuilder"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({
      webhookUrl: parsedUrl("An incoming-webhook URL of Teams: whoever has it can post, so it is a secret"),
    }),
    params: z.strictObject({
      message: z.string().min(1).describe("Plain text"),
    }),
  }),
  allowedHosts: ["secrets.webhookUrl"],
  target: { kind: "secret", field: "webhookUrl" },
  credentials: [{ name: "webhook", fields: ["webhookUrl"] }],
  effect: "sends",
  headlines: ["message"],
  limits: largest("message", 28_000, "Teams refuses more than 28 kB"),
  tests: {
    loud: {
      params: { message: "Connector test" },
      effect: "One message in the channel that the webhook belongs to",
      proves: ["the webhook URL is valid", "Kibana reaches Teams"],
      // Microsoft's side answers well and drops what comes to a retired address (elastic/connectors#2683).
      doesNotProve: [
        "that the message appears: an Office 365 webhook that has ended may still answer well",
        "that the channel is the intended one",
      ],
      undo: { how: "Delete the message in Teams: the connector cannot" },
    },
  },
  noSafeTest: "An incoming webhook can only post: there is no read call.",
  recoveryHint: "Post a recovery message on the recovered action group.",
  recipe: { workflows: ["chat", "chat_digest"], params: (about) => ({ message: text(about) }) },
  endOfLife: {
    ...{ what: "The webhook of an Office 365 connector in Teams", date: "2026-05-31", source: "Microsoft" },
    hosts: ["*.webhook.office.com", "outlook.office.com"],
    instead: "make a webhook with the Workflows app of Teams (*.logic.azure.com, *.api.powerplatform.com), and give its URL",
  },
  traps: [
    "The message is sent as plain text: cards are not supported.",
    "Teams answers throttling with HTTP 200; the connector recognises it and asks for a retry.",
    "https is not enforced: an http URL is accepted and the message travels unencrypted.",
  ],
  exampleConfig: {},
  exampleSecrets: ["webhookUrl"],
};
