import type { Op } from "../../change/op.ts";
import type { OpResult } from "../../change/plan.ts";
import { plainText } from "../../plain-text.ts";
import { otherNow } from "../connectors/space-rows.ts";
import { compact } from "../fields.ts";
import type { LeftWorkflow } from "./repoint-workflows.ts";

/** What happened to each workflow; those that need attention come first. */
export function workflowRows(ops: readonly Op[], results: readonly OpResult[], left: readonly LeftWorkflow[] = [], moved = "moved") {
  const rows = ops.flatMap((op) => {
    if (op.op !== "put_workflow") return [];
    const result = results.find((one) => one.op === op);
    const outcome = result === undefined ? "not_begun" : { done: moved, not_done: "failed", unknown: "unknown" }[result.outcome];
    const error = result?.error === undefined ? undefined : plainText(result.error.message, 300);
    const space = ops.some((other) => other.space !== op.space) ? op.space : undefined;
    const why = result?.outcome === "done" && result.seen ? otherNow : undefined;
    const places = op.moves.map(({ how }) => plainText(how, 80));
    return [compact({ space, id: op.id, name: plainText(op.name, 120), outcome, places, error, why })];
  });
  const stays = left.map(({ id, name, how, why }) => {
    return { id, name: plainText(name, 120), outcome: "stays", places: how.map((one) => plainText(one, 80)), why };
  });
  const isFine = ({ outcome, why }: (typeof rows)[number]) => outcome === moved && why === undefined;
  return [...rows.filter((row) => !isFine(row)), ...stays, ...rows.filter(isFine)];
}
