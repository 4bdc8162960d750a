import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { optionalSecret, urlText } from "../shared/fields.ts";
import { jsonBody } from "../shared/json-body.ts";
import { severityOfRule } from "../shared/rendering.ts";
import { anyParams, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .xsoar; schema xsoar/schemas/v1.ts, executor xsoar/xsoar.ts. */
export const xsoar: ConnectorType = {
  id: ".xsoar",
  name: "XSOAR",
  aliases: ["cortex xsoar", "palo alto xsoar", "demisto"],
  category: "Incident management",
  license: "platinum",
  features: ["siem"],
  status: "ga",
  system: false,
  since: "9.1",
  schemas: () => ({
    config: z.strictObject({ url: urlText() }),
    secrets: z.strictObject({
      apiKey: z.string(),
      apiKeyID: optionalSecret("Capital ID; for XSOAR 8 and cloud: switches the API path"),
    }),
    params: subActionParams({
      // The stored schema says null, the executing framework takes an object.
      getPlaybooks: anyParams().nullable(),
      run: z.strictObject({
        name: z.string(),
        createInvestigation: z.boolean(),
        severity: z.coerce.number().describe("0 unknown, 0.5 informational, 1 low, 2 medium, 3 high, 4 critical"),
        playbookId: nullableText(),
        isRuleSeverity: z.boolean().nullable().default(false),
        body: nullableText("JSON text of more fields: the other fields win"),
      }),
    }),
  }),
  allowedHosts: ["config.url"],
  target: { kind: "config", fields: ["url"] },
  recipients: ["params.subActionParams.playbookId", "params.subActionParams.body.**"],
  credentials: [{ name: "API key", fields: ["apiKey"], optional: ["apiKeyID"] }],
  subActions: {
    getPlaybooks: { effect: "none" },
    run: { effect: "creates" },
  },
  rendering: severityOfRule(0),
  headlines: ["subActionParams.name"],
  tests: {
    safe: {
      params: { subAction: "getPlaybooks", subActionParams: {} },
      effect: "Touches nothing: reads the list of playbooks",
      proves: ["URL and key are right"],
      doesNotProve: ["that the key may create incidents"],
    },
    loud: {
      params: { subAction: "run", subActionParams: { name: "Connector test", createInvestigation: false, severity: 0.5 } },
      effect: "Creates one incident without an investigation",
      inGeneral: "Creates one incident",
      proves: ["the key may create incidents"],
      doesNotProve: ["that the playbook does the right thing"],
      undo: { how: "Close the incident in XSOAR: the connector cannot" },
    },
  },
  recoveryHint: "Close by hand in XSOAR.",
  automation: true,
  unrunnable: jsonBody(["subActionParams", "body"], true),
  traps: [
    "The secret apiKeyID (capital ID) switches to the cloud API path.",
    "In run the fields win over the keys of body; in .thehive it is the other way round.",
    "body must be JSON text.",
  ],
  exampleConfig: { url: "https://xsoar.example.com" },
  exampleSecrets: ["apiKey", "apiKeyID"],
};
