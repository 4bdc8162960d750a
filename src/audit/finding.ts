import { createHash } from "node:crypto";

/** From merely good to know to failing silently now. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

/** What a person asks first: does it fail today, will it, or is it only untidy. */
export const groups = ["broken_now", "will_break", "untidy"] as const;
export type Group = (typeof groups)[number];
export const groupTitles: Record<Group, string> = { broken_now: "Broken now", will_break: "Will break", untidy: "Untidy" };

/** How many of `all` are of each name; the one count of table, page, JSON and tool answer. */
export function tally<Name extends string>(names: readonly Name[], all: readonly Name[]): Record<Name, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (const one of all) counts[one] += 1;
  return counts;
}

/** A call that is ready to be made. */
export interface ReadyCall {
  tool: string;
  args: Record<string, unknown>;
  why: string;
}

export interface ConnectorRef {
  id: string;
  /** As Kibana has it: text from outside. Undefined where the connector is gone. */
  name: string | undefined;
  type: string | undefined;
}

export interface RuleRef {
  id: string;
  /** As Kibana has it: text from outside. */
  name: string;
  enabled: boolean;
}

/** What else than a rule uses a connector: a workflow, an action policy. */
export interface UserRef {
  kind: string;
  id: string;
  /** As Kibana has it: text from outside. */
  name: string;
  enabled: boolean;
}

/** One fault. Texts are plain: nothing from Kibana in them can become markup or an instruction by control characters. */
export interface Finding {
  /** Stable across runs: made of check, space and the ids it is about, not of names or counts. */
  id: string;
  /** The name of the check that found it. */
  check: string;
  severity: Severity;
  confidence: "certain" | "likely";
  group: Group;
  /** A space id, or "*" where it concerns several. */
  space: string;
  connector?: ConnectorRef;
  rule?: RuleRef;
  user?: UserRef;
  /** Further connectors it is about, duplicates for example. */
  others?: ConnectorRef[];
  /**
   * Each thing that it stands for besides: ids of rules that tell nobody, of workflows, names of fields; in a fixed order. With another
   * one it got worse.
   */
  covers?: readonly string[];
  /** What was seen, one sentence. */
  evidence: string;
  /** Why it matters, one or two sentences; the same for all findings of a kind. */
  why: string;
  /** What a person does about it in Kibana; the same for all findings of a kind. */
  fix: string;
  /** The call that fixes it; undefined where a person has to decide first. */
  next?: ReadyCall;
  /** The tool that does what `fix` says, whose arguments depend on that decision; undefined where there is none. */
  tool?: string | undefined;
}

/** What could not be read, and so was not judged. Never the same as "fine". */
export interface NotChecked {
  /** A space id, or "*" for all. */
  space: string;
  checks: string[];
  why: string;
  fix?: string;
}

export interface SpaceSummary {
  id: string;
  /** Undefined where they could not be read. */
  connectors: number | undefined;
  rules: number | undefined;
  /** Runs of connectors within the window, and failed ones among them; undefined where the log could not be read. */
  runs: number | undefined;
  failures: number | undefined;
}

/** How the runs of one connector went within the window, of which at least one failed. Times are ISO. */
export interface ConnectorHealth {
  /** "*" for a preconfigured one, which every space has. */
  space: string;
  connector: ConnectorRef;
  runs: number;
  failures: number;
  /** Undefined where its newest run succeeded. Without a success within the window, it may have failed before too. */
  failing_since?: string;
  last_success?: string;
}

export interface AuditReport {
  /** Most severe first; within a severity by check, space and id. */
  findings: Finding[];
  /** The checks that were asked for. */
  checks: string[];
  spaces: SpaceSummary[];
  /** Those that fail now first, then by the share that failed. */
  health: ConnectorHealth[];
  /** What the execution log was read for; ISO times. */
  window: { from: string; to: string; days: number };
  notChecked: NotChecked[];
  /** The caller's signal ended it: spaces that were not finished are in `notChecked`. */
  cancelled: boolean;
}

/** 12 hex digits that stay the same as long as the fault is the same. */
export function fingerprint(check: string, space: string, ids: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([check, space, ids]))
    .digest("hex")
    .slice(0, 12);
}

/** From 0, the least. */
export const rank = Object.fromEntries(severities.map((severity, at) => [severity, at])) as Record<Severity, number>;

export function isAtLeastAsSevere(severity: Severity, least: Severity): boolean {
  return rank[severity] >= rank[least];
}
