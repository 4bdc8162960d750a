import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".slack",
  accepted: [
    ["config", {}],
    ["config", undefined],
    ["secrets", { webhookUrl: "https://hooks.slack.com/services/T/B/x" }],
    ["secrets", { webhookUrl: "http://hooks.slack.com/services/T/B/x" }],
    ["params", { message: "a message" }],
  ],
  refused: [
    ["secrets", {}, "secrets.webhookUrl"],
    ["secrets", { webhookUrl: 1 }, "secrets.webhookUrl"],
    ["secrets", { webhookUrl: "fee-fi-fo-fum" }, "secrets.webhookUrl"],
    ["secrets", { webhookUrl: "" }, "secrets.webhookUrl"],
    ["params", {}, "params.message"],
    ["params", { message: "" }, "params.message"],
    ["params", { message: 1 }, "params.message"],
    ["config", null, "config"],
    ["config", [], "config"],
  ],
  stored: [{ way: "webhook URL", config: {}, secrets: { webhookUrl: "https://hooks.slack.com/services/T0/B0/stored" }, patch: {} }],
};
