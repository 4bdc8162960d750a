import * as z from "zod";
import type { SubAction } from "../connector-type.ts";

/** Kinds that may respond to an alert. */
export const responderKinds = ["team", "user", "escalation", "schedule"] as const;

/** What creating an alert takes in Opsgenie and in Jira Service Management alike. Source: opsgenie/schemas/v1.ts. */
export function createAlertFields() {
  return {
    message: z
      .string()
      .min(1)
      .max(15000)
      .refine((text) => text.trim() !== "", { error: "must not be blank" })
      .describe("Cut to 130 characters; older versions refuse more than 130"),
    alias: z.string().optional().describe("Names the alert; closeAlert needs it"),
    description: z.string().max(15000).optional(),
    actions: z.array(z.string().max(50)).max(10).optional(),
    tags: z.array(z.string().max(50)).max(20).optional(),
    details: z.record(z.string(), z.string()).optional(),
    entity: z.string().max(512).optional(),
    source: z.string().max(100).optional(),
    priority: z.enum(["P1", "P2", "P3", "P4", "P5"]).optional(),
    user: z.string().max(100).optional(),
    note: z.string().max(25000).optional(),
  };
}

/** What closing an alert takes. */
export function closeAlertParams() {
  return z.strictObject({
    alias: z.string().describe("The alias that createAlert had"),
    user: z.string().max(100).optional(),
    source: z.string().max(100).optional(),
    note: z.string().max(25000).optional(),
  });
}

/** What closing does. Source: opsgenie/connector.ts. */
export const closeAlertEffect = { effect: "updates", inAddress: { alias: "path" } } as const satisfies SubAction;

/** Whom an alert reaches, and what its own fields may name. */
export const alertRecipients = [
  "alias",
  "responders",
  "visibleTo",
  "user",
  "actions.**",
  "details.**",
  "tags.**",
  "entity.**",
  "source.**",
].map((field) => `params.subActionParams.${field}`);
