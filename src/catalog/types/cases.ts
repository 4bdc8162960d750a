import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { subActionParams } from "../shared/sub-actions.ts";

/** reference: .cases; schema cases/server/connectors/cases/schema.ts. What a rule stores; Kibana adds the alerts and the rule. */
export const cases: ConnectorType = {
  id: ".cases",
  name: "Cases",
  aliases: ["kibana cases"],
  category: "Elastic",
  license: "platinum",
  features: ["uptime", "alerting", "siem"],
  status: "ga",
  system: true,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: subActionParams({
      // What Kibana fills in (alerts, groupedAlerts, owner, rule, internallyManagedAlerts) passes.
      run: z.looseObject({
        groupingBy: z.array(z.string()).max(1).describe("Field that alerts are grouped by; may be empty"),
        timeWindow: z
          .string()
          .regex(/^[1-9]\d*[dwhm]$/, { error: "must be a number and d, w, h or m, such as 7d" })
          .refine((text) => !text.endsWith("m") || Number.parseInt(text, 10) >= 5, { error: "must be at least 5m" })
          .default("7d"),
        reopenClosedCases: z.boolean().default(false),
        templateId: z.string().nullable().default(null),
        maximumCasesToOpen: z.number().min(1).max(20).nullable().default(5),
        autoPushCase: z.boolean().nullable().default(false),
      }),
    }),
  }),
  allowedHosts: [],
  target: { kind: "none" },
  credentials: [],
  subActions: { run: { effect: "creates" } },
  tests: {},
  recoveryHint: "Recovered alerts do not close a case: close it in Cases.",
  traps: [
    "For rules only: it can be neither created nor run through the API.",
    "Only new and ongoing alerts are added: recovered ones do not close a case.",
    "The grouping field and timeWindow decide which case is used again.",
    "A case is pushed on to Jira, ServiceNow, Resilient and others by its external connection, by itself with autoPushCase.",
  ],
  exampleConfig: {},
  exampleSecrets: [],
};
