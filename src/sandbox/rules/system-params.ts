import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import type { Dict } from "../types.ts";
import { has } from "../version-changes.ts";
import { configSchemaMessage } from "../wording/config-schema.ts";

const timeWindow = z
  .string()
  .refine((text) => /^[1-9][0-9]*[dwhm]$/.test(text), "Not a valid time window")
  .refine((text) => !/^[1-4]m$/.test(text), "Time window should be at least 5 minutes");

/**
 * What a rule gives a system action, by the action's type: cases/server/connectors/cases/schema.ts,
 * observability_ai_assistant_app/server/rule_connector/index.ts
 */
const schemas: Readonly<Record<string, z.ZodType>> = {
  ".cases": z.strictObject({
    subAction: z.literal("run"),
    subActionParams: z.strictObject({
      groupingBy: z.array(z.string()).max(1),
      reopenClosedCases: z.boolean().optional(),
      timeWindow: timeWindow.optional(),
      templateId: z.string().nullable().optional(),
      autoPushCase: z.boolean().nullable().optional(),
      maximumCasesToOpen: z.number().min(1).max(20).nullable().optional(),
    }),
  }),
  ".observability-ai-assistant": z.strictObject({
    connector: z.string(),
    prompts: z.array(z.strictObject({ statuses: z.array(z.string()), message: z.string().min(1) })).optional(),
    status: z.string().optional(),
    message: z.string().min(1).optional(),
  }),
};

/** In config-schema's words whatever checks connectors: connector_adapters/validate_rule_action_params.ts */
export function refuseSystemParams(type: string, params: Dict, version: string): void {
  const read = schemas[type]?.safeParse(params);
  if (!read?.error) return;
  const problem = configSchemaMessage(read.error, params, "", !has(version, "new words for unknown keys"));
  throw new Refusal(400, `Invalid system action params. System action type: ${type} - ${problem}`);
}
