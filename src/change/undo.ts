import type { JournalEntry } from "./journal.ts";
import { kindNamed } from "./ops/index.ts";
import type { Undo } from "./ops/op-kind.ts";

/** The call that takes a recorded op back, or why there is none; undefined where it did not happen. */
export function undoOf({ begin, end }: JournalEntry): Undo | undefined {
  if (end?.outcome !== "done") return undefined;
  return kindNamed(begin.op.op)?.undo({ ...begin.op, id: begin.op.id ?? end.id });
}
