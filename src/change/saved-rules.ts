import { plainText, quoted } from "../plain-text.ts";
import { canBeSaved, differenceInWords } from "../rules/unmeant.ts";
import type { OpResult, PutRuleOp, RuleSaved } from "./plan.ts";
import { whyNoUndo } from "./undo.ts";
import type { UndoBy } from "./undo-here.ts";

/** Rules that one sentence names. */
const namesShown = 5;
/** Sentences of a kind; list_changes and the journal have the rest. */
const sentencesShown = 10;

/** What saving rules did beside what it was meant to, with the way back: one sentence for all rules of which it is true. */
export function savedWarnings(change: string, results: readonly OpResult[], by: UndoBy): string[] {
  const rules = new Map<string, PutRuleOp[]>();
  const note = (sentence: string, op: PutRuleOp) => rules.set(sentence, [...(rules.get(sentence) ?? []), op]);
  for (const result of results) {
    const { op, data, unmeant } = result;
    if (op.op !== "put_rule") continue;
    for (const field of new Set(refusedIn(data)))
      note(`Kibana does not take ${quoted(field, 80)}, which it answers: saved without it, and nothing was written before.`, op);
    if (!unmeant) continue;
    const differ = Object.entries(unmeant.fields);
    const back = differ.filter(([field]) => canBeSaved(field) && !refusedIn(data).includes(field)).map(inWords);
    const others = unmeant.byOthers ? " Somebody else saved the rule in the same moment: it may be their doing." : "";
    if (back.length > 0)
      note(`Differs after the save and was not meant to: ${back.join(", ")}.${others || wayBack(change, result, by)}`, op);
    const byHand = differ.filter(([field]) => !canBeSaved(field) || refusedIn(data).includes(field)).map(inWords);
    if (byHand.length > 0)
      note(`Differs after the save and was not meant to: ${byHand.join(", ")}.${others} No save sets it: set it back in Kibana.`, op);
  }
  const sentences = [...rules].map(([sentence, ops]) => `${named(ops)}: ${sentence}`);
  return sentences.length > sentencesShown
    ? [...sentences.slice(0, sentencesShown), `${sentences.length - sentencesShown} more sentences of this kind are left out.`]
    : sentences;
}

function wayBack(change: string, result: OpResult, by: UndoBy): string {
  const why = whyNoUndo(result, by);
  return why === undefined ? ` undo_change {"change": "${change}"} puts it back, with the actions.` : ` Set it back in Kibana. ${why}`;
}

function inWords([field, difference]: [string, { was: unknown; is: unknown }]): string {
  return plainText(differenceInWords(field, difference), 400);
}

function named(ops: readonly PutRuleOp[]): string {
  const names = ops.slice(0, namesShown).map(({ name, id }) => `${quoted(name, 60)} (${plainText(id, 60)})`);
  return `Rule${ops.length > 1 ? "s" : ""} ${names.join(", ")}${ops.length > namesShown ? ` and ${ops.length - namesShown} more` : ""}`;
}

function refusedIn(data: unknown): string[] {
  return data !== null && typeof data === "object" && "refused" in data && Array.isArray(data.refused) ? data.refused : [];
}

/** Whether an op's data are what a save of a rule answers. */
export function isSaved(data: unknown): data is RuleSaved {
  return data !== null && typeof data === "object" && "read" in data && "saved" in data;
}
