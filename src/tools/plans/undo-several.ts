import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NoChange, Plan } from "../../change/plan.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { inverseOfEntry } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import { quoted, word } from "../../plain-text.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { besideInWords, inEach, rowsInAnswer, type SpaceRow, type SpacesPlan } from "../connectors/space-rows.ts";
import { unknownSecrets } from "../secrets/replaced-secrets.ts";
import { joinedPlan, spacesInWords } from "./joined-plan.ts";
import type { Entries } from "./plan-undo.ts";
import { removalsInWords } from "./plan-update.ts";
import type { Given } from "./undo-connector.ts";

/**
 * The plan that undoes several connectors of a change; one that can no longer be undone is left alone.
 * @param one plans the undo of a single part
 * @throws ToolError if none can be undone
 */
export async function planUndoOfSeveral(
  parts: readonly Entries[],
  given: Given,
  one: (part: Entries, given: Given) => Promise<Plan | NoChange>,
  secrets: SecretSource,
): Promise<SpacesPlan | NoChange> {
  const lost = parts.flat().filter(lostSecrets);
  assertForOne(lost, given);
  const beside: SpaceRow[] = [];
  const all = parts.map((part) => ({ part, space: part[0].begin.op.space, id: idIn(part[0]) }));
  const ended = await inEach(all, ({ part }) => one(part, part.some(lostSecrets) ? given : { ...given, secrets: {} }), beside, {
    how: `${areCopies(lost) ? "One call gives all of them the same secrets: to give each its own, undo" : "Undo"} them one by one, each by its \`id\` and \`space\`.`,
    always: !areCopies(lost),
  });
  const plans: Plan[] = [];
  for (const { space, id, value } of ended) {
    if ("noChange" in value) beside.push(rowOf(space, id, value));
    else plans.push(value);
  }
  const [first, ...more] = withoutTyped(plans, beside);
  if (!first) {
    const isChanged = beside.some(({ state }) => state === "changed_since");
    return {
      noChange: true,
      ...(isChanged ? { status: "plan_changed" } : {}),
      message: `Nothing was written: ${isChanged ? "an undo would revert what somebody else did" : "there is nothing to undo any more"}.`,
      space: spacesShown(all.map(({ space }) => space)),
      result: rowsInAnswer(beside),
      warnings: [],
      next: [],
    };
  }
  const plan = joinedPlan([first, ...more], summaryOf([first, ...more]));
  return {
    ...plan,
    beside,
    beforehand: [...(plan.beforehand ?? []), ...besideInWords(beside)],
    warnings: [...(await unknownSecrets(plans, secrets, parts[0]?.[0].begin.change)), ...plan.warnings],
    facts: [plan.facts, beside.map(({ why: _why, ...row }) => row)],
  };
}

/** Whether all connectors that lost secrets are copies of one: what is given as secrets goes into every one of them. */
function areCopies(lost: readonly JournalEntry[]): boolean {
  return new Set(lost.map(({ begin: { op } }) => JSON.stringify([op.type, op.name]))).size < 2;
}

/** @throws ToolError invalid_arguments where secrets are given for what are no copies */
function assertForOne(lost: readonly JournalEntry[], { secrets }: Given): void {
  if (Object.keys(secrets).length === 0 || areCopies(lost)) return;
  throw new ToolError(
    "invalid_arguments",
    "The change had connectors that are no copies of each other: `secrets` would go into all of them.",
    "Undo those that had secrets one by one: give an `id` with its `secrets`.",
    { ids: lost.map(idIn) },
  );
}

function lostSecrets(entry: JournalEntry): boolean {
  const inverse = inverseOfEntry(entry);
  return inverse !== undefined && "secrets" in inverse && inverse.secrets;
}

function rowOf(space: string, id: string | undefined, { status, message, result }: NoChange): SpaceRow {
  const [why] = message?.split(" Nothing was written") ?? [];
  const differs = Array.isArray(result.differs) ? result.differs.map(String) : undefined;
  return { space, id, state: status === "plan_changed" ? "changed_since" : "unchanged", differs, why };
}

/** A typed name stands for copies of one connector; others that need one are undone alone. */
function withoutTyped(plans: readonly Plan[], beside: SpaceRow[]): Plan[] {
  const names = new Set(plans.map(({ ops: [op] }) => ("name" in op ? op.name : op.before.name)));
  if (names.size < 2 || plans.length < 2) return [...plans];
  const typed = plans.filter(({ consequence }) => typeof consequence === "object");
  beside.push(
    ...typed.map(({ ops: [op], notSeen = "" }) => ({
      space: op.space,
      id: op.id,
      state: "left_out" as const,
      why: `Whether it is used cannot be known, so a person has to type its name: undo it alone, by its id. ${notSeen}`,
    })),
  );
  return plans.filter((plan) => !typed.includes(plan));
}

const verbs = { create: "Create", update: "Put back", delete: "Delete" } as const;

function summaryOf(plans: readonly Plan[]): string {
  const ops = plans.flatMap(({ ops: all }) => all.filter((op) => op.op === "create" || op.op === "update" || op.op === "delete"));
  const where = spacesInWords(ops.map(({ space }) => space));
  const [first] = ops;
  const verb = first && ops.every(({ op }) => op === first.op) ? verbs[first.op] : "Put back";
  const named = new Set(ops.map((op) => (op.op === "create" ? op : op.before)).map(({ name, type }) => `${quoted(name)} (${word(type)})`));
  return `${verb} ${named.size === 1 ? `connector ${[...named].join()}` : `${ops.length} connectors`} in ${where}.${removalsInWords(ops)}`;
}
