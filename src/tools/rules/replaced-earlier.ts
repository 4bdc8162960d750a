import { maySee } from "../../change/principal.ts";
import { recordedIn } from "../../change/undo.ts";
import type { Rule } from "../../kibana/rules.ts";
import type { ToolContext } from "../define.ts";

/** How many rules an earlier change moved, or took actions from, with the time of the first and the last. */
export interface Move {
  change: string;
  did: "moved" | "removed";
  rules: number;
  first: string;
  last: string;
}

/** Earlier runs of the same replacement, and removals, from the journal. */
export async function earlierMoves(
  { space, from, to }: { space: string; from: string; to: string | undefined },
  using: readonly Rule[],
  { journal, deployment, principal }: ToolContext,
): Promise<Move[]> {
  if (!maySee(principal, space)) return [];
  const again = new Set(using.map((rule) => rule.id));
  const { entries } = await journal.entries();
  const moves = new Map<string, Move>();
  for (const { begin, end } of entries) {
    if (begin.tool !== "replace_connector" || begin.deployment !== deployment.name || begin.op.space !== space || !end) continue;
    const record = end.outcome === "done" ? recordedIn({ begin, end }) : undefined;
    if (record?.op !== "put_rule" || again.has(record.id)) continue;
    const { before, after } = record;
    const count = (state: typeof before, id: string) => state.actions.filter((action) => action.id === id).length;
    if (count(before, from) === 0 || count(after, from) > 0) continue;
    const gains = after.actions.filter(({ id }) => count(after, id) > count(before, id));
    if (to !== undefined && gains.length > 0 && gains.every(({ id }) => id !== to)) continue;
    const known = moves.get(begin.change);
    moves.set(begin.change, {
      change: begin.change,
      did: gains.length > 0 ? "moved" : "removed",
      rules: (known?.rules ?? 0) + 1,
      first: known && known.first < end.at ? known.first : end.at,
      last: known && known.last > end.at ? known.last : end.at,
    });
  }
  return [...moves.values()];
}
