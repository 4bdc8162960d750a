import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".thehive",
  accepted: [
    ["config", { url: "https://thehive.example.com" }],
    ["config", { url: "https://thehive.example.com", organisation: null }],
    ["secrets", { apiKey: "k" }],
    sub("pushToService", { incident: { title: "t", description: "d" } }),
    sub("pushToService", { incident: { title: "t", description: "d", severity: "3", tlp: 2, tags: ["a"] }, comments: null }),
    sub("createAlert", { title: "t", description: "d", type: "y", source: "s", sourceRef: "r" }),
    sub("createAlert", {
      title: "t",
      description: "d",
      type: "y",
      source: "s",
      sourceRef: "r",
      severity: 9,
      isRuleSeverity: null,
      tlp: null,
      tags: null,
      body: "{}",
    }),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", {}, "secrets.apiKey"],
    [...sub("createAlert", { title: "t", description: "d", type: "y", source: "s" }), "params.subActionParams.sourceRef"],
    [...sub("pushToService", { incident: { title: "t" } }), "params.subActionParams.incident.description"],
    [...sub("getIncident", { externalId: "1" }), "params.subAction"],
  ],
  stored: [
    {
      way: "API key",
      config: { url: "https://thehive.example.com", organisation: "org" },
      secrets: { apiKey: "stored" },
      patch: { organisation: "other" },
    },
  ],
};
