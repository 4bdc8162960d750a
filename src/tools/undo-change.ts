import * as z from "zod";
import { entriesOf, idIn, subjectsInWords } from "../change/entries-of.ts";
import type { JournalEntry } from "../change/journal.ts";
import { usesConnectors } from "../change/op.ts";
import type { NextCall, NoChange, OpResult, Plan } from "../change/plan.ts";
import { maySee } from "../change/principal.ts";
import { recordedElsewhere } from "../change/recorded-elsewhere.ts";
import { inverseOfEntry, recordedIn, undoCall } from "../change/undo.ts";
import { undoBy } from "../change/undo-here.ts";
import { ToolError } from "../errors.ts";
import { quoted } from "../plain-text.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { mayWorkOtherwise, safeTest } from "./connectors/safe-test.ts";
import { reportOfEach, type SpacesPlan } from "./connectors/space-rows.ts";
import { changeAcross, type ToolContext } from "./define.ts";
import { compact, widens } from "./fields.ts";
import { type Entries, planUndo } from "./plans/plan-undo.ts";
import { usersNotBack } from "./plans/users-not-back.ts";
import { notDone, rowsShown, ruleNow } from "./rules/replaced-report.ts";
import { overlapWarnings, ownersNow } from "./rules/rule-changes.ts";
import { workflowRows } from "./workflows/workflow-rows.ts";

export const undoChange = changeAcross({
  name: "undo_change",
  title: "Undo change",
  description:
    "Undo a change of this server, as far as possible: restore a deleted connector under its id, restore name and config, delete a new one, give rules and workflows back what they had. Secrets have to be given again. A person is asked.",
  risk: "destructive",
  access: "full",
  idempotent: true,
  input: z.strictObject({
    change: z.string().min(1).describe('From list_changes, or "last"'),
    id: widens(z.string().optional().describe("One connector or rule of several: id or name"), "all that the change had"),
    space: widens(z.string().optional(), "all spaces that the change had"),
    secrets: z.looseObject({}).optional().describe("Field → reference, if secrets were lost"),
    assert_no_other_secrets: z.boolean().optional().describe("Only if nobody is asked"),
  }),
  async plan(
    { change: asked, id, space, secrets = {}, assert_no_other_secrets: noOthers },
    context,
  ): Promise<Plan | SpacesPlan | NoChange> {
    const { entries, problems } = await context.journal.entries();
    const { found, older, undo } = askedAmong(entries, problems, asked, { id, spaces: namedSpaces(space) }, context);
    const { change } = found[0].begin;
    const plan = await planUndo(found, entries, { secrets, noOtherSecrets: noOthers ?? false }, context);
    const beside = problems.length > 0 ? [mayHaveMore(problems)] : [];
    if ("noChange" in plan) {
      const words = [plan.message, ...(undo ? [undo.words] : []), ...(older ? [before(older)] : [])];
      const known = [...(undo ? [undo.call] : []), ...plan.next];
      const next = known.length === 0 && plan.status === "plan_changed" ? [whatItReplaced(found)] : known;
      return { ...plan, message: words.filter((one) => one !== undefined).join(" "), warnings: [...beside, ...plan.warnings], next };
    }
    return { ...plan, undoes: change, summary: `Undo ${change}: ${plan.summary}`, warnings: [...beside, ...plan.warnings] };
  },
  report: async (plan, results, context) => {
    const [op] = plan.ops;
    const [result] = results;
    const workflows = workflowRows(plan.ops, results, [], "put_back").slice(0, rowsShown);
    if ("beside" in plan) {
      const back = results.find(({ op: { op: kind }, outcome, stored }) => outcome === "done" && stored && kind !== "delete");
      const [told, off] = [reportOfEach(plan, results), await usersNotBack(results, context)];
      return {
        ...told,
        result: compact({ ...told.result, workflows }),
        warnings: off.warnings,
        next: [...off.next, ...(back ? await testOf(back) : [])],
      };
    }
    if (usesConnectors(op)) {
      const ofRules = results.filter((one) => one.op.op === "put_rule");
      const done = ofRules.filter((one) => one.outcome === "done");
      const { failed, waiting } = notDone(
        plan.ops.filter((one) => one.op === "put_rule"),
        ofRules,
      );
      return {
        result: compact({
          rules_put_back: op.op === "put_rule" ? done.length : undefined,
          rules: done.slice(0, rowsShown).map(ruleNow),
          api_key_owner: ownersNow(results),
          failed: failed.slice(0, rowsShown),
          not_begun: waiting.length || undefined,
          workflows,
        }),
        warnings: overlapWarnings(results),
      };
    }
    if (result?.outcome !== "done") return { result: compact({ workflows }) };
    if (op.op === "delete") return { result: { deleted: [op.id] } };
    const { stored } = result;
    const off = await usersNotBack(results, context);
    return {
      result: compact({ connector: stored && connectorView(stored, op.space), workflows }),
      warnings: off.warnings,
      next: [...off.next, ...(await testOf(result))],
    };
  },
});

/** The call that shows what a change replaced, where somebody changed the same since: of that, what is wanted can be set again by itself. */
function whatItReplaced([first, ...more]: Entries): NextCall {
  const { space, op } = first.begin.op;
  const id = more.length === 0 ? idIn(first) : undefined;
  const isOneSpace = more.every(({ begin }) => begin.op.space === space);
  const by = op === "put_rule" || op === "put_workflow" ? "attach_connector or replace_connector" : "update_connector";
  return {
    tool: "list_changes",
    args: compact({ id, space: isOneSpace ? space : undefined, detail: true }),
    why: `Shows what that change replaced, under \`before\`: what of it the user wants back, ${by} sets.`,
  };
}

/** The call that tests what came back. */
async function testOf({ op, stored }: OpResult): Promise<NextCall[]> {
  return stored && mayWorkOtherwise(op) ? safeTest(stored, op.space, "See whether it works again.") : [];
}

/** Which parts of a change are meant. */
interface Meant {
  /** Or a name. */
  id: string | undefined;
  /** Undefined: all. */
  spaces: string[] | undefined;
}

function meantAmong(entries: readonly JournalEntry[], { id, spaces }: Meant): JournalEntry[] {
  return (id === undefined ? [...entries] : entriesOf(entries, id)).filter(({ begin }) => spaces?.includes(begin.op.space) ?? true);
}

function namedSpaces(space: string | undefined): string[] | undefined {
  return space === undefined || space === "*" ? undefined : space.split(",").map((one) => one.trim());
}

function mayHaveMore(problems: readonly string[]): string {
  return `Part of the journal cannot be read, so the change may have had more: ${problems.slice(0, 3).join(" ")}${problems.length > 3 ? ` And ${problems.length - 3} more.` : ""}`;
}

/**
 * The journal's entries of a change. With "last": `older`, the newest before it, and `undo`, the caller's own undo since.
 * @param problems what of it cannot be read */
function askedAmong(
  entries: readonly JournalEntry[],
  problems: readonly string[],
  asked: string,
  meant: Meant,
  context: ToolContext,
): { found: Entries; older: JournalEntry | undefined; undo: UndoSince | undefined } {
  const { deployment, principal } = context;
  const visible = entries
    .filter(({ begin }) => begin.deployment === deployment.name)
    .filter(({ begin }) => maySee(principal, begin.op.space));
  const all = meantAmong(visible, meant);
  const unreadable = problems.length > 0 ? ` ${mayHaveMore(problems)}` : "";
  const lastOf = (some: readonly JournalEntry[]) => some.filter((one) => isForLast(one, principal.name));
  const [last, ...others] = lastOf(all);
  const undo = asked === "last" && last ? undoSince(last, all, context) : undefined;
  if (asked === "last" && last) assertUndoable(last, others, undo);
  const change = asked === "last" ? (last ?? lastOf(visible)[0])?.begin.change : asked;
  const elsewhere = recordedElsewhere(entries, context, asked === "last" ? undefined : asked);
  const but = elsewhere === undefined ? "" : ` ${elsewhere}`;
  if (change === undefined)
    throw new ToolError(
      "invalid_arguments",
      `There is no change of yours to undo.${but}${unreadable}`,
      "Call list_changes to see what was changed.",
    );
  const [first, ...more] = all.filter(({ begin }) => begin.change === change);
  if (first) {
    assertOne([first, ...more], meant);
    return { found: [first, ...more], older: asked === "last" ? beforeThat(change, others) : undefined, undo };
  }
  const ofChange = visible.filter(({ begin }) => begin.change === change);
  const where = meant.spaces ? ` in space ${meant.spaces.join(", ")}` : "";
  throw new ToolError(
    "invalid_arguments",
    ofChange.length > 0
      ? `${asked === "last" ? "No change of yours" : `The change ${quoted(asked)}`} has ${asked === "last" ? "a" : "no"} connector or rule${meant.id === undefined ? "" : ` ${quoted(meant.id)}`}${where}.`
      : `The journal has no change ${quoted(asked)} for this Kibana${problems.length > 0 ? ", as far as it can be read" : ""}.${but}${unreadable}`,
    `${ofChange.length > 0 ? `${asked === "last" ? `The last one, ${change},` : "It"} has ${subjectsInWords(ofChange)}. ` : ""}Call list_changes to see what can be undone.`,
  );
}

/** @throws ToolError ambiguous_connector for a name of several things of one space: an id would mean one of them */
function assertOne(found: readonly JournalEntry[], { id }: Meant): void {
  const others = new Map(found.map((one) => [idIn(one), one.begin.op]));
  const spaces = new Set(found.map(({ begin }) => begin.op.space));
  if (id === undefined || others.size <= spaces.size) return;
  throw new ToolError(
    "ambiguous_connector",
    `That change has ${others.size} connectors or rules of the name ${quoted(id, 80)}.`,
    "Use the id of the one you mean.",
    { candidates: [...others].slice(0, 20).map(([one, { space, type }]) => compact({ id: one, space, type })) },
  );
}

/**
 * Whether "last" may mean it: a change of this caller that was made, or may have been. Undos do not count, or a second "last" would
 * redo the change, nor do runs that only read.
 */
function isForLast(entry: JournalEntry, caller: string): boolean {
  const { begin, end } = entry;
  if (begin.principal !== caller || begin.tool === "undo_change" || end?.outcome === "not_done") return false;
  const record = recordedIn(entry);
  return record?.op !== "execute" || !(record.safe || record.onlyReads);
}

/**
 * "Undo that" means the newest change: an older one is never taken in its place unasked.
 * @param others newest first
 * @throws ToolError invalid_arguments, with the newest one that can be undone
 */
function assertUndoable(last: JournalEntry, others: readonly JournalEntry[], undo: UndoSince | undefined): void {
  const { change } = last.begin;
  if ([last, ...others].some((one) => one.begin.change === change && whyNotUndone(one) === undefined)) return;
  const older = beforeThat(change, others);
  throw new ToolError(
    "invalid_arguments",
    `The last change cannot be undone: ${described(last)}. ${whyNotUndone(last)} Nothing older was undone instead.`,
    [...(undo ? [undo.words] : []), older ? before(older) : "Call list_changes to see what was changed."].join(" "),
    compact({ change, newest_undoable: older?.begin.change, next: undo && [undo.call] }),
  );
}

/** An undo that this caller made after the change that "last" means. */
interface UndoSince {
  words: string;
  call: NextCall;
}

/** "Undo that" may mean an undo that was a mistake: its own undo is named, never made unasked. @param all newest first */
function undoSince(
  last: JournalEntry,
  all: readonly JournalEntry[],
  { principal, settings }: Pick<ToolContext, "principal" | "settings">,
): UndoSince | undefined {
  const newer = all.slice(0, all.indexOf(last));
  const made = newer.find(
    ({ begin, end }) => begin.principal === principal.name && begin.tool === "undo_change" && end?.outcome !== "not_done",
  );
  const inverse = made && inverseOfEntry(made);
  const offer = inverse && undoCall(made.begin.change, inverse, { by: undoBy(principal, settings) });
  if (!made || !offer || "no_undo" in offer) return undefined;
  const { tool, args, note } = offer.undo;
  return {
    words: `The newest of yours is the undo ${described(made)}: if that was a mistake, call ${tool} with change "${made.begin.change}".`,
    call: { tool, args, why: ["Takes that undo back.", ...(note === undefined ? [] : [note])].join(" ") },
  };
}

function beforeThat(change: string, others: readonly JournalEntry[]): JournalEntry | undefined {
  return others.find((one) => one.begin.change !== change && whyNotUndone(one) === undefined);
}

function before(older: JournalEntry): string {
  return `Before it came ${described(older)}: if the user means that one, call undo_change with change "${older.begin.change}".`;
}

/** `2026-11-30-0123456789 (execute_connector, "Ops chat")` */
function described({ begin }: JournalEntry): string {
  return `${begin.change} (${begin.tool}, ${quoted(begin.op.name, 80)})`;
}

/** Why undo_change cannot take an entry back, whatever is true now; undefined where it may. */
function whyNotUndone(entry: JournalEntry): string | undefined {
  const inverse = inverseOfEntry(entry);
  if (!inverse) return "Whether it happened is not known: look at it first.";
  if ("none" in inverse) return inverse.none;
  return inverse.op === "execute" ? "Another run reverses it: list_changes has the call." : undefined;
}
