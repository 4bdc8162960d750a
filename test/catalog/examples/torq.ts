import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".torq",
  accepted: [
    ["config", { webhookIntegrationUrl: "https://hooks.torq.io/v1/test" }],
    ["config", { webhookIntegrationUrl: "https://hooks.eu.torq.io/v1/test" }],
    ["secrets", { token: "jfi2fji3ofeaiw34if" }],
    ["params", { body: '{"message": "Hello"}' }],
  ],
  refused: [
    ["config", { webhookIntegrationUrl: "iamnotavalidurl" }, "config.webhookIntegrationUrl"],
    ["config", { webhookIntegrationUrl: "example.com/do-something" }, "config.webhookIntegrationUrl"],
    ["config", { webhookIntegrationUrl: "http://mylisteningserver:9200/endpoint" }, "config.webhookIntegrationUrl"],
    ["config", { webhookIntegrationUrl: "https://hooks.anothersubdomain.torq.io/v1/test" }, "config.webhookIntegrationUrl"],
    ["secrets", {}, "secrets.token"],
    ["params", {}, "params.body"],
  ],
  stored: [
    {
      way: "token",
      config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID" },
      secrets: { token: "stored" },
      patch: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID2" },
    },
  ],
};
