import * as z from "zod";
import { opaque } from "./opaque.ts";
import { listOf } from "./read-as.ts";

/** An action of a rule, no field dropped. */
export const RuleAction = z.looseObject({
  id: z.string(),
  group: z.string().nullish(),
  uuid: z.string().nullish(),
  connector_type_id: z.string().nullish(),
  params: opaque.nullish(),
  frequency: z.looseObject({ summary: z.boolean().nullish(), notify_when: z.string().nullish(), throttle: z.string().nullish() }).nullish(),
  alerts_filter: z.looseObject({}).nullish(),
});
export const Rule = z.looseObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().default(false),
  tags: listOf(z.string()).default([]),
  consumer: z.string().default(""),
  rule_type_id: z.string().default(""),
  schedule: z.looseObject({ interval: z.string().optional() }).default({}),
  params: opaque.default({}),
  actions: listOf(RuleAction).default([]),
  throttle: z.string().nullish(),
  notify_when: z.string().nullish(),
  revision: z.number().nullish(),
  api_key_owner: z.string().nullish(),
  api_key_created_by_user: z.boolean().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  updated_by: z.string().nullish(),
  execution_status: z.looseObject({ status: z.string().nullish(), last_execution_date: z.string().nullish() }).nullish(),
  last_run: z
    .looseObject({ outcome: z.string().nullish(), alerts_count: z.looseObject({ active: z.number().nullish() }).nullish() })
    .nullish(),
});
/** A rule as Kibana returns it, no field dropped: what is not read here is written back unchanged. */
export type Rule = z.output<typeof Rule>;
export type RuleAction = z.output<typeof RuleAction>;
