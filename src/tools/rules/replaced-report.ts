import { type Op, usesConnectors } from "../../change/op.ts";
import type { NextCall, NoChange, OpResult, Plan } from "../../change/plan.ts";
import { isSaved } from "../../change/saved-rules.ts";
import type { Report } from "../../change/services.ts";
import type { Rule } from "../../kibana/rules.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { usersInWords } from "../../usage/free.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import type { LeftWorkflow } from "../workflows/repoint-workflows.ts";
import { workflowRows } from "../workflows/workflow-rows.ts";
import { toGoOn } from "./first-rules.ts";
import type { Move } from "./replaced-earlier.ts";
import { overlapWarnings, ownersNow } from "./rule-changes.ts";
import { type Counted, stillUsedBy } from "./still-used.ts";

/** The most rules that an answer names one by one, and with their actions; list_changes has them all. */
export const rowsShown = 20;
export const fewRows = 10;

/** A rule that stays as it is, and why. */
export interface Left {
  id: string;
  name: string;
  outcome: "skipped" | "blocked" | "unchanged";
  why: string;
}

/** A plan, with the rules it leaves alone. */
export interface ReplacePlan extends Plan {
  left: Left[];
  /** How many more rules a later call has to change. */
  later: number;
  /** Workflows that go on naming it. */
  workflows: LeftWorkflow[];
  earlier: Move[];
  moved: "moved" | "removed";
  /** The connector whose actions were meant. */
  from: string;
  counted: Counted;
  /** The call that tests the new connector, if actions were moved. */
  test: NextCall[];
  /** Whether something refers to it that this key cannot see. */
  hidden: boolean;
}

/** What happened to each rule and workflow; those that need attention come first. */
export async function replaced(plan: ReplacePlan, results: OpResult[], { kibana }: Pick<ToolContext, "kibana">): Promise<Report> {
  const ofRules = results.filter(({ op }) => op.op === "put_rule");
  const done = ofRules.filter((result) => result.outcome === "done");
  const { failed, unknown, waiting } = notDone(
    plan.ops.filter(({ op }) => op === "put_rule"),
    ofRules,
  );
  const workflows = workflowRows(plan.ops, results, plan.workflows);
  const movedWorkflows = results.filter(({ op, outcome }) => op.op === "put_workflow" && outcome === "done").length;
  const stillUsed = await stillUsedBy(plan.counted, plan.ops[0].space, kibana);
  const rows = [...failed, ...unknown, ...whyOnce(plan.left), ...done.map((one) => doneRow(one, plan)), ...waiting];
  return {
    result: compact({
      counts: compact({
        [plan.moved]: done.length,
        workflows_moved: movedWorkflows || undefined,
        failed: failed.length || undefined,
        unknown: unknown.length || undefined,
        not_begun: waiting.length || undefined,
        skipped: plan.left.filter((one) => one.outcome === "skipped").length || undefined,
        blocked: plan.left.filter((one) => one.outcome === "blocked").length || undefined,
        later: plan.later || undefined,
      }),
      // The first thing that a delete would check.
      still_used_by: stillUsedInWords(stillUsed, plan),
      api_key_owner: ownersNow(results),
      earlier: plan.earlier,
      rules: rows.slice(0, rowsShown),
      rules_left_out: Math.max(0, rows.length - rowsShown) || undefined,
      workflows: workflows.slice(0, rowsShown),
      workflows_left_out: Math.max(0, workflows.length - rowsShown) || undefined,
    }),
    ...toGoOn(done.length, plan.later),
    warnings: overlapWarnings(results),
    next: [
      ...(rows.length > rowsShown ? [{ tool: "list_changes", args: { limit: 100 }, why: "See each rule with its time and outcome." }] : []),
      ...(done.length + movedWorkflows === 0 ? [] : plan.test),
    ],
  };
}

/** `2`, `2, and among them 1 case: "Phishing"`, `unknown, and what was not looked at: rules (This key may not read them)` */
function stillUsedInWords(
  { count, missed }: Awaited<ReturnType<typeof stillUsedBy>>,
  { hidden, counted: { beside } }: ReplacePlan,
): number | string | undefined {
  const more = [
    ...(beside.length > 0 ? [`among them ${usersInWords([], beside)}`] : []),
    ...(hidden ? ["something that this key cannot see"] : []),
    ...(missed === "" ? [] : [`what was not looked at: ${missed}`]),
  ];
  return more.length > 0 ? [count ?? "unknown", ...more].join(", and ") : count;
}

/** Includes what else was dropped: actions of other connectors that are gone. */
function doneRow(result: OpResult, { moved, from }: ReplacePlan) {
  const { op } = result;
  const dropped = op.op === "put_rule" ? op.gone.filter(({ id, actions }) => id !== from && actions > 0) : [];
  return compact({ ...ruleNow(result), outcome: moved, dropped });
}

/** A saved rule, as Kibana answered. */
export function ruleNow({ op, data }: OpResult) {
  return compact({ id: op.id, name: nameOf(op), enabled: isSaved(data) ? data.enabled : undefined });
}

/** The rules whose change failed, or of which nobody knows, and why; and those that were not begun. */
export function notDone(ops: readonly Op[], results: readonly OpResult[]) {
  const begun = new Set(results.map(({ op }) => op.id));
  const rows = saidOnce(results.filter((result) => result.outcome !== "done").map(failedRow), "error");
  return {
    failed: rows.filter(({ outcome }) => outcome === "failed"),
    unknown: rows.filter(({ outcome }) => outcome === "unknown"),
    waiting: ops.filter((op) => !begun.has(op.id)).map((op) => ({ id: op.id ?? "", name: nameOf(op), outcome: "not_begun" })),
  };
}

/** The row of a rule that is left alone. */
export function row({ id, name }: Rule, outcome: Left["outcome"], why: string): Left {
  return { id, name: plainText(name, 120), outcome, why };
}

export function detectionRow(rule: Rule): Left {
  return row(rule, "skipped", "A detection rule of Elastic Security: edit it in the Security app, or name it in `rules`.");
}

function skippedWarning(left: readonly Left[]): string {
  const skipped = left.filter((one) => one.outcome === "skipped");
  const ids = skipped.slice(0, 5).map(({ id }) => id);
  return `${skipped.length} detection rule${skipped.length > 1 ? "s" : ""} of Elastic Security keep${skipped.length > 1 ? "" : "s"} the old connector (${ids.map(word).join(", ")}${skipped.length > 5 ? ", …" : ""}): such rules belong to the Security app. Edit them there, or name them in \`rules\`.`;
}

/** The answer if no rule needs a change. */
export function nothingToDo({
  from,
  space: inSpace,
  left,
  workflows,
  earlier,
  warnings,
}: {
  from: { id: string; name?: string };
  space: string;
  left: Left[];
  workflows: LeftWorkflow[];
  earlier: Move[];
  warnings: string[];
}): NoChange {
  const skipped = left.filter((one) => one.outcome === "skipped");
  return {
    noChange: true,
    message:
      skipped.length > 0
        ? skippedWarning(left)
        : `No rule ${left.length > 0 ? "of these " : ""}uses ${named(from)}${earlierInWords(earlier)}${workflows.length > 0 ? ", and no workflow that names it can be moved" : ""}.`,
    space: inSpace,
    result: compact({
      workflows: workflowRows([], [], workflows).slice(0, rowsShown),
      earlier,
      rules: whyOnce(left).slice(0, rowsShown),
      rules_left_out: Math.max(0, left.length - rowsShown) || undefined,
    }),
    warnings,
    next: [],
  };
}

/** ` any more: its actions were removed before` */
function earlierInWords(earlier: readonly Move[]): string {
  const words = { moved: "it was replaced before", removed: "its actions were removed before" };
  const said = [...new Set(earlier.map(({ did }) => words[did]))];
  return said.length > 0 ? ` any more: ${said.join(", and ")}` : "";
}

function failedRow({ op, outcome, error }: OpResult) {
  return {
    id: op.id,
    name: nameOf(op),
    outcome: outcome === "unknown" ? "unknown" : "failed",
    error: plainText(error?.message ?? "", 300),
  };
}

/** Left rules, the same reason said for the first of them only. */
export function whyOnce(left: readonly Left[]): Left[] {
  return saidOnce(left, "why");
}

/** Rows in which a text that an earlier one has refers to that one. */
function saidOnce<Field extends string, Row extends { id?: string | undefined } & Record<Field, string>>(
  rows: readonly Row[],
  field: Field,
): Row[] {
  const first = new Map<string, string | undefined>();
  return rows.map((row) => {
    if (first.has(row[field])) return { ...row, [field]: `as for ${first.get(row[field])}` };
    first.set(row[field], row.id);
    return row;
  });
}

function nameOf(op: OpResult["op"]): string {
  return usesConnectors(op) ? plainText(op.name, 120) : "";
}

export function named({ id, name }: { id: string; name?: string }): string {
  return name === undefined ? `${quoted(id, 80)} (gone)` : `${quoted(name, 60)} (${word(id)})`;
}

export function inWords(rules: readonly Pick<Rule, "id" | "name">[]): string {
  const [only, ...more] = rules;
  return only && more.length === 0 ? `rule ${quoted(only.name, 60)} (${word(only.id)})` : `${rules.length} rules`;
}
