import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { json } from "../shared/recipe.ts";
import { inSubAction } from "../shared/rendering.ts";
import { subActionParams } from "../shared/sub-actions.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";

/** reference: .d3security; schema d3security/schemas/v1.ts, executor d3security/d3security.ts. */
export const d3security: ConnectorType = {
  id: ".d3security",
  name: "D3 Security",
  aliases: ["d3", "d3 soar"],
  category: "Incident management",
  license: "gold",
  features: ["alerting", "siem", "workflows", "agentBuilder"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({ url: urlText("Event ingestion URL of D3") }),
    secrets: z.strictObject({ token: z.string().describe("Sent as the d3key header") }),
    params: subActionParams({ run: event(), test: event() }),
  }),
  allowedHosts: ["config.url"],
  target: { kind: "config", fields: ["url"] },
  recipients: ["params.subActionParams.body.**", "params.subActionParams.eventType.**"],
  credentials: [{ name: "token", fields: ["token"] }],
  subActions: {
    run: { effect: "creates" },
    test: { effect: "creates", note: "The same as run: it creates an event" },
  },
  rendering: inSubAction("body", ({ subAction }) => (subAction === "run" || subAction === "test" ? "json" : undefined)),
  headlines: ["subActionParams.body"],
  tests: {
    loud: {
      params: { subAction: "test", subActionParams: { body: '{"test":true}', severity: "low", eventType: "test" } },
      effect: "Creates one event in D3",
      proves: ["the URL and the token are accepted"],
      doesNotProve: ["what D3 makes of an alert"],
      undo: { how: "Close the event in D3" },
    },
  },
  noSafeTest: "Both sub-actions create an event, test too.",
  recoveryHint: "Send another event on the recovered action group.",
  recipe: {
    workflows: ["itsm", "webhook"],
    params: (about) => ({
      subAction: "run",
      subActionParams: { body: json(about), severity: about.main ? "high" : "medium", eventType: "alert" },
    }),
  },
  automation: true,
  traps: [
    "test is not a dry run: it creates an event.",
    "severity is free text for Kibana; its form offers high, medium and low.",
    userAgentOnCloud,
  ],
  exampleConfig: { url: "https://d3.example.com/elasticsearch/VSOC/api/Data/Kibana/Security/alert" },
  exampleSecrets: ["token"],
};

function event() {
  return z.strictObject({
    body: z.string().optional().describe("JSON text"),
    severity: z.string().default("").describe("high, medium or low"),
    eventType: z.string().default(""),
  });
}
