import type { Rule } from "../types.ts";
import { has } from "../version-changes.ts";

/** A rule as Kibana returns it. An action whose connector is gone looks like any other (reference/kibana-api.md §5.3). */
export function ruleView({ artifacts, ...rule }: Rule, version: string) {
  return { ...bareView(rule), ...(has(version, "artifacts in public answers") && { artifacts: artifacts ?? noArtifacts }) };
}

/** The same as Kibana's own pages get it: reference/corrections.md §1. */
export function internalRuleView({ artifacts, ...rule }: Rule, version: string) {
  return {
    ...bareView(rule),
    monitoring: { run: { history: [], calculated_metrics: { success_ratio: 1 }, last_run: { timestamp: rule.updatedAt, metrics: {} } } },
    snooze_schedule: [],
    is_snoozed_until: null,
    view_in_app_relative_url: null,
    ...(knowsArtifacts(version) && { artifacts: artifacts ?? noArtifacts }),
  };
}

/** The artifacts of a rule that was given none: denormalize_artifacts.ts */
export const noArtifacts: NonNullable<Rule["artifacts"]> = { dashboards: [], investigation_guide: { blob: "" } };

export function knowsArtifacts(version: string): boolean {
  return has(version, "artifacts of rules");
}

function bareView({ space: _space, outcome, outcomeMessage, createdAt, updatedAt, lastRunAt, ...rule }: Omit<Rule, "artifacts">) {
  const failed = outcome === "failed";
  return {
    ...rule,
    created_at: createdAt,
    updated_at: updatedAt,
    running: false,
    mute_all: false,
    muted_alert_ids: [],
    scheduled_task_id: rule.enabled ? rule.id : null,
    execution_status: {
      status: failed ? "error" : "ok",
      last_execution_date: lastRunAt ?? updatedAt,
      last_duration: 120,
      ...(failed && { error: { reason: "execute", message: outcomeMessage } }),
    },
    last_run: {
      outcome,
      outcome_msg: outcomeMessage === null ? null : [outcomeMessage],
      warning: null,
      alerts_count: { active: 0, new: 0, recovered: 0, ignored: 0 },
    },
  };
}
