import { alertExamples } from "../shared/alerts.ts";
import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".jira-service-management",
  accepted: alertExamples.accepted,
  refused: [
    ...alertExamples.refused,
    [...sub("createAlert", { message: "a", responders: [{ name: "ops", type: "team" }] }), "params.subActionParams.responders.0.id"],
  ],
  stored: [
    {
      way: "API key",
      config: { apiUrl: "https://api.atlassian.com" },
      secrets: { apiKey: "stored" },
      patch: { apiUrl: "https://api.example.com" },
    },
  ],
};
