import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { parsedUrl } from "../shared/fields.ts";
import { slackText } from "../shared/recipe.ts";
import { only } from "../shared/rendering.ts";
import { longest } from "../shared/service-limits.ts";
import { toSlackApi } from "../translations/slack-messages.ts";

/** reference: .slack; schema slack/schemas/v1.ts, executor slack/index.ts. */
export const slack: ConnectorType = {
  id: ".slack",
  name: "Slack",
  aliases: ["slack webhook", "slack incoming webhook"],
  category: "Messaging",
  license: "gold",
  features: ["alerting", "uptime", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({
      webhookUrl: parsedUrl("An incoming-webhook URL of Slack: whoever has it can post, so it is a secret"),
    }),
    params: z.strictObject({
      message: z.string().min(1).describe("Slack markup"),
    }),
  }),
  allowedHosts: ["secrets.webhookUrl"],
  target: { kind: "secret", field: "webhookUrl" },
  credentials: [{ name: "webhook", fields: ["webhookUrl"] }],
  effect: "sends",
  rendering: only("message", "slack"),
  headlines: ["message"],
  limits: longest("message", 40_000, "Slack cuts it to 40,000"),
  tests: {
    loud: {
      params: { message: "Connector test" },
      effect: "One message in the channel that the webhook belongs to",
      proves: ["the webhook URL is valid", "Kibana reaches Slack"],
      doesNotProve: ["that the channel is the intended one"],
      undo: { how: "Delete the message in Slack: the connector cannot" },
    },
  },
  noSafeTest: "An incoming webhook can only post: there is no read call.",
  recoveryHint: "Post a recovery message on the recovered action group.",
  recipe: { workflows: ["chat", "chat_digest"], params: (about) => ({ message: slackText(about) }) },
  // kibana#278451: the type left the list of those that can be chosen for a new connector.
  endOfLife: {
    ...{ what: "A connector for one Slack webhook", source: "Kibana no longer offers it in its own form" },
    ...{ successor: ".slack_api", instead: "use .slack_api, with a token and a channel" },
  },
  translations: { ".slack_api": toSlackApi },
  traps: [
    "The URL decides the channel: there is no channel option. For several channels use .slack_api.",
    "https is not enforced: an http URL is accepted and the message travels unencrypted.",
  ],
  exampleConfig: {},
  exampleSecrets: ["webhookUrl"],
};
