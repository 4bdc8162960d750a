import { firstFew } from "../first-few.ts";
import { grouped } from "../grouped.ts";
import { ownValue } from "../plain-object.ts";
import { plainText, quoted } from "../plain-text.ts";
import { canBeSaved, differenceInWords } from "../rules/unmeant.ts";
import { hideSecrets } from "../secrets/detect.ts";
import type { PutRuleOp } from "./op.ts";
import type { OpResult, RuleSaved } from "./plan.ts";
import { whyNoUndo } from "./undo.ts";
import type { UndoBy } from "./undo-here.ts";

/** Most rules that one sentence names. */
const namesShown = 5;
/** Most sentences in one answer; list_changes and the journal have the rest. */
const sentencesShown = 10;

/** What saving rules changed unintentionally, and how to undo it: one sentence for all rules that it applies to. */
export function savedWarnings(change: string, results: readonly OpResult[], by: UndoBy): string[] {
  const notes: { sentence: string; op: PutRuleOp }[] = [];
  const note = (sentence: string, op: PutRuleOp) => notes.push({ sentence, op });
  for (const result of results) {
    const { op, data, unmeant } = result;
    if (op.op !== "put_rule") continue;
    for (const field of new Set(refusedIn(data)))
      note(`Kibana returns ${quoted(field, 80)} but refuses it in a save: saved without it; the refused attempt wrote nothing.`, op);
    if (!unmeant) continue;
    const differ = Object.entries(unmeant.fields);
    const back = differ.filter(([field]) => canBeSaved(field) && !refusedIn(data).includes(field)).map(inWords);
    const others = unmeant.byOthers ? " Somebody else saved the rule at the same moment: that may be the cause." : "";
    if (back.length > 0) note(`Differs after the save unintentionally: ${back.join(", ")}.${others || wayBack(change, result, by)}`, op);
    const byHand = differ.filter(([field]) => !canBeSaved(field) || refusedIn(data).includes(field)).map(inWords);
    if (byHand.length > 0)
      note(`Differs after the save unintentionally: ${byHand.join(", ")}.${others} A save cannot set it: restore it in Kibana.`, op);
  }
  const sentences = [...grouped(notes, ({ sentence }) => sentence)].map(
    ([sentence, rules]) => `${named(rules.map(({ op }) => op))}: ${sentence}`,
  );
  return sentences.length > sentencesShown
    ? [...sentences.slice(0, sentencesShown), `${sentences.length - sentencesShown} more sentences of this kind are left out.`]
    : sentences;
}

function wayBack(change: string, result: OpResult, by: UndoBy): string {
  const why = whyNoUndo(result, by);
  return why === undefined ? ` undo_change {"change": "${change}"} restores it, with the actions.` : ` Set it back in Kibana. ${why}`;
}

function inWords([field, difference]: [string, { was: unknown; is: unknown }]): string {
  return plainText(
    differenceInWords(field, difference, (key, value) => ownValue(hideSecrets({ [key]: value }).config, key)),
    400,
  );
}

function named(ops: readonly PutRuleOp[]): string {
  return `Rule${ops.length > 1 ? "s" : ""} ${firstFew(ops, namesShown, ({ name, id }) => `${quoted(name, 60)} (${plainText(id, 60)})`)}`;
}

function refusedIn(data: unknown): string[] {
  return data !== null && typeof data === "object" && "refused" in data && Array.isArray(data.refused) ? data.refused : [];
}

/** Whether an op's data are what a save of a rule answers. */
export function isSaved(data: unknown): data is RuleSaved {
  return data !== null && typeof data === "object" && "read" in data && "saved" in data;
}
