import type { ConnectorType } from "../catalog/connector-type.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Rule } from "../kibana/rules.ts";
import type { MappedRule } from "../map/route.ts";
import { quoted } from "../plain-text.ts";
import { usersInWords } from "../usage/free.ts";
import type { ConnectorFacts, RuleContext, SpaceFacts, WorkflowFacts } from "./facts.ts";
import type { ConnectorRef, Finding, Group, ReadyCall, RuleRef, Severity, UserRef } from "./finding.ts";

/**
 * What a check needs to read. Where a part could not be read, the checks that need it are reported as not done; `users`
 * cannot be read without `status`.
 */
export type Part = "status" | "connectors" | "types" | "rules" | "rule_types" | "log" | "users";

/** A finding as a check makes it: the runner adds what is the same for all of its kind. */
export interface Draft {
  severity: Severity;
  /** Default: certain. */
  confidence?: Finding["confidence"];
  /** Default: the check's. */
  group?: Group;
  connector?: ConnectorRef;
  rule?: RuleRef;
  user?: UserRef;
  others?: ConnectorRef[];
  covers?: readonly string[];
  evidence: string;
  next?: ReadyCall;
  /** Default: the check's. */
  tool?: Finding["tool"];
}

interface AnyCheck {
  name: string;
  /** What it finds, and what it leaves alone: a row of the page on the audit. */
  finds: string;
  ignores: string;
  /** Names of checks whose findings on the same connector it makes superfluous. */
  supersedes?: readonly string[];
  group: Group;
  needs: readonly Part[];
  /** What its severity or confidence also depends on: always read, but the check works without it. */
  weighs?: readonly Part[];
  /** Those of `weighs` by which it finds some of it: without one, it is reported as not done too. */
  findsBy?: readonly Part[];
  /** Why it matters, for somebody who sees the finding alone. */
  why: string;
  /** What a person does about it in Kibana; `next` of a finding is the same for an agent. */
  fix: string;
  /** The tool with which an agent does that, where a finding has no call ready; absent: there is none. */
  tool?: string;
}

/** Looks at one connector at a time. */
export interface ConnectorCheck extends AnyCheck {
  of: "connector";
  find(facts: ConnectorFacts, space: SpaceFacts): Draft | undefined;
}

/** Looks at all connectors of a space at once. */
export interface SpaceCheck extends AnyCheck {
  of: "space";
  find(space: SpaceFacts): Draft[];
}

/** Looks at one rule at a time. */
export interface RuleCheck extends AnyCheck {
  of: "rule";
  find(rule: Rule, context: RuleContext): Draft[];
  /** The same fault in what is no rule. */
  findInWorkflows?(facts: WorkflowFacts): Draft[];
}

/** Looks at connectors of all spaces. */
export interface DeploymentCheck extends AnyCheck {
  of: "deployment";
  /** With fewer spaces there is nothing to compare. */
  spaces: number;
  find(deployment: DeploymentFacts): Draft[];
}

export interface DeploymentFacts {
  /** Somebody with access to kibana.yml runs it: neither serverless nor Elastic Cloud. */
  selfManaged: boolean;
  /** Saved connectors, each with the space it is in. */
  connectors: readonly { space: string; connector: Connector; entry: ConnectorType | undefined }[];
}

/** Looks at one rule of either alerting system, with whom it tells. */
export interface MappedCheck extends AnyCheck {
  of: "mapped_rule";
  find(rule: MappedRule): Draft[];
}

export type Check = ConnectorCheck | SpaceCheck | RuleCheck | MappedCheck | DeploymentCheck;

export function refTo({ id, name, type }: Pick<Connector, "id" | "name" | "type">): ConnectorRef {
  return { id, name, type };
}

/** A fault of what starts a workflow, as severe as it is while that is enabled or not; a rule is shown as one. */
export function startedBy({ kind, id, name, enabled }: UserRef): Pick<Draft, "severity" | "group" | "rule" | "user"> {
  const about = kind === "rule" ? { rule: { id, name, enabled } } : { user: { kind, id, name, enabled } };
  return enabled ? { severity: "critical", ...about } : { severity: "low", group: "will_break", ...about };
}

export function ruleRef({ id, name, enabled }: Pick<Rule, "id" | "name" | "enabled">): RuleRef {
  return { id, name, enabled };
}

/** The group of a failure, by whether somebody relies on the connector; where rules could not be read, somebody might. */
export function groupOfFailure(facts: ConnectorFacts, { rulesKnown }: SpaceFacts): Group {
  const { usage, connector } = facts;
  const elsewhere = usage.rules === 0 && (connector.references ?? 0) > 0;
  return isUsedNow(facts) || !rulesKnown || elsewhere ? "broken_now" : "will_break";
}

/** Whether something that is switched on uses it. */
export function isUsedNow({ usage, others }: ConnectorFacts): boolean {
  return usage.enabled > 0 || (others?.uses.some(({ enabled }) => enabled) ?? false);
}

/** "3 enabled rules use it", for evidence. */
export function usedBy({ usage, connector, others }: ConnectorFacts, { rulesKnown }: SpaceFacts): string {
  if (usage.enabled > 0) return `${usage.enabled} enabled rule${usage.enabled > 1 ? "s use" : " uses"} it`;
  if (others && others.uses.length > 0) return `it is used by ${usersInWords([], others.uses)}`;
  if (usage.rules > 0) return `${usage.rules} disabled rule${usage.rules > 1 ? "s use" : " uses"} it`;
  if (!rulesKnown) return "which rules use it could not be read";
  if ((connector.references ?? 0) > 0)
    return "what refers to it was not found among the rules: a case, a queued run, or a rule that this key may not read";
  return "no rule uses it";
}

/** `; 2 rules tell nobody else: "A", "B" (not told: #ops at slack.com)`, for evidence; empty where there are none. */
export function nobodyElse({ usage: { untold } }: ConnectorFacts): string {
  if (!untold) return "";
  const { rules, names, to } = untold;
  const named = names.map((name) => quoted(name, 60)).join(", ");
  const more = rules > names.length ? ` and ${rules - names.length} more` : "";
  return `; ${rules === 1 ? "1 enabled rule tells" : `${rules} enabled rules tell`} nobody else: ${named}${more}${to.length > 0 ? ` (not told: ${to.join("; ")})` : ""}`;
}

/** The same rules, each as a part of the finding. */
export function untoldRules({ usage: { untold } }: ConnectorFacts): Pick<Draft, "covers"> {
  return untold ? { covers: [...untold.ids] } : {};
}

/** Whether a check misses something where a part could not be read. */
export function misses({ needs, findsBy }: Check, part: Part): boolean {
  return needs.includes(part) || findsBy?.includes(part) === true;
}

/** What these checks read. */
export function wantedParts(checks: readonly Check[]): Set<Part> {
  return new Set(checks.flatMap((check) => [...check.needs, ...(check.weighs ?? [])]));
}
