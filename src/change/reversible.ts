import type { Op } from "./op.ts";
import { inverseOf } from "./ops/index.ts";
import type { Inverse } from "./ops/op-kind.ts";
import type { Recorded } from "./ops/records.ts";
import type { Recording } from "./recorded.ts";
import { missingOf } from "./still-missing.ts";
import { artifactsNote, missingFor, noteOn, possiblyLost } from "./undo.ts";
import { notHere, type UndoBy, unlessOfTrail, withoutTool } from "./undo-here.ts";

/** `partly`: some of its parts, or some of one; `nothing_to_undo`: it only read. */
export type Reversible = "yes" | "partly" | "by_a_run" | "needs_secrets" | "nothing_to_undo" | "no";

/** What an undo could do at this moment. */
export interface Undoing {
  reversible: Reversible;
  /** The same for each op, in their order. */
  each: Reversible[];
  /** What an undo does not restore, or why there is none, in sentences. */
  why: string[];
  /** Why this server would refuse its caller an undo that is possible. */
  refused?: string;
}

/**
 * Derived from the records that an undo is made from.
 * @param by who would call it: nobody is promised what this server refuses
 */
export function undoingOf(ops: readonly Op[], recording: Recording, by: UndoBy): Undoing {
  const inverses = ops.map((op, n) => {
    const inverse = plannedInverse(op, recording.ops[n]);
    return inverse && unlessOfTrail(inverse, by.settings);
  });
  const each = inverses.map((inverse) => (inverse === undefined ? "yes" : verdictOn(inverse)));
  const why = [
    ...missingOf(inverses.map((inverse, n) => ({ inverse, name: recording.ops[n]?.name ?? "" }))),
    ...inverses.flatMap((inverse) => (inverse === undefined ? [] : (whyNot(inverse) ?? []))),
  ];
  const reversible = together(each);
  const refused =
    reversible === "no" || reversible === "nothing_to_undo"
      ? undefined
      : withoutTool(reversible === "by_a_run" ? "execute_connector" : "undo_change", by);
  if (refused === undefined) return { reversible, each, why: [...new Set(why)] };
  return { reversible: "no", each: each.map((one) => (one === "nothing_to_undo" ? one : "no")), why: [notHere(refused)], refused };
}

/** Undefined for a new connector whose id Kibana chooses: only the answer has it. */
function plannedInverse(op: Op, record: Recorded | undefined): Inverse | undefined {
  if (record === undefined || (op.op === "create" && op.id === undefined)) return undefined;
  return inverseOf(record);
}

export function verdictOn(inverse: Inverse): Reversible {
  if ("none" in inverse) return inverse.onlyRead ? "nothing_to_undo" : "no";
  if (inverse.op === "execute") return "by_a_run";
  if (missingFor(inverse) !== undefined) return "no";
  if (inverse.op === "put_rule") return inverse.artifacts === "unreadable" ? "partly" : "yes";
  if ("lost" in inverse && inverse.lost !== undefined) return "partly";
  return "secrets" in inverse && inverse.secrets ? "needs_secrets" : "yes";
}

function whyNot(inverse: Inverse): string | undefined {
  if ("none" in inverse) return inverse.none;
  // What these miss is said of all of them together.
  if (inverse.op === "put_rule") return missingFor(inverse) === undefined ? artifactsNote(inverse.artifacts) : undefined;
  if (inverse.op === "put_workflow") return undefined;
  return missingFor(inverse) ?? ("lost" in inverse && inverse.lost !== undefined ? noteOn(inverse) : possiblyLost(inverse)[0]);
}

function together(each: readonly Reversible[]): Reversible {
  const told = each.filter((one) => one !== "nothing_to_undo");
  const [first] = told;
  if (first === undefined) return "nothing_to_undo";
  if (told.every((one) => one === first)) return first;
  if (told.includes("no") || told.includes("partly")) return "partly";
  return told.includes("needs_secrets") ? "needs_secrets" : "by_a_run";
}
