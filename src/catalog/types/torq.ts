import * as z from "zod";
import { readUrl } from "../../read-url.ts";
import type { ConnectorType } from "../connector-type.ts";
import { parsedUrl } from "../shared/fields.ts";
import { jsonBody } from "../shared/json-body.ts";
import { json } from "../shared/recipe.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";

/** Hosts that Kibana takes. Source: torq/index.ts. */
const torqHosts = ["hooks.torq.io", "hooks.eu.torq.io", "localhost"];

/** reference: .torq; schema torq/schemas/v1.ts, rules and executor torq/index.ts. */
export const torq: ConnectorType = {
  id: ".torq",
  name: "Torq",
  category: "Incident management",
  license: "gold",
  features: ["alerting", "uptime", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      webhookIntegrationUrl: parsedUrl("On hooks.torq.io or hooks.eu.torq.io").refine(isTorqUrl, {
        error: "must be a URL on hooks.torq.io or hooks.eu.torq.io",
      }),
    }),
    secrets: z.strictObject({ token: z.string().describe("Sent as X-Torq-Token") }),
    params: z.strictObject({ body: z.string().describe("JSON text") }),
  }),
  allowedHosts: ["config.webhookIntegrationUrl"],
  target: { kind: "config", fields: ["webhookIntegrationUrl"] },
  recipients: ["params.body.**"],
  credentials: [{ name: "token", fields: ["token"] }],
  effect: "executes",
  headlines: ["body"],
  tests: {
    loud: {
      params: { body: '{"test":true}' },
      effect: "One trigger event: runs the Torq workflow",
      proves: ["the URL and the token are accepted"],
      doesNotProve: ["what the workflow does with an alert"],
      undo: { how: "Whatever the workflow did is undone in Torq" },
    },
  },
  noSafeTest: "Every call triggers the Torq workflow.",
  recoveryHint: "Send a recovery body on the recovered action group.",
  recipe: { workflows: ["webhook"], params: (about) => ({ body: json(about) }) },
  automation: true,
  unrunnable: jsonBody(["body"], false),
  traps: ["body must be JSON text, otherwise nothing is sent.", "https is not checked although Kibana's error says so.", userAgentOnCloud],
  exampleConfig: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/ID" },
  exampleSecrets: ["token"],
};

function isTorqUrl(text: string): boolean {
  const url = readUrl(text);
  return !url || torqHosts.includes(url.hostname);
}
