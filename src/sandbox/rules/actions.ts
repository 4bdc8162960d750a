import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../http/envelope.ts";
import { duration } from "../http/request-schema.ts";
import { isTimeZone } from "../schedule/schemas.ts";
import type { RuleAction, State } from "../types.ts";
import { actionsProblem } from "./action-problems.ts";
import { refuseSystemParams } from "./system-params.ts";
import type { RuleType } from "./types.ts";

/** They act on hosts: no rule may run them (reference/kibana-api.md §6.1). */
const endpointTypes = [".crowdstrike", ".sentinelone", ".microsoft_defender_endpoint"];

const hour = z.string().refine((text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text), "string is not a valid time in HH:mm format");
const alertsFilter = z.strictObject({
  query: z.strictObject({ kql: z.string(), filters: z.array(z.unknown()).default([]), dsl: z.string().optional() }).optional(),
  timeframe: z
    .strictObject({
      days: z.array(z.number().min(1).max(7)),
      hours: z.strictObject({ start: hour, end: hour }),
      timezone: z.string().superRefine((zone, ctx) => {
        if (!isTimeZone(zone)) ctx.addIssue({ code: "custom", message: `string is not a valid timezone: ${zone}` });
      }),
    })
    .optional(),
});

export const actionBody = z.strictObject({
  group: z.string().optional(),
  id: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  frequency: z
    .strictObject({
      summary: z.boolean(),
      notify_when: z.enum(["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]),
      throttle: duration.nullable(),
    })
    .optional(),
  uuid: z.string().optional(),
  alerts_filter: alertsFilter.optional(),
  use_alert_data_for_template: z.boolean().optional(),
});

export type GivenAction = z.infer<typeof actionBody>;
export interface GivenRule {
  actions: GivenAction[];
  schedule: { interval: string };
  notify_when?: string | null | undefined;
  throttle?: string | null | undefined;
}

/** The actions as they are stored, or the 400 that Kibana gives (reference/kibana-api.md §5.4, §6.1). */
export function storedActions(rule: GivenRule, space: string, type: RuleType, state: State): RuleAction[] {
  const system = rule.actions.filter(({ id }) => state.inMemory.some((connector) => connector.system && connector.id === id));
  const normal = rule.actions.filter((action) => !system.includes(action));
  const ungrouped = normal.find(({ group }) => group === undefined);
  if (ungrouped) throw new Refusal(400, `Group is not defined in action ${ungrouped.id}`);
  if (new Set(system.map(({ id }) => id)).size < system.length) throw new Refusal(400, "Cannot use the same system action twice");
  for (const { id, params } of system) refuseSystemParams(actionConnector(id, space, state).type, params, state.version);
  const found = new Map(rule.actions.map(({ id }) => [id, actionConnector(id, space, state)]));
  if ([...found.values()].some(({ type }) => endpointTypes.includes(type))) {
    throw new Refusal(
      400,
      "Failed to validate actions due to the following error: Endpoint security connectors cannot be used as alerting actions",
    );
  }
  const unready = [...found.values()].filter((connector) => connector.missingSecrets).map(({ name }) => name);
  const problem = actionsProblem(rule, normal, unready, type);
  if (problem) throw new Refusal(400, problem);
  return rule.actions.map((action) => {
    const uuid = action.uuid ?? randomUUID();
    const connector_type_id = found.get(action.id)?.type ?? "";
    // Fields that only normal actions have are dropped: alerting_api_integration/spaces_only/tests/alerting/group1/create.ts
    if (system.includes(action)) return { id: action.id, params: action.params, uuid, connector_type_id };
    return { ...action, uuid, connector_type_id };
  });
}

function actionConnector(id: string, space: string, state: State) {
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  if (inMemory) return { ...inMemory, missingSecrets: false };
  const saved = state.connectors.get(id);
  if (saved?.space !== space) throw new Refusal(400, `Failed to load action ${id} (404): Saved object [action/${id}] not found`);
  return saved;
}
