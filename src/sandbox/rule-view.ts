import type { Rule } from "./types.ts";

/** A rule as Kibana answers it. An action whose connector is gone shows like any other (reference/kibana-api.md §5.3). */
export function ruleView({ space: _space, outcome, outcomeMessage, createdAt, updatedAt, lastRunAt, ...rule }: Rule) {
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
