import type { Rule } from "../types.ts";
import { has } from "../version-changes.ts";
import { monitoring } from "./filter.ts";
import { snoozeView } from "./snoozes.ts";

/** A rule as Kibana returns it. An action whose connector is gone looks like any other (reference/kibana-api.md §5.3). */
export function ruleView({ artifacts, ...rule }: Rule, version: string) {
  return { ...bareView(rule), ...(has(version, "artifacts in public answers") && { artifacts: artifacts ?? noArtifacts }) };
}

/** The same as Kibana's own pages get it: reference/corrections.md §1. */
export function internalRuleView(whole: Rule, version: string) {
  const { artifacts, ...rule } = whole;
  return {
    ...bareView(rule),
    monitoring: { run: { ...monitoring.run, last_run: { timestamp: rule.updatedAt, metrics: {} } } },
    ...snoozeView(whole, Date.now()),
    view_in_app_relative_url: null,
    ...(knowsArtifacts(version) && { artifacts: artifacts ?? noArtifacts }),
  };
}

/** The artifacts of a rule that was given none: denormalize_artifacts.ts */
export const noArtifacts: NonNullable<Rule["artifacts"]> = { dashboards: [], investigation_guide: { blob: "" } };

export function knowsArtifacts(version: string): boolean {
  return has(version, "artifacts of rules");
}

function bareView(stored: Omit<Rule, "artifacts">) {
  const {
    space: _space,
    snooze_schedule: _snoozes,
    snoozed_instances,
    outcome,
    outcomeMessage,
    activeAlerts = 0,
    pendingSince,
    createdAt,
    updatedAt,
    lastRunAt,
    ...rule
  } = stored;
  const failed = outcome === "failed";
  return {
    ...rule,
    created_at: createdAt,
    updated_at: updatedAt,
    running: false,
    ...(snoozed_instances && { snoozed_instances }),
    ...mappedParams(rule.params),
    execution_status:
      pendingSince === undefined
        ? {
            status: failed ? "error" : activeAlerts > 0 ? "active" : "ok",
            last_execution_date: lastRunAt ?? updatedAt,
            last_duration: 120,
            ...(failed && { error: { reason: "execute", message: outcomeMessage } }),
          }
        : { status: "pending", last_execution_date: pendingSince },
    ...(outcome !== null && {
      last_run: {
        outcome,
        outcome_msg: outcomeMessage === null ? null : [outcomeMessage],
        warning: null,
        // A run that fails counts none: alerting/server/lib/last_run_status.ts.
        alerts_count: failed ? {} : { active: activeAlerts, new: 0, recovered: 0, ignored: 0 },
      },
    }),
  };
}

/** Kibana keeps two params of detection rules where they can be searched and sorted: alerting/server/rules_client/common/mapped_params_utils.ts. */
function mappedParams({ risk_score, severity }: Rule["params"]) {
  const order: Readonly<Record<string, string>> = { low: "20-low", medium: "40-medium", high: "60-high", critical: "80-critical" };
  const mapped = {
    ...(risk_score !== undefined && { risk_score }),
    ...(severity !== undefined && { severity: order[String(severity)] ?? severity }),
  };
  return Object.keys(mapped).length > 0 && { mapped_params: mapped };
}
