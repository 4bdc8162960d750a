import type { Caller } from "../http/auth.ts";
import type { Dict } from "../types.ts";
import type { Definition } from "./read-yaml.ts";

/** Kept in one map by id: ids are unique over all spaces, and a deleted one keeps its id (reference/workflows-and-policies.md §1.1). */
export interface Workflow {
  id: string;
  space: string;
  yaml: string;
  name: string;
  description: string;
  enabled: boolean;
  tags: string[];
  /** Null: the YAML is not valid. */
  definition: Definition | null;
  createdAt: string;
  createdBy: string;
  lastUpdatedAt: string;
  lastUpdatedBy: string;
  /** Counted up by each save. */
  version: number;
  deleted: boolean;
  /** Whoever saved it last: scheduled runs have this caller's privileges. */
  runsAs: Caller;
  /** The plugin that made it: left out of lists unless asked for. */
  managedBy?: string;
  /** The only caller who sees it. */
  privateTo?: string;
}

export type RunStatus = "completed" | "failed" | "waiting_for_input";

export interface StepRun {
  stepId: string;
  stepType: string;
  status: "completed" | "failed" | "skipped" | "waiting_for_input";
  input?: unknown;
  output?: unknown;
  error?: string;
}

export interface WorkflowRun {
  id: string;
  space: string;
  workflowId: string;
  workflowName: string;
  status: RunStatus;
  isTestRun: boolean;
  startedAt: string;
  finishedAt: string;
  error: string | null;
  executedBy: string;
  triggeredBy: string;
  steps: StepRun[];
  yaml: string;
  definition: Dict;
}
