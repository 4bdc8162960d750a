import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".teams",
  accepted: [
    ["secrets", { webhookUrl: "https://example.com" }],
    ["params", { message: "a message" }],
  ],
  refused: [
    ["secrets", {}, "secrets.webhookUrl"],
    ["secrets", { webhookUrl: 1 }, "secrets.webhookUrl"],
    ["secrets", { webhookUrl: "fee-fi-fo-fum" }, "secrets.webhookUrl"],
    ["params", {}, "params.message"],
    ["params", { message: 1 }, "params.message"],
  ],
  stored: [{ way: "webhook URL", config: {}, secrets: { webhookUrl: "https://example.webhook.office.com/stored" }, patch: {} }],
};
