import type { AuditReport, ConnectorHealth, Finding, Group, NotChecked, Severity, SpaceSummary } from "../../audit/finding.ts";
import type { Known, OtherSpaces } from "./baseline.ts";
import type { Decision } from "./decision.ts";

/** A finding as shown to people and pipelines. */
export interface Row extends Finding {
  /** Whether it is in the baseline and did not get worse: then it does not count for `--fail-on`. */
  known: boolean;
}

/** The audit as `--json` writes it: the contract with pipelines, and what the table and the page show. */
export interface AuditDocument {
  /** Goes up when a key changes its meaning or is removed. */
  format: 1;
  version: string;
  deployment: { name: string; url: string; kibana_version?: string; sandbox: boolean };
  /** ISO. */
  generated_at: string;
  /** The period for which the execution log was read. */
  window: AuditReport["window"];
  checks: string[];
  min_severity: Severity;
  spaces: SpaceSummary[];
  /** Connectors of which a run failed within the window, those that fail now first. */
  health: ConnectorHealth[];
  /** Whether `not_checked` is empty and nobody stopped the audit. */
  complete: boolean;
  cancelled: boolean;
  exit: Decision;
  summary: Record<Group, number>;
  counts: { severity: Record<Severity, number>; new: number; known: number };
  /** Most severe first. */
  findings: Row[];
  not_checked: NotChecked[];
  baseline?: {
    file: string;
    written_at: string;
    deployment: string;
    other_spaces: OtherSpaces;
    stale: (Known & { id: string })[];
    unseen: number;
  };
}
