import { alertExamples } from "../shared/alerts.ts";
import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".opsgenie",
  accepted: [
    ...alertExamples.accepted,
    sub("createAlert", {
      message: "a",
      responders: [
        { name: "ops", type: "team" },
        { username: "bob@example.com", type: "user" },
      ],
      visibleTo: [{ name: "ops", type: "team" }],
    }),
  ],
  refused: [
    ...alertExamples.refused,
    [...sub("createAlert", { message: "a", responders: [{ username: "bob", type: "team" }] }), "params.subActionParams.responders.0.type"],
  ],
  stored: [
    {
      way: "API key",
      config: { apiUrl: "https://api.opsgenie.com" },
      secrets: { apiKey: "stored" },
      patch: { apiUrl: "https://api.eu.opsgenie.com" },
    },
  ],
};
