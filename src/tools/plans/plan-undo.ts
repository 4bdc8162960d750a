import type { CheckedSpace } from "../../change/checked-space.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NextCall, NoChange, Plan } from "../../change/plan.ts";
import { changesOnlySecrets, inverseOfEntry, mayHaveHappened } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { quoted } from "../../plain-text.ts";
import type { Known } from "../connectors/deletable.ts";
import { deletedHere } from "../connectors/deleted-here.ts";
import type { SpacesPlan } from "../connectors/space-rows.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { ofWorkflows, withWorkflows, workflowsInWords } from "../workflows/put-workflow.ts";
import { type Later, laterThan, undoneAlready } from "./later-changes.ts";
import { type Owner, ownerSince } from "./same-connector.ts";
import { type Given, planInverse } from "./undo-connector.ts";
import { planUndoRules, type RulesBack, ruleInverses } from "./undo-rules.ts";
import { planUndoOfSeveral } from "./undo-several.ts";
import { planUndoWorkflows, type WorkflowsBack, workflowInverses } from "./undo-workflows.ts";

/** Entries of a change, at least one. */
export type Entries = readonly [JournalEntry, ...JournalEntry[]];

/**
 * Undoes the parts of a change: all of them together, each as far as it can be. What was undone already stays as it is.
 * @param entries all of the journal, newest first
 */
export async function planUndo(
  found: Entries,
  entries: readonly JournalEntry[],
  given: Given,
  context: ToolContext,
): Promise<Plan | SpacesPlan | NoChange> {
  const plan = await planParts(found, entries, given, context);
  const undone = found.flatMap((one) => {
    const why = undoneAlready(one, entries);
    return why === undefined ? [] : [{ one, why }];
  });
  if ("noChange" in plan || undone.length === 0) return plan;
  const [first, ...more] = found.filter((entry) => !undone.some(({ one }) => one === entry));
  const why = [...new Set(undone.map((one) => one.why))].join(" ");
  if (first) {
    const rest = await planParts([first, ...more], entries, given, context);
    return {
      ...rest,
      warnings: [`Left as it is: ${firstFew(undone, 5, ({ one }) => quoted(one.begin.op.name, 60))}. ${why}`, ...rest.warnings],
    };
  }
  return { noChange: true, message: `${why} ${nothing.trim()}`, space: found[0].begin.op.space, result: {}, warnings: [], next: [] };
}

async function planParts(
  found: Entries,
  entries: readonly JournalEntry[],
  given: Given,
  context: ToolContext,
): Promise<Plan | SpacesPlan | NoChange> {
  const parts = partsOf(found);
  const read = readingOnce(context);
  const planPart = (part: Entries, own: Given) =>
    planUndoPart(
      part,
      { ...own, laterThan: (one) => laterThan(one, entries), ownerSince: (one) => ownerSince(one, entries) },
      read,
      context,
    );
  if (parts.length < 2) return planPart(parts[0] ?? found, given);
  return planUndoOfSeveral(parts, given, planPart, context.secrets);
}

interface Means extends Given {
  laterThan(entry: JournalEntry): Later[];
  ownerSince(entry: JournalEntry): Promise<Owner | undefined>;
}

type Read = (space: string) => Promise<Known & { space: CheckedSpace }>;

/** What is in a space now, read once for all parts that are in it. */
function readingOnce({ kibana, spaces }: ToolContext): Read {
  const begun = new Map<string, ReturnType<Read>>();
  async function read(id: string) {
    const space = await spaces.check(id, { fresh: true });
    const [status, existing, types] = await Promise.all([kibana.status(), kibana.connectors(space), kibana.connectorTypes(space)]);
    return { space, status, existing, types };
  }
  return (space) => {
    const answer = begun.get(space) ?? read(space);
    begun.set(space, answer);
    return answer;
  };
}

/** What is undone by itself: each connector, but with the rules and workflows of its space. What did not happen is no part. */
function partsOf(found: Entries): Entries[] {
  const happened = found.filter(({ end }) => end?.outcome !== "not_done");
  return [...grouped(happened, ({ begin }) => begin.op.space).values()].flatMap((entries): Entries[] => {
    const [first, ...rest] = entries;
    if (!first) return [];
    return entries.some(isOfUsers) ? [[first, ...rest]] : entries.map((entry): Entries => [entry]);
  });
}

/** Undoes what belongs together in one space: rules and workflows all at once, after the one connector that they may have. */
async function planUndoPart(found: Entries, given: Means, read: Read, context: ToolContext): Promise<Plan | NoChange> {
  const rules = ruleInverses(found, given.laterThan);
  const workflows = workflowInverses(found, given.laterThan);
  const [first] = workflows.inverses;
  const hasWorkflows = first !== undefined || workflows.left.length > 0;
  const other = found.find((entry) => !isOfUsers(entry) && (!hasWorkflows || inverseOfEntry(entry) !== undefined));
  if (!hasWorkflows) return rules ? undoRules(rules, context) : undoOne(other ?? found[0], given, read, context);
  const part = first && (await workflowsBack(workflows, first.space, other && !rules ? [other] : [], context));
  const base = rules
    ? await undoRules(rules, context, first !== undefined)
    : other
      ? await undoOne(other, { ...given, workflows: part?.ops }, read, context)
      : undefined;
  if (!part) {
    if (!base) throw cannot(workflows.left.join(" "));
    return "noChange" in base ? base : { ...base, warnings: [...workflows.left, ...base.warnings] };
  }
  // Workflows would name a connector by a name that does not come back.
  if (base && "noChange" in base && !rules) return base;
  const words = `Put back the text of ${workflowsInWords(part.ops)}.`;
  if (base && "ops" in base) return withWorkflows(base, { ...part, warnings: [...part.left, ...part.warnings] }, words);
  const left = [...(base?.message === undefined ? [] : [base.message.replace(nothing, "")]), ...part.left];
  const plan = ofWorkflows({ ...part, warnings: [...left, ...part.warnings] }, words);
  return (
    plan ?? {
      noChange: true,
      ...(part.changed.length > 0 || base?.status === "plan_changed" ? { status: "plan_changed" } : {}),
      message: left.length > 0 ? `${nothing}${left.join(" ")}` : "The workflows are as they were before that change.",
      space: part.space,
      result: compact({ ...base?.result, workflows_changed_since: part.changed }),
      warnings: [],
      next: await firstRestored(part.gone, part.space, read, context),
    }
  );
}

const nothing = "Nothing was written. ";

/** The calls that bring back what this server deleted and workflows would name again. */
async function firstRestored(gone: readonly string[], space: CheckedSpace, read: Read, context: ToolContext): Promise<NextCall[]> {
  if (gone.length === 0) return [];
  return [...(await deletedHere(gone, space, await read(space), context)).values()].flat();
}

/** @param others what goes back before them: a connector under its old name */
async function workflowsBack(back: WorkflowsBack, inSpace: string, others: readonly JournalEntry[], context: ToolContext) {
  const space = await context.spaces.check(inSpace, { fresh: true });
  const inverses = others.map(inverseOfEntry);
  const named = inverses.flatMap((one) => (one && "op" in one && one.op === "update" ? [{ id: one.id, name: one.to.name }] : []));
  return { space, ...(await planUndoWorkflows(back, named[0], { ...context, space })) };
}

function isOfUsers({ begin }: JournalEntry): boolean {
  return begin.op.op === "put_rule" || begin.op.op === "put_workflow";
}

/** @param withOthers whether something else of the change may go back all the same */
async function undoRules(rules: RulesBack, context: ToolContext, withOthers = false): Promise<Plan | NoChange> {
  const { inverses, left } = rules;
  const [first] = inverses;
  if (first) return planUndoRules(rules, await context.spaces.check(first.space, { fresh: true }), context);
  const why = [...new Set(left.map((one) => one.why))].join(" ");
  if (!withOthers) throw cannot(why);
  return { noChange: true, message: why, space: "", result: {}, warnings: [], next: [] };
}

async function undoOne(entry: JournalEntry, given: Means, read: Read, context: ToolContext): Promise<Plan | NoChange> {
  const inverse = inverseOfEntry(entry);
  if (!inverse) throw cannot(whyNone(entry));
  if ("none" in inverse) throw cannot(inverse.none);
  if (inverse.op === "execute") throw cannot("Another run reverses it: list_changes has the execute_connector call that does so.");
  if (inverse.op === "put_rule" || inverse.op === "put_workflow") throw cannot("It was a change of a rule or workflow.");
  const isUncertain = mayHaveHappened(entry);
  if (isUncertain && changesOnlySecrets(inverse)) throw cannot(secretsUnknown);
  const plan = await planInverse(
    inverse,
    entry.begin.op.type,
    await read(inverse.space),
    { ...given, change: entry.begin.change, later: given.laterThan(entry), owner: await given.ownerSince(entry), isUncertain },
    context,
  );
  if ("noChange" in plan) {
    if (isUncertain)
      throw cannot("Whether it happened is unknown, and the connector is not as it would have left it: look at it with get_connector.");
    return plan;
  }
  // The consequence that the op always has, but at least a person's yes: an undo replaces or removes what exists.
  return { ...plan, consequence: plan.consequence === "free" ? "person" : plan.consequence };
}

/** Of a change of secrets alone that may have happened. */
export const secretsUnknown =
  "Whether it stored the new secrets is not known, and nobody can read them: update_connector with those that are right settles it.";

function whyNone({ end }: JournalEntry): string {
  if (!end) return "Its end is not recorded: look at the connector first.";
  return end.outcome === "unknown"
    ? "Whether it happened is unknown: look at the connector first, with get_connector."
    : "It did not happen, so there is nothing to undo.";
}

function cannot(why: string): ToolError {
  return new ToolError("invalid_arguments", `This change cannot be undone. ${why}`, "Call list_changes to see what can be undone.");
}
