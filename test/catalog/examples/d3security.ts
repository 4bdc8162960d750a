import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".d3security",
  accepted: [
    ["config", { url: "https://api.d3security.com" }],
    ["secrets", { token: "secret-token-123" }],
    sub("run", {}),
    sub("test", { body: '{"event": "test"}', severity: "critical", eventType: "security_alert" }),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", {}, "secrets.token"],
    [...sub("run", { body: {} }), "params.subActionParams.body"],
    [...sub("run"), "params.subActionParams"],
  ],
  stored: [
    {
      way: "token",
      config: { url: "https://d3.example.com/alert" },
      secrets: { token: "stored" },
      patch: { url: "https://d3.example.com/other" },
    },
  ],
};
