import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".xsoar",
  accepted: [
    ["config", { url: "https://xsoar.example.com" }],
    ["secrets", { apiKey: "k" }],
    ["secrets", { apiKey: "k", apiKeyID: "1" }],
    sub("getPlaybooks", {}),
    sub("getPlaybooks", null),
    sub("run", { name: "n", createInvestigation: false, severity: 0.5 }),
    sub("run", { name: "n", createInvestigation: true, severity: "2", playbookId: null, isRuleSeverity: null, body: "{}" }),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", {}, "secrets.apiKey"],
    [...sub("run", { name: "n", severity: 1 }), "params.subActionParams.createInvestigation"],
    [...sub("run", { name: "n", createInvestigation: false, severity: "high" }), "params.subActionParams.severity"],
  ],
  stored: [
    {
      way: "API key",
      config: { url: "https://xsoar.example.com" },
      secrets: { apiKey: "stored", apiKeyID: "stored" },
      patch: { url: "https://x2.example.com" },
      required: ["apiKey"],
      possible: ["apiKeyID"],
    },
  ],
};
