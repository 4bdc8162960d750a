import * as z from "zod";
import type { SubAction } from "../connector-type.ts";

/** Config that language-model types share. */
export function modelConfig() {
  return {
    contextWindowLength: z.coerce.number().optional(),
    temperature: z.coerce.number().optional(),
  };
}

/** Params that most sub-actions of language-model types take besides their own. */
export function callParams() {
  return {
    signal: z.unknown().optional().describe("Server-side only: never sent over HTTP"),
    timeout: z.coerce.number().optional().describe("Milliseconds"),
    telemetryMetadata: telemetryMetadata().optional(),
  };
}

/** Who calls, for Kibana's own statistics. */
export function telemetryMetadata() {
  return z.strictObject({ pluginId: z.string().optional(), aggregateBy: z.string().optional(), useCase: z.string().optional() });
}

/** Makes the dashboard of token use. */
export function dashboardParams() {
  return z.strictObject({ dashboardId: z.string() });
}

/** A call that is paid for and changes nothing. */
export const paid = { effect: "none", cost: "tokens" } as const satisfies SubAction;

/** What making the dashboard does: no model is asked. Source: lib/gen_ai/create_gen_ai_dashboard.ts. */
export const dashboardEffect = {
  effect: "creates",
  withinKibana: "creates a dashboard of token use in Kibana, unless it is there",
} as const satisfies SubAction;
