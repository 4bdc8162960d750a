import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** reference: .workflows. What a rule stores. */
export const workflows: ConnectorType = {
  id: ".workflows",
  name: "Workflows",
  aliases: ["workflow"],
  category: "Elastic",
  license: "gold",
  features: ["alerting", "siem"],
  status: "preview",
  system: true,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: subActionParams({
      run: z.strictObject({
        workflowId: z.string(),
        inputs: z.unknown().optional().describe("Replaced by the alerts when a rule runs it"),
        summaryMode: z.boolean().default(true).describe("One run for all alerts, or one for each"),
        spaceId: z.string().optional().describe("Filled in by Kibana"),
      }),
    }),
  }),
  allowedHosts: [],
  target: { kind: "none" },
  recipients: ["params.subActionParams.workflowId", "params.subActionParams.inputs.**"],
  credentials: [],
  subActions: { run: { effect: "executes" } },
  tests: {},
  recoveryHint: "Run another workflow on the recovered action group.",
  automation: true,
  traps: [
    "For rules only: it can be neither created nor run through the API.",
    "A workflow keeps no reference that tells which rules use it.",
  ],
  exampleConfig: {},
  exampleSecrets: [],
};
