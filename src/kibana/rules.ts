import * as z from "zod";
import { isDetectionType } from "./detection.ts";
import { KibanaError } from "./errors.ts";
import { type Get, path, type Query, type Send } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";
import { Rule, type RuleAction } from "./rule-shape.ts";
import { isWhole } from "./whole-rule.ts";

const Page = z.object({ total: z.number(), data: listOf(Rule) });
const WholePage = z.object({ total: z.number(), data: listOf(z.custom<Rule>(isWhole)) });

export type { Rule, RuleAction };

const Group = z.looseObject({ id: z.string(), name: z.string().nullish() });
const Variables = z.array(z.looseObject({ name: z.string(), description: z.string().nullish() })).nullish();
const RuleTypes = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    action_groups: z.array(Group).default([]),
    default_action_group_id: z.string().nullish(),
    recovery_action_group: Group.nullish(),
    action_variables: z.looseObject({ context: Variables, state: Variables, params: Variables }).nullish(),
    has_alerts_mappings: z.boolean().nullish(),
    does_set_recovery_context: z.boolean().nullish(),
    authorized_consumers: z.record(z.string(), z.object({ all: z.boolean().default(false) })).nullish(),
    enabled_in_license: z.boolean().default(true),
  }),
);

const Dated = z.looseObject({ date: z.string() });
const ByAction = z.record(z.string(), Dated);
const LastScheduled = z.looseObject({ group: z.string(), date: z.string(), actions: ByAction.nullish() });
const TaskState = z.looseObject({
  alerts: z
    .record(z.string(), z.looseObject({ meta: z.looseObject({ lastScheduledActions: LastScheduled.nullish() }).nullish() }))
    .nullish(),
  summaryActions: ByAction.nullish(),
});

/** When a rule last notified. Actions that have a throttle of their own are named by uuid, by Kibanas before 8.8 in another way. */
export interface LastNotified {
  /** Of its active alerts: an alert that is over is forgotten. */
  alerts: z.output<typeof LastScheduled>[];
  summaries: z.output<typeof ByAction>;
}

export interface RuleType {
  id: string;
  name: string;
  /** The groups in which its alerts fire; the recovery group is not among them. */
  groups: string[];
  defaultGroup: string | undefined;
  recoveryGroup: string | undefined;
  /** Names under `context.`, `state.` and `params.`; undefined where Kibana lists none of any kind. */
  variables: { context: string[]; state: string[]; params: string[] } | undefined;
  /** What groups are called, by id. */
  groupNames: Record<string, string>;
  /** Alerts that recover have no `context` at all. */
  recoversWithoutContext: boolean;
  /** Names under `context.` that only alerts that recover have. */
  ofRecovery: string[];
  /** Its alerts are kept as data, which summaries and `alerts_filter` need. */
  alertsAsData: boolean;
  /** It belongs to Elastic Security's detection engine. */
  detection: boolean;
  /** The credentials may change rules of this type, for at least one consumer. */
  changeable: boolean;
  /** Rules of a type that the licence does not cover cannot be saved (alerting/server/rule_type_registry.ts). */
  enabledInLicense: boolean;
}

export interface RuleQuery {
  /** Rules that refer to this saved connector. */
  connector?: string;
  /** KQL, for what has no reference. */
  filter?: string;
  page: number;
  /** 0: only the total. page × perPage must stay within 10,000 (reference/kibana-api.md §5.2). */
  perPage: number;
  /** A stored attribute, ascending; default: name. */
  sort?: "name" | "createdAt";
  /** As Kibana's own pages read them: only they are told of snoozes. */
  internal?: boolean;
}

export function ruleReads(get: Get, query: Query) {
  return {
    /** One page of the rules of a space that the key may read. @throws ToolError kibana_error too where it has fewer than Kibana's own count says */
    async rules(space: string, { connector, sort = "name", internal, ...asked }: RuleQuery): Promise<{ total: number; rules: Rule[] }> {
      const reference = connector === undefined ? undefined : { type: "action", id: connector };
      const wanted = { page: asked.page, per_page: asked.perPage, sort_field: sort, filter: asked.filter };
      const body = internal
        ? await query({ path: "/internal/alerting/rules/_find", space, largest: 64, body: { ...wanted, has_reference: reference } })
        : await get({
            path: "/api/alerting/rules/_find",
            space,
            largest: 64,
            query: { ...wanted, has_reference: reference && JSON.stringify(reference) },
          });
      const whole = WholePage.safeParse(body);
      const { total, data } = whole.success ? whole.data : readAs(Page, body);
      const expected = Math.min(total - (asked.page - 1) * asked.perPage, asked.perPage);
      if (data.length < expected) {
        const message = `Kibana counts ${total} of these rules, and lists ${data.length} where ${expected} would be on the page.`;
        throw new KibanaError("kibana_error", message, "Repeat the call. If it stays so, look into Kibana's log.", { applied: "no" });
      }
      return { total, rules: data };
    },
    /**
     * One rule.
     * @param internal as Kibana's own pages read it: from 8.19 to 9.4 only that returns `artifacts` (reference/corrections.md §1)
     * @throws ToolError rule_not_found
     */
    async rule(space: string, id: string, internal = false): Promise<Rule> {
      const root = internal ? "/internal/alerting/rule" : "/api/alerting/rule";
      return readAs(Rule, await get({ path: `${root}${path(id)}`, space, internal }));
    },
    /** When a rule's active alerts last notified. Only Kibana's own pages read it (get_rule_state.ts). */
    async lastNotified(space: string, id: string): Promise<LastNotified> {
      const body = await get({ path: `/internal/alerting/rule${path(id)}/state`, space, internal: true });
      const { alerts, summaryActions } = readAs(TaskState, body ?? {});
      return {
        alerts: Object.values(alerts ?? {}).flatMap(({ meta }) => meta?.lastScheduledActions ?? []),
        summaries: summaryActions ?? {},
      };
    },
    /** The rule types that the key may use (reference/kibana-api.md §6.3). */
    async ruleTypes(space: string): Promise<RuleType[]> {
      const body = readAs(RuleTypes, await get({ path: "/api/alerting/rule_types", space, largest: 16 }));
      return body.map((raw) => {
        const recoveryGroup = raw.recovery_action_group?.id;
        const names = (list: z.output<typeof Variables>) => (list ?? []).map((variable) => variable.name);
        const { context, state, params } = raw.action_variables ?? {};
        const known = [context, state, params].some((list) => (list ?? []).length > 0);
        return {
          id: raw.id,
          name: raw.name,
          groups: raw.action_groups.map((group) => group.id).filter((group) => group !== recoveryGroup),
          defaultGroup: raw.default_action_group_id ?? undefined,
          recoveryGroup,
          variables: known ? { context: names(context), state: names(state), params: names(params) } : undefined,
          groupNames: Object.fromEntries(
            [...raw.action_groups, ...(raw.recovery_action_group ? [raw.recovery_action_group] : [])].map((group) => [
              group.id,
              group.name ?? group.id,
            ]),
          ),
          recoversWithoutContext: raw.does_set_recovery_context === false,
          // In Kibana's words: infra/server/lib/alerting/common/messages.ts.
          ofRecovery: (context ?? [])
            .filter(({ description }) => /only available in the recovery context/i.test(description ?? ""))
            .map(({ name }) => name),
          alertsAsData: raw.has_alerts_mappings ?? false,
          detection: isDetectionType(raw.id),
          enabledInLicense: raw.enabled_in_license,
          changeable: Object.values(raw.authorized_consumers ?? {}).some((consumer) => consumer.all),
        };
      });
    },
  };
}

export function ruleWrites(send: Send) {
  return {
    /** Replaces the whole rule, and makes the caller's API key the rule's (reference/kibana-api.md §6.1). */
    async updateRule(space: string, id: string, body: Record<string, unknown>): Promise<Rule> {
      return readAs(Rule, await send("PUT", { path: `/api/alerting/rule${path(id)}`, space, body }));
    },
  };
}
