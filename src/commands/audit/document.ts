import type { AuditReport, CheckName, Finding, Group, NotChecked, Severity, SpaceSummary } from "../../audit/finding.ts";
import type { Known } from "./baseline.ts";
import type { Decision } from "./decision.ts";

/** A finding as people and pipelines get it. */
export interface Row extends Finding {
  /** In the baseline, and no worse than it says there: it does not count for `--fail-on`. */
  known: boolean;
}

/** The audit as `--json` writes it: the contract with pipelines, and what the table and the page show. */
export interface AuditDocument {
  /** Rises when a key changes its meaning or goes. */
  format: 1;
  version: string;
  deployment: { name: string; url: string; kibana_version?: string; sandbox: boolean };
  /** ISO. */
  generated_at: string;
  /** What the execution log was read for. */
  window: AuditReport["window"];
  checks: CheckName[];
  min_severity: Severity;
  spaces: SpaceSummary[];
  /** Nothing is in `not_checked`, and nobody broke it off. */
  complete: boolean;
  cancelled: boolean;
  exit: Decision;
  summary: Record<Group, number>;
  counts: { severity: Record<Severity, number>; new: number; known: number };
  /** The most severe first. */
  findings: Row[];
  not_checked: NotChecked[];
  baseline?: { file: string; written_at: string; deployment: string; stale: (Known & { id: string })[]; unseen: number };
}
