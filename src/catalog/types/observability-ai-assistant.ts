import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";

/** reference: .observability-ai-assistant. What a rule stores; Kibana adds the rule and the alerts. */
export const observabilityAiAssistant: ConnectorType = {
  id: ".observability-ai-assistant",
  name: "Observability AI Assistant",
  aliases: ["o11y ai assistant"],
  category: "Logs & observability",
  license: "enterprise",
  features: ["alerting"],
  status: "preview",
  system: true,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.strictObject({
      connector: z.string().describe("Id of a connector to a language model"),
      prompts: z.array(z.strictObject({ statuses: z.array(z.string()), message: z.string().min(1) })).optional(),
      message: z.string().min(1).optional().describe("Older rules"),
      status: z.string().optional().describe("Older rules"),
      rule: z.record(z.string(), z.unknown()).optional().describe("Filled in by Kibana"),
      alerts: z.record(z.string(), z.unknown()).optional().describe("Filled in by Kibana"),
    }),
  }),
  allowedHosts: [],
  target: { kind: "none" },
  // The assistant may act by what it is told, also through connectors.
  recipients: ["params.connector", "params.message.**", "params.prompts.**"],
  credentials: [],
  effect: "executes",
  tests: {},
  recoveryHint: "Give a prompt for the status recovered.",
  traps: [
    "For rules only, one in each rule: it can be neither created nor run through the API.",
    "The model may call other connectors, so what it does is open-ended.",
    "It costs tokens and stores a conversation that others can read.",
  ],
  exampleConfig: {},
  exampleSecrets: [],
};
